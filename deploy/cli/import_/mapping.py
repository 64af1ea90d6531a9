"""Which column is which field, from a TOML file and options; options win.

[columns]                   # field = column
id = "id"
text = "comment"
provider = "service"
[set]                       # field = the same value in every row
happened_on = "2022-03-31"
[values.provider]           # what a column's value means
NEAS = "RZ1"
"""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.cli.import_.table import Row
from services.intake.domain.submissions import tidy
from shared.identifiers import mask

PAST = ("reported_on", "action_recorded_on", "outcome_recorded_on")
"""Of history: what became of it where it was kept before."""
_DATES = ("happened_on", *PAST)
FIELDS = (
    "id",
    "reporter",
    "provider",
    "kind",
    "tenet",
    "service",
    "happened_on",
    "harm",
    "rating",
    "text",
    "question",
    *PAST,
)
REQUIRED = ("reporter", "provider", "happened_on", "text")
DEFAULTS = {"kind": "feedback"}
_OTHER_SETTINGS = ("source", "date_format")


class UnusableMapping(Exception):
    """The options or the mapping file do not say what is needed; the message says what."""


@dataclass(frozen=True)
class Mapping:
    columns: Table[str, str]
    fixed: Table[str, str]
    values: Table[str, Table[str, str]]
    source: str = ""
    """Tells files apart whose ids could be the same."""
    date_format: str = ""
    """As in Python's `strptime`, such as `%d/%m/%Y`; empty for 2026-11-24."""

    @property
    def columns_used(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.columns.values()))

    def report(self, row: Row, seen: Counter[str]) -> dict[str, Any]:
        """The report as intake's door takes it, without what the row leaves empty. `seen` counts rows of the same content.

        Raises ValueError for a date that is not in the format."""
        report = dict(DEFAULTS) | dict(self.fixed)
        for name, column in self.columns.items():
            raw = row.values[column]
            value = self.values.get(name, {}).get(raw.strip(), raw)
            if value.strip():
                report[name] = value if name in ("text", "question") else value.strip()
        for name in _DATES if self.date_format else ():
            if name in self.columns and (name in report or name not in PAST):
                report[name] = self._date(name, report.get(name, ""))
        return {**_as_sent(report), "idempotency_key": self._key(report, seen)}

    def _date(self, name: str, written: str) -> str:
        try:
            return datetime.strptime(written, self.date_format).date().isoformat()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            raise ValueError(f"{name} is not a date of the format {self.date_format}") from None

    def _key(self, report: Table[str, str], seen: Counter[str]) -> str:
        """From the source's own id; else from the content and how often the same content came before in the file, so that two
        people who wrote the same are two reports, and the same file read again adds none. The content is masked first: a digest
        of the text could be searched for the number that it hides."""
        if identity := report.get("id"):
            return _digest([self.source, "id", identity])
        said = [name for name in FIELDS if name not in PAST or name in report]
        content = [(name, mask(tidy(report.get(name, ""))).text) for name in said]
        same = _digest([self.source, "content", content])
        seen[same] += 1
        return _digest([same, seen[same]])


def _as_sent(report: Table[str, str]) -> dict[str, Any]:
    """As the door takes it: without the source's id, and what became of it together."""
    past = {name: report[name] for name in PAST if name in report}
    sent = {name: value for name, value in report.items() if name not in ("id", *PAST)}
    return {**sent, "past": past} if past else dict(sent)


def _digest(content: object) -> str:
    return f"import-{hashlib.sha256(json.dumps(content).encode()).hexdigest()}"


def read_mapping(
    file: Path | None, maps: Sequence[str], sets: Sequence[str], values: Sequence[str]
) -> Mapping:
    """The mapping file with the options laid over it. Raises `UnusableMapping`."""
    document = _read(file) if file else {}
    columns = _texts(document, "columns") | _pairs(maps, "--map")
    settings = _texts(document, "set") | _pairs(sets, "--set")
    others = {name: settings.pop(name, "") for name in _OTHER_SETTINGS}
    read_as = {name: _texts(document["values"], name) for name in _table(document, "values")}
    for each in values:
        name, _, change = each.partition(":")
        read_as.setdefault(name, {}).update(_pairs([change], "--value"))
    for name in (*columns, *settings, *read_as):
        if name not in FIELDS:
            raise UnusableMapping(f"there is no field {name}. The fields are {', '.join(FIELDS)}.")
    if missing := [name for name in REQUIRED if name not in columns and name not in settings]:
        raise UnusableMapping(
            f"nothing says what {', '.join(missing)} is: use --map FIELD=COLUMN or --set FIELD=VALUE, or a mapping file."
        )
    return Mapping(columns, settings, read_as, **others)


def _read(file: Path) -> dict[str, Table[str, object]]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableMapping(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UnusableMapping(f"{file} is not TOML in UTF-8: {error}.") from None
    known = {"columns", "set", "values"}
    if unknown := [name for name in document if name not in known]:
        raise UnusableMapping(
            f"{file} has an unknown part {unknown[0]}: {', '.join(sorted(known))} are known."
        )
    return {name: _table(document, name) for name in document}


def _table(document: Table[str, object], name: str) -> Table[str, object]:
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise UnusableMapping(f"[{name}] must be a table of names and values.")
    return found


def _texts(document: Table[str, object], name: str) -> dict[str, str]:
    """TOML's dates and numbers are written as text."""
    return {key: str(value) for key, value in _table(document, name).items()}


def _pairs(options: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for each in options:
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise UnusableMapping(f"{option} {each!r} is not of the form NAME=VALUE.")
        pairs[name] = value
    return pairs
