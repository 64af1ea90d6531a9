"""What a file of the Organisation Data Service would change in the directory: worked out first, shown, and applied as it was shown.

The file knows names, postcodes, commissioners, opening and closing days. It does not know members, contacts, services, response
times or successors: those stay. What it leaves out altogether is reported, never closed.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.intake.domain.administering import KIND_WORDS, family
from services.intake.domain.ods import BadRow, OdsRow, Standing
from shared.contracts.directory import (
    PROVIDER_KINDS,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
)

GP_PRACTICE = "4"
"""The prescribing setting of GP practices, column 26 of `epraccur`."""
FEW_CLOSURES = 10
SHARE_OF_CLOSURES = 0.05
"""More closures than both (a number, and a share of the open organisations that the file names) are asked about: the file may be
a wrong or an old one."""


class Sort(StrEnum):
    """Which file it is."""

    PRACTICES = "practice"
    """`epraccur`: GP practices and other prescribing settings."""
    TRUSTS = "trust"
    """`etr`: NHS trusts."""


class CommissionerColumn(StrEnum):
    """Which column says who commissions an organisation."""

    COMMISSIONER = "commissioner"
    """Column 15."""
    ICB = "icb"
    """Column 4, the integrated care board."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the file is read."""

    sort: Sort = Sort.PRACTICES
    kind: OrganisationKind | None = None
    """Of new organisations whose kind neither the file nor their name tells."""
    kinds: Mapping[str, OrganisationKind] = field(default_factory=dict)
    """The same, by code; wins over everything."""
    settings: frozenset[str] = frozenset({GP_PRACTICE})
    """Prescribing settings that are taken in, of `epraccur`."""
    commissioner: CommissionerColumn = CommissionerColumn.COMMISSIONER


class What(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Step:
    """One organisation's change: the fields' values before and after, as JSON has them. `revision` is the one that was looked at,
    0 for a new organisation."""

    what: What
    code: str
    name: str
    line: int
    revision: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps by code, and what else there is to know."""

    steps: tuple[Step, ...] = ()
    problems: tuple[BadRow, ...] = ()
    unchanged: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Rows that are not for us, by the reason."""
    missing: tuple[str, ...] = ()
    """Open organisations of the file's sort that are not in it."""
    closed_here: tuple[str, ...] = ()
    """Closed in the directory, open in the file: an administrator closed them, and only one opens them again."""
    unknown_commissioners: Mapping[str, int] = field(default_factory=dict)
    """Codes that the directory does not know, and of how many organisations."""
    named_open: int = 0
    """Open organisations of the directory that the file names."""

    def of(self, what: What) -> list[Step]:
        return [each for each in self.steps if each.what is what]

    @property
    def many_closures(self) -> bool:
        """Whether it closes so many that somebody should look twice."""
        closures = len(self.of(What.CLOSED))
        return closures > max(FEW_CLOSURES, SHARE_OF_CLOSURES * self.named_open)


def sort_of(rows: Sequence[OdsRow]) -> Sort:
    """`etr` leaves the prescribing setting empty in every row; `epraccur` in none."""
    return Sort.PRACTICES if any(each.setting for each in rows) else Sort.TRUSTS


def make_plan(
    rows: Sequence[OdsRow],
    bad: Sequence[BadRow],
    options: Options,
    known: Mapping[str, OrganisationRecorded],
    expected: Iterable[str],
    commissioners: Collection[str],
) -> Plan:
    """`known`: the directory's records of the codes in the file; `expected`: its open organisations of the file's sort;
    `commissioners`: codes of those it knows. The order of the rows does not matter."""
    steps, problems = [], list(bad)
    left_out: Counter[str] = Counter()
    closed_here = []
    unchanged = 0
    for row in rows:
        organisation = known.get(row.code)
        if reason := _not_for_us(row, organisation, options):
            left_out[reason] += 1
            continue
        if organisation is None:
            kind = kind_of(row, options)
            if kind is None:
                problems.append(
                    BadRow(row.line, f"the file does not tell what {row.code} is: {row.name}")
                )
                continue
            steps.append(_new(row, kind, options))
            continue
        if _is_closed_here(row, organisation):
            closed_here.append(row.code)
            continue
        step = _changed(row, organisation, options)
        unchanged += step is None
        if step is not None:
            steps.append(step)
    named = {row.code for row in rows}
    return Plan(
        steps=tuple(sorted(steps, key=lambda each: each.code)),
        problems=tuple(sorted(problems, key=lambda each: each.line)),
        unchanged=unchanged,
        left_out=dict(sorted(left_out.items())),
        missing=tuple(sorted(set(expected) - named)),
        closed_here=tuple(sorted(closed_here)),
        unknown_commissioners=_unknown(steps, commissioners),
        named_open=sum(each.status is OrganisationStatus.OPEN for each in known.values()),
    )


def _not_for_us(
    row: OdsRow, organisation: OrganisationRecorded | None, options: Options
) -> str | None:
    """Why the row is passed over, if it is."""
    if options.sort is Sort.PRACTICES and row.setting not in options.settings:
        wanted = " or ".join(sorted(options.settings))
        return f"prescribing setting is not {wanted}"
    if row.standing in {Standing.DORMANT, Standing.PROPOSED}:
        return f"{row.standing}, which is neither open nor closed"
    if organisation is None and row.standing is Standing.CLOSED:
        return "closed, and never in the directory"
    if organisation is not None and family(organisation.kind) not in _FAMILIES[options.sort]:
        return f"the directory has this code for {KIND_WORDS[organisation.kind]}"
    return None


_FAMILIES = {Sort.PRACTICES: {"practice", "provider"}, Sort.TRUSTS: {"provider"}}

_NAME_RULES = (
    (OrganisationKind.AMBULANCE, re.compile(r"\bambulance\b", re.IGNORECASE)),
    (OrganisationKind.MENTAL_HEALTH, re.compile(r"\bmental health\b", re.IGNORECASE)),
    (OrganisationKind.COMMUNITY, re.compile(r"\bcommunity\b", re.IGNORECASE)),
    (OrganisationKind.ACUTE, re.compile(r"\b(?:hospitals?|infirmary)\b", re.IGNORECASE)),
)


def kind_of(row: OdsRow, options: Options) -> OrganisationKind | None:
    """Of a new organisation. Setting 4 is a GP practice; a trust whose name has the words of one kind, and of one only, is of that
    kind; everything else must be said, for the file does not know."""
    if row.code in options.kinds:
        return options.kinds[row.code]
    if options.sort is Sort.PRACTICES and row.setting == GP_PRACTICE:
        return OrganisationKind.PRACTICE
    told = [kind for kind, words in _NAME_RULES if words.search(row.name)]
    if options.sort is Sort.TRUSTS and len(told) == 1:
        return told[0]
    return options.kind


def _is_closed_here(row: OdsRow, organisation: OrganisationRecorded) -> bool:
    is_closed = organisation.status is OrganisationStatus.CLOSED
    return is_closed and row.standing is Standing.ACTIVE


def _new(row: OdsRow, kind: OrganisationKind, options: Options) -> Step:
    after = {
        "name": row.name,
        "kind": kind.value,
        "commissioner": commissioner_of(row, options),
        "postcode": row.postcode,
        "opened_on": _iso(row.opened_on),
    }
    said = {name: value for name, value in after.items() if value is not None}
    return Step(What.NEW, row.code, row.name, row.line, 0, {}, said)


def _changed(row: OdsRow, organisation: OrganisationRecorded, options: Options) -> Step | None:
    """What the file says otherwise. What it does not say stays, and a name is the same in small letters or in capitals."""
    wanted: dict[str, str | None] = {
        "commissioner": commissioner_of(row, options),
        "postcode": row.postcode,
        "opened_on": _iso(row.opened_on),
    }
    if row.name.casefold() != organisation.name.casefold():
        wanted["name"] = row.name
    closes = row.standing is Standing.CLOSED and organisation.status is OrganisationStatus.OPEN
    if row.standing is Standing.CLOSED:
        wanted["closed_on"] = _iso(row.closed_on)
        wanted["status"] = OrganisationStatus.CLOSED.value
    is_now = organisation.model_dump(mode="json", include=set(wanted))
    after = {
        name: value for name, value in wanted.items() if value is not None and value != is_now[name]
    }
    if not after:
        return None
    before = {name: is_now[name] for name in after}
    what = What.CLOSED if closes else What.CHANGED
    return Step(what, row.code, organisation.name, row.line, organisation.revision, before, after)


def commissioner_of(row: OdsRow, options: Options) -> str | None:
    """Trusts have no commissioner in column 15: theirs is the integrated care board of column 4."""
    from_icb = options.sort is Sort.TRUSTS or options.commissioner is CommissionerColumn.ICB
    return row.icb if from_icb else row.commissioner


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _unknown(steps: Sequence[Step], commissioners: Collection[str]) -> dict[str, int]:
    named = Counter(code for step in steps if (code := step.after.get("commissioner")))
    return {code: count for code, count in sorted(named.items()) if code not in commissioners}


def kinds_of(sort: Sort) -> frozenset[OrganisationKind]:
    """The kinds that a complete file of the sort would hold."""
    return frozenset({OrganisationKind.PRACTICE}) if sort is Sort.PRACTICES else PROVIDER_KINDS


def applied(step: Step, known: OrganisationRecorded | None, now: datetime) -> OrganisationRecorded:
    """The organisation after the step, to be made the next record of what is known."""
    changes: dict[str, Any] = dict(step.after)
    for name in ("opened_on", "closed_on"):
        if name in changes:
            changes[name] = date.fromisoformat(changes[name])
    if "status" in changes:
        changes["status"] = OrganisationStatus(changes["status"])
    if known is not None:
        return known.model_copy(update=changes)
    changes["kind"] = OrganisationKind(changes["kind"])
    return OrganisationRecorded(occurred_at=now, code=step.code, revision=1, **changes)
