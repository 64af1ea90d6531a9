"""Since when the reports of a place tell something of care, and not of who takes part.

Practices join at different times. Before a place's first report there is no data, which is not zero; and where many of those who report now
joined later, the numbers grew because of that, so limits begin anew. When somebody reported is what counts, not when it happened: of late
a practice may tell of what happened years before it joined.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.months import apart, long_name, plus
from services.reporting.domain.spc import Rebase

MISSED = 7.0
"""So many reports would have come, at the rate after a gap, in the gap: that none came by chance is one in e^7, which is 1,100. What was
before such a gap, history of one old case or a first trial, is no beginning."""
SILENT = 3.0
"""The same for who joins: before its first report, so many may have failed to come by chance, one in e^3, which is 20."""
RATE_MONTHS = 12
"""Rates are those of so many months."""
MOST_JOINED = 0.1
"""As a share of what is reported now: so much may come from who joined within a chart's months."""


@dataclass(frozen=True)
class Joining:
    """How far back the numbers of a place can be judged."""

    first: date | None = None
    """The first month of which there is data; none where nothing was ever reported."""
    rebase: Rebase | None = None
    """Where limits begin anew, because those who joined then send too much of what is reported."""

    @property
    def comparable(self) -> date | None:
        """From this month on, numbers are of about the same practices."""
        return self.first if self.rebase is None else self.rebase.on


NOBODY = Joining()


@dataclass(frozen=True)
class Joiner:
    """One practice: the month of its first report, and its reports a month in the newest year, or since it joined."""

    first: date
    monthly: float

    @property
    def began(self) -> date:
        """The earliest month in which it may well have joined: who reports twice a year can be silent for long before its first
        report."""
        return plus(self.first, -round(SILENT / self.monthly)) if self.monthly else self.first


def ends(months: Mapping[date, int], at_least: int) -> tuple[date | None, date | None]:
    """The first and the newest month that hold so many reports."""
    held = [month for month, number in months.items() if number >= at_least]
    return min(held, default=None), max(held, default=None)


def joining(reported: Mapping[date, int], practices: Collection[Joiner]) -> Joining:
    """`reported`: a place's reports by month of the report. `practices`: those who report there, none where that is one or not known."""
    first = regular_from(reported)
    return Joining(first, None if first is None else _rebase(first, practices))


def regular_from(reported: Mapping[date, int]) -> date | None:
    """The first month that is followed by no gap in which, at the rate after it, reports would have come."""
    months = sorted(month for month, number in reported.items() if number)
    begins = months[-1:]
    for earlier, month in zip(months[-2::-1], months[:0:-1], strict=True):
        span = min(RATE_MONTHS, apart(month, months[-1]) + 1)
        rate = sum(reported.get(plus(month, at), 0) for at in range(span)) / span
        if rate * (apart(earlier, month) - 1) >= MISSED:
            break
        begins.append(earlier)
    return min(begins, default=None)


def _rebase(first: date, practices: Collection[Joiner]) -> Rebase | None:
    """At the newest month from which on too many of them joined."""
    total = sum(each.monthly for each in practices)
    new = 0.0
    for each in sorted(practices, key=lambda one: one.began, reverse=True):
        new += each.monthly
        if each.began <= first:
            return None
        if new > MOST_JOINED * total:
            return _because(each.first, total, practices)
    return None


def _because(month: date, total: float, practices: Collection[Joiner]) -> Rebase:
    new = sum(each.monthly for each in practices if each.first >= month)
    return Rebase(
        month,
        f"practices that joined from {long_name(month)} on send {new / total:.0%} of the reports",
    )
