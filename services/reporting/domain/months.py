"""Months, written as their first day."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@lru_cache(10_000)  # a page asks some 20,000 times, of the same few months
def plus(month: date, months: int) -> date:
    """The month so many months later, or earlier when negative. Raises ValueError or OverflowError past the calendar's ends."""
    year, index = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, index + 1, 1)


@lru_cache(1_000)
def between(first: date, last: date) -> tuple[date, ...]:
    """Both ends included; none when the end is before the beginning."""
    return tuple(plus(first, at) for at in range(apart(first, last) + 1))


def apart(earlier: date, later: date) -> int:
    """Months from one to the other."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def long_name(month: date) -> str:
    return f"{month:%B} {month.year}"


def short_name(month: date) -> str:
    return f"{month:%b} {month:%y}"


@dataclass(frozen=True)
class Period:
    """Months in a row, both ends included."""

    first: date
    last: date

    @property
    def months(self) -> tuple[date, ...]:
        return between(self.first, self.last)

    @property
    def words(self) -> str:
        if self.first == self.last:
            return long_name(self.first)
        return f"{long_name(self.first)} to {long_name(self.last)}"


def period(
    months: int,
    since: date | None,
    until: date | None,
    *,
    newest: date | None,
    current: date,
    whole: date,
) -> Period:
    """The months to look at: from `since`, or so many, to `until`. Unless given, the last is the current month, or the newest that has
    data where that is long ago, so that imported history is not an empty page. Months after `whole`, the newest whole one, come on
    top of so many."""
    if until is None:
        begins = plus(whole, 1 - months)
        until = newest if newest is not None and newest < (since or begins) else current
    if since is None or since > until:
        since = plus(min(until, whole), 1 - months)
    return Period(since, until)


def tiled(until: date, latest: date, months: int) -> date:
    """The end of the stretch of so many months that holds `until`, where stretches lie end to end before `latest`: stretches that
    overlap would give single months away by their difference."""
    back = (latest.year - until.year) * 12 + latest.month - until.month
    return plus(latest, -(max(0, back) // months) * months)


ALL_TIME = Period(date(1, 1, 1), date(9999, 12, 1))
