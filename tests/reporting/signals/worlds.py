"""Counts of one subject by month and tenet, as a test wants them, and what is found in them."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.reporting.domain.joining import Joining
from services.reporting.domain.months import plus
from services.reporting.domain.signals import (
    Counted,
    Days,
    Line,
    Monthly,
    Signal,
    Subject,
    forms_of,
    lines_of,
    signals_of,
)
from services.reporting.domain.spc import Rebase
from shared.contracts.reports import Kind, Tenet

TODAY = date(2026, 11, 20)
CURRENT = date(2026, 11, 1)
LAST_WHOLE = date(2026, 10, 1)
AREA = Subject("Q9A", "", "discharge-summaries")
NORTHFIELD = Subject("Q9A", "RZ1", "discharge-summaries")
USUAL = (10, 12, 9, 11, 10, 8, 12, 11, 9, 10, 11, 10, 9, 12, 10, 11, 8, 10)
"""18 months in which nothing changes."""


def before(numbers: Sequence[int], last: date = LAST_WHOLE) -> dict[date, int]:
    """By month, the last one being this."""
    return {plus(last, at + 1 - len(numbers)): number for at, number in enumerate(numbers)}


def counted(
    by_tenet: Mapping[Tenet, Mapping[date, int]],
    kind: Kind = Kind.EVENT,
    started: date | None = None,
    joined: tuple[Rebase, ...] = (),
) -> Counted:
    counts = tuple(
        Monthly(tenet, kind, tuple(months), tuple(months.values()))
        for tenet, months in by_tenet.items()
    )
    first = started or min(min(each.months) for each in counts)
    return Counted(Joining(first, joined), counts)


def lines(known: Counted, days: Days | None = None, today: date = TODAY) -> list[Line]:
    return lines_of(known, forms_of(known, today), days or {}, today)


def found(
    known: Counted, subject: Subject = AREA, days: Days | None = None, today: date = TODAY
) -> list[Signal]:
    signals = signals_of(subject, lines(known, days, today))
    return sorted(signals.values(), key=lambda one: (one.point, one.rule, one.tenets))
