"""An entry of the history in words that people read: who, what, and each field before and after."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shared.platform.audit import AuthorKind
from shared.platform.audit.verification import Kept
from shared.web.filters import date_text, date_time, number

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FINGERPRINT = frozenset({"characters", "sha256"})


@dataclass(frozen=True)
class Words:
    """How the fields of a record and their values are called. What is not in it is shown as it is, spaces for underscores."""

    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    """By field, by value: text, or one of an enumeration's texts."""
    organisations: frozenset[str] = frozenset()
    """Fields that hold organisation codes."""
    hidden: frozenset[str] = frozenset()
    """Fields that tell people nothing; the file has them."""
    steps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """A field before and after; None where there was nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Line:
    number: int
    at: datetime
    who: str
    acting_for: str | None
    """In words: `for Elm Road Surgery (Y90001)`."""
    kind: str
    record_id: str
    step: str
    differences: tuple[Difference, ...]


def line_of(kept: Kept, words: Words, names: Mapping[str, str]) -> Line:
    """`names` are those of `codes_in`."""
    entry = kept.entry
    step = words.steps.get(entry.step, entry.step)
    return Line(
        number=kept.number,
        at=entry.at,
        who=entry.author_name,
        acting_for=_acting_for(entry.author_kind, entry.acting_for, names),
        kind=entry.kind,
        record_id=entry.record_id,
        step=step[:1].upper() + step[1:],
        differences=tuple(
            _differences(json.loads(entry.before), json.loads(entry.after), words, names)
        ),
    )


def codes_in(entries: Iterable[Kept], words: Words) -> set[str]:
    """Codes of the organisations that the entries name."""
    codes: set[str] = set()
    for kept in entries:
        if kept.entry.acting_for:
            codes.add(kept.entry.acting_for)
        for side in (kept.entry.before, kept.entry.after):
            told = json.loads(side)
            codes |= {told[name] for name in words.organisations if isinstance(told.get(name), str)}
    return codes


def _acting_for(kind: str, code: str | None, names: Mapping[str, str]) -> str | None:
    if kind == AuthorKind.SYSTEM:
        return "automatically"
    if kind == AuthorKind.COMMAND:
        return "by the insight command"
    return f"for {_named(code, names)}" if code else None


def _named(code: str, names: Mapping[str, str]) -> str:
    name = names.get(code, code)
    return code if name == code else f"{name} ({code})"


def _differences(
    before: Mapping[str, object],
    after: Mapping[str, object],
    words: Words,
    names: Mapping[str, str],
) -> Iterator[Difference]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for path in {**old, **new}:
        if path[-1] in words.hidden:
            continue
        sides = (_text(path, side.get(path), words, names) for side in (old, new))
        difference = Difference(_label(path, words), *sides)
        if difference.before or difference.after:
            yield difference


def _leaves(
    told: Mapping[str, object], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every field with its path, inner ones after their outer ones' names."""
    for name, value in told.items():
        path = (*above, name)
        if isinstance(value, Mapping) and value.keys() != _FINGERPRINT:
            yield from _leaves(value, path)
        else:
            yield path, value


def _label(path: tuple[str, ...], words: Words) -> str:
    if full := words.fields.get(".".join(path)):
        return full
    said = [words.fields.get(name) or name.replace("_", " ").replace("-", " ") for name in path]
    text = ": ".join(said)
    return text[:1].upper() + text[1:]


def _text(
    path: tuple[str, ...], value: object, words: Words, names: Mapping[str, str]
) -> str | None:
    known: Mapping[Any, str] = words.values.get(path[-1], {})
    if isinstance(value, str) and path[-1] in words.organisations:
        return _named(value, names)
    if isinstance(value, list):
        return ", ".join(_item(one, known) for one in value) or None
    return _scalar(value, known)


def _item(value: object, known: Mapping[Any, str]) -> str:
    if isinstance(value, Mapping):
        return " ".join(_scalar(one, known) or "" for one in value.values()).strip()
    return _scalar(value, known) or ""


def _scalar(value: object, known: Mapping[Any, str]) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "Yes" if value else "No"
        case str():
            return known.get(value) or _moment(value)
        case int() | float():
            return known.get(str(value)) or number(value)
        case {"characters": int(characters), "sha256": str(digest)}:
            return f"{number(characters)} characters (SHA-256 {digest[:16]}\N{HORIZONTAL ELLIPSIS})"
        case Sequence():
            return ", ".join(_item(one, known) for one in value) or None
        case _:
            return str(value)


def _moment(text: str) -> str:
    """Times and days as everywhere on pages; any other text as it is."""
    try:
        if _MOMENT.fullmatch(text):
            return date_time(datetime.fromisoformat(text))
        return date_text(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
    except ValueError:
        return text  # somebody wrote what only looks like one
