"""Since when the reports of a place tell something of care, and not of who takes part.

Practices join at different times, and fall silent. Before a place's first report there is no data, which is not zero; where many of those
who report now joined later, the numbers grew because of that, and where who sent many has stopped, they fell, so limits begin anew. When
somebody reported is what counts, not when it happened: of late a practice may tell of what happened years before it joined.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from services.reporting.domain.months import apart, long_name, plus
from services.reporting.domain.participation import Attendance, fell_silent
from services.reporting.domain.spc import Rebase

MISSED = 7.0
"""So many reports would have come, at the rate after a gap, in the gap: that none came by chance is one in e^7, which is 1,100. What was
before such a gap, history of one old case or a first trial, is no beginning."""
SILENT = 3.0
"""The same for who joins: before its first report, so many may have failed to come by chance, one in e^3, which is 20."""
RATE_MONTHS = 12
"""Rates are those of so many months."""
MOST_CHANGED = 0.1
"""So much of what is reported now may come from who joined within a chart's months, and so much of what was reported before from who fell
silent within them."""


@dataclass(frozen=True)
class Joining:
    """How far back the numbers of a place can be judged."""

    first: date | None = None
    """The first month of which there is data; none where nothing was ever reported."""
    rebase: Rebase | None = None
    """Where limits begin anew, because too much of what is reported came or went with who takes part."""

    @property
    def comparable(self) -> date | None:
        """From this month on, numbers are of about the same practices."""
        return self.first if self.rebase is None else self.rebase.on


NOBODY = Joining()


@dataclass(frozen=True)
class Member:
    """One practice: the month of its first report, and its reports a month in the newest year, or since it joined. Of who fell silent, in
    the year up to that, and the first month without any."""

    first: date
    monthly: float
    silent_from: date | None = None

    @classmethod
    def of(cls, attendance: Attendance, current: date) -> "Member | None":
        """None where nothing was reported up to `current`, which is the running month, or the last with data where that ended. Of
        `attendance`, the year up to its last report is needed."""
        first, last = attendance.first, attendance.last
        if first is None or last is None:
            return None
        monthly = attendance.since(plus(last, 1 - RATE_MONTHS)) / RATE_MONTHS
        if fell_silent(attendance.months_silent(current), monthly):
            return cls(first, monthly, plus(last, 1))
        begin = max(first, plus(current, 1 - RATE_MONTHS))
        return cls(first, attendance.since(begin) / (apart(begin, current) + 1))

    @property
    def began(self) -> date:
        """The earliest month in which it may well have joined: who reports twice a year can be silent for long before its first
        report."""
        return plus(self.first, -round(SILENT / self.monthly)) if self.monthly else self.first


def ends(months: Mapping[date, int], at_least: int) -> tuple[date | None, date | None]:
    """The first and the newest month that hold so many reports."""
    held = [month for month, number in months.items() if number >= at_least]
    return min(held, default=None), max(held, default=None)


def joining(reported: Mapping[date, int], practices: Collection[Member]) -> Joining:
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


@dataclass(frozen=True)
class _Change:
    """A practice that came or went, in this month, or from `earliest` on."""

    on: date
    earliest: date
    monthly: float
    went: bool


def _changes(practices: Collection[Member]) -> list[_Change]:
    """The newest first."""
    found = [
        _Change(each.first, each.began, each.monthly, went=False)
        if each.silent_from is None
        else _Change(each.silent_from, each.silent_from, each.monthly, went=True)
        for each in practices
    ]
    return sorted(found, key=attrgetter("earliest"), reverse=True)


def _rebase(first: date, practices: Collection[Member]) -> Rebase | None:
    """At the newest month from which on too many of them joined or fell silent."""
    changes = _changes(practices)
    now = sum(each.monthly for each in changes if not each.went)
    joined = gone = 0.0
    for each in changes:
        if each.earliest <= first:
            return None
        if each.went:
            gone += each.monthly
        else:
            joined += each.monthly
        if joined > MOST_CHANGED * now or gone > MOST_CHANGED * (now + gone):
            return _because(each, changes, now)
    return None


def _because(change: _Change, changes: Collection[_Change], now: float) -> Rebase:
    """`now` is what those send who still report."""
    month = change.on
    since = sum(each.monthly for each in changes if each.went is change.went and each.on >= month)
    if change.went:
        told = f"practices that fell silent from {long_name(month)} on had sent {since / (now + since):.0%} of the reports"
    else:
        told = f"practices that joined from {long_name(month)} on send {since / now:.0%} of the reports"
    return Rebase(month, told)
