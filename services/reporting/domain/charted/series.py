"""What is counted, over which months, and as what it is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from services.reporting.domain.months import Period, between, plus
from services.reporting.domain.numbers import Absent, Number, SmallNumbers
from services.reporting.domain.spc import Direction, Rebase
from shared.contracts.reports import Kind

LATE_DAYS = 7
MOSTLY = 0.9
"""Of reports of both kinds: so many are events where their number is one of events."""
ENDED_MONTHS = 12
"""Whole months without any report, after which no more are expected."""
LONGEST_MONTHS = 60
"""So far back go charts of few reports where the reader did not say how far."""


def last_whole(today: date) -> date:
    """The newest month that is taken as complete."""
    return plus((today - timedelta(days=LATE_DAYS)).replace(day=1), -1)


def ended_in(newest: date | None, today: date) -> date | None:
    """The newest month with data, where data have ended."""
    over = plus(last_whole(today), -ENDED_MONTHS)
    return newest if newest is not None and newest <= over else None


@dataclass(frozen=True)
class Window:
    """The months that are charted."""

    period: Period
    """As asked for, unfinished months included."""
    first: date | None
    """The first month with data: before it there is none, which is not zero. Single reports of earlier months are shown and not judged."""
    today: date
    rule: SmallNumbers
    longest: date | None = None
    """Where the reader did not choose a period: the month to which charts of few reports may go back."""
    rebases: tuple[Rebase, ...] = ()
    """Where limits begin anew in all charts, because many joined or fell silent."""
    ended: date | None = None
    """The last month with data, where that is so long ago that no more are expected: it may have ended within it, and after it there is
    no data."""

    @cached_property
    def whole(self) -> date:
        """The newest whole month of the period; before its first month where none is whole."""
        before_end = self.period.last if self.ended is None else plus(self.ended, -1)
        return min(self.period.last, last_whole(self.today), before_end)

    def unfinished(self, month: date) -> str:
        """Why a month is not whole; empty where it is."""
        if month <= self.whole:
            return ""
        return "Not finished" if self.ended is None else "Data end here"

    @property
    def whole_months(self) -> tuple[date, ...]:
        return between(self.period.first, self.whole)

    @property
    def begins(self) -> date:
        """The first month whose counts a chart may need."""
        return self.period.first if self.longest is None else min(self.longest, self.period.first)

    @cached_property
    def recent(self) -> "Window":
        """Without going back further."""
        return replace(self, longest=None)

    @cached_property
    def longer(self) -> "Window":
        """As far back as it may go."""
        return replace(self, period=Period(self.begins, self.period.last), longest=None)

    @property
    def may_be_longer(self) -> bool:
        return self.begins < self.period.first


@dataclass(frozen=True)
class Subject:
    """What is counted. `key` is unique on the page; months without a count have none."""

    key: str
    title: str
    counts: Mapping[date, int]
    direction: Direction = Direction.NEUTRAL
    address: Callable[[date, date], str | None] = lambda _first, _last: None
    """Where the reports of these months, both included, are listed."""
    parts: Mapping[date, Sequence[int]] = field(default_factory=dict)
    """Of a sum whose parts are shown beside it: these, by month. It is told by the rule for totals."""

    def address_of(self, day: date) -> str | None:
        """Where the reports of a day are listed."""
        month = day.replace(day=1)
        listed = self.address(month, month)
        return None if listed is None else f"{listed}&on={day:%Y-%m-%d}"


def direction_of(by_kind: Mapping[str, int]) -> Direction:
    """Fewer events are better. Feedback is praise as well as complaint: its number says nothing about quality by itself, nor does that of
    both together where it can move the sum."""
    events, everything = by_kind.get(Kind.EVENT, 0), sum(by_kind.values())
    mostly = events and events >= MOSTLY * everything
    return Direction.DECREASE if mostly else Direction.NEUTRAL


def numbers_in(subject: Subject, months: Sequence[date], window: Window) -> list[Number]:
    """The months as they are told. Who does not see exact numbers cannot tell a month without data from one with few."""
    counts, parts, rule = subject.counts, subject.parts, window.rule
    if rule.exact:
        first, last = window.first or date.max, window.ended or date.max
        return [
            counts.get(month) or (0 if first <= month <= last else Absent.NO_DATA)
            for month in months
        ]
    return [
        rule.total(parts[month]) if parts.get(month) else rule.shown(counts.get(month, 0))
        for month in months
    ]
