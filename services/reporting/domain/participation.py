"""Who takes part: what share of the practices report in a month, and which have fallen silent.

A practice counts from the month of its first report on; before, it had not joined, which is no data. Who was succeeded goes on as the
successor.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby

from services.reporting.domain.months import Period, apart
from services.reporting.domain.spc import Share

SILENT_MONTHS = 3
"""Whole months without a report, at least, before anybody is called silent."""
MISSED = 3.0
"""So many reports would have come at the earlier rate: that none came has a chance of e^-3, which is 5%."""


@dataclass(frozen=True)
class Attendance:
    """One practice's months of reporting."""

    first: date | None
    """The first month it ever reported in; none: never."""
    last: date | None
    months: Mapping[date, int] = field(default_factory=dict)
    """Its reports in each month of the period that has any."""

    def between(self, first: date, last: date) -> int:
        """Its reports of these months, both included."""
        return sum(number for each, number in self.months.items() if first <= each <= last)

    def joined(self, other: "Attendance") -> "Attendance":
        """The two as one practice."""
        firsts = [each for each in (self.first, other.first) if each is not None]
        lasts = [each for each in (self.last, other.last) if each is not None]
        months = {
            month: self.months.get(month, 0) + other.months.get(month, 0)
            for month in sorted({*self.months, *other.months})
        }
        return Attendance(min(firsts, default=None), max(lasts, default=None), months)


class Standing(StrEnum):
    """In the order in which they are of interest."""

    SILENT = "Fallen silent"
    NEVER = "Never reported"
    QUIET = "Quiet for now"
    """No report for some months, which is nothing unusual for who reports so rarely."""
    REPORTING = "Reporting"
    CLOSED = "Closed"


@dataclass(frozen=True)
class Practice:
    """How one practice takes part. `monthly` is its rate from when it joined, or the period began, to its last report; none where that
    is not within the period."""

    code: str
    standing: Standing
    attendance: Attendance
    months_silent: int = 0
    """Whole months since its last report."""
    monthly: float | None = None

    def reported(self, month: date) -> int | None:
        """Its reports in the month; none before it joined and after it closed."""
        return self.attendance.months.get(month, 0) if self._takes_part(month) else None

    def _takes_part(self, month: date) -> bool:
        first, last = self.attendance.first, self.attendance.last
        if first is None or last is None or month < first:
            return False
        return self.standing is not Standing.CLOSED or month <= last


def as_one(
    attendances: Mapping[str, Attendance], successors: Mapping[str, str]
) -> dict[str, Attendance]:
    """By who answers for each practice today."""
    found: dict[str, Attendance] = {}
    for code, each in attendances.items():
        today = successors.get(code, code)
        found[today] = found[today].joined(each) if today in found else each
    return found


def practices_of(
    attendances: Mapping[str, Attendance], closed: Collection[str], period: Period, current: date
) -> list[Practice]:
    """How each of them takes part, in the order of their codes. `current` is the running month."""
    return [
        _practice(code, attendances[code], code in closed, period, current)
        for code in sorted(attendances)
    ]


def _practice(
    code: str, attendance: Attendance, closed: bool, period: Period, current: date
) -> Practice:
    first, last = attendance.first, attendance.last
    if first is None or last is None:
        return Practice(code, Standing.CLOSED if closed else Standing.NEVER, attendance)
    silent = max(0, apart(last, current) - 1)
    monthly = None
    if last >= period.first:
        begin = max(first, period.first)
        monthly = sum(attendance.months.values()) / (apart(begin, last) + 1)
    standing = Standing.CLOSED if closed else _standing(silent, monthly)
    return Practice(code, standing, attendance, silent, monthly)


def _standing(silent: int, monthly: float | None) -> Standing:
    if silent < SILENT_MONTHS:
        return Standing.REPORTING
    if monthly is not None and monthly * silent < MISSED:
        return Standing.QUIET
    return Standing.SILENT


def shares(practices: Sequence[Practice], period: Period) -> list[Share]:
    """Of the practices that had joined, how many reported in each month."""
    found = []
    for month in period.months:
        numbers = [number for each in practices if (number := each.reported(month)) is not None]
        found.append(Share(month, sum(number > 0 for number in numbers), len(numbers)))
    return found


def by_standing(practices: Sequence[Practice]) -> dict[Standing, list[Practice]]:
    """In the order of `Standing`; who is silent longest first."""
    order = list(Standing)
    ordered = sorted(practices, key=lambda each: (order.index(each.standing), -each.months_silent))
    return {
        standing: list(each) for standing, each in groupby(ordered, key=lambda one: one.standing)
    }
