"""From charts to signals, and from the signals there were to those there are."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from uuid import UUID, uuid5

from services.reporting.domain.charted import last_whole
from services.reporting.domain.months import plus
from services.reporting.domain.signals.lines import (
    CHART_MONTHS,
    Line,
    months_in,
)
from services.reporting.domain.signals.subjects import EVERYWHERE, Subject
from services.reporting.domain.spc import Cause, Direction, Point, began
from shared.contracts.reports import Tenet
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule, words_of

RECENT_MONTHS = 3
"""Only the newest whole months and what runs since raise signals: whoever imports ten years of history is not told of them."""

_RULES = {
    Cause.ABOVE_LIMIT: (SignalRule.BEYOND_LIMITS, Movement.HIGHER),
    Cause.BELOW_LIMIT: (SignalRule.BEYOND_LIMITS, Movement.LOWER),
    Cause.RISING: (SignalRule.TREND, Movement.RISING),
    Cause.FALLING: (SignalRule.TREND, Movement.FALLING),
    Cause.TWO_OF_THREE_ABOVE: (SignalRule.TWO_OF_THREE, Movement.HIGHER),
    Cause.TWO_OF_THREE_BELOW: (SignalRule.TWO_OF_THREE, Movement.LOWER),
    Cause.SHIFT_ABOVE: (SignalRule.SHIFT, Movement.HIGHER),
    Cause.SHIFT_BELOW: (SignalRule.SHIFT, Movement.LOWER),
}


@dataclass(frozen=True)
class Signal:
    """A rule that holds at a point of a series."""

    subject: Subject
    tenets: tuple[Tenet, ...]
    rule: SignalRule
    movement: Movement
    bearing: Bearing
    point_of: PointOf
    point: date
    since: date
    mean: float = field(default=0, compare=False)
    """Of the chart's points, as it was found: says how small the numbers are that stand behind it. 0 where that is not told."""

    @cached_property
    def series_id(self) -> UUID:
        return self.subject.series_id(self.tenets)

    @cached_property
    def signal_id(self) -> UUID:
        """Of the series, the point and the rule."""
        parts = (self.point_of, self.point.isoformat(), self.rule, self.movement)
        return uuid5(self.series_id, "|".join(parts))

    @property
    def words(self) -> str:
        return words_of(self.rule, self.movement, self.point_of, self.since, self.point)

    @property
    def last_month(self) -> date:
        return max(months_in(self.point, self.point_of))


Signals = dict[UUID, Signal]


def signals_of(subject: Subject, lines: Sequence[Line]) -> Signals:
    """Everything that the charts say is more than chance, however long ago. Where limits begin anew, they first need points to rest on."""
    found = [signal for line in lines for signal in _of_line(subject, line)]
    if subject.provider != EVERYWHERE:
        found += joint_signals(subject, lines)
    return {each.signal_id: each for each in found}


def _of_line(subject: Subject, line: Line) -> Iterator[Signal]:
    points = line.chart.points
    for at, point in enumerate(points):
        for cause in () if point.short_group else point.causes:
            yield _signal(subject, line, cause, point.on, began(points[: at + 1], cause).on)
    for part in _above(line):
        yield _signal(subject, line, Cause.ABOVE_LIMIT, part.on, part.on)


def _above(line: Line) -> Iterator[Point]:
    """Part of a month that is above the limit of whole ones will be above it when it is whole; nothing else can be said of it yet."""
    latest = line.chart.latest
    upper = None if latest.short_group else latest.limits.upper
    for part in line.running:
        if upper is not None and part.value is not None and part.value > upper:
            yield part


def _signal(subject: Subject, line: Line, cause: Cause, point: date, since: date) -> Signal:
    rule, movement = _RULES[cause]
    mean = line.chart.latest.limits.mean or 0 if line.point_of is not PointOf.REPORT else 0
    return Signal(
        subject,
        line.tenets,
        rule,
        movement,
        _bearing(line, cause),
        line.point_of,
        point,
        since,
        mean,
    )


def _bearing(line: Line, cause: Cause) -> Bearing:
    if line.direction is Direction.NEUTRAL:
        return Bearing.NEITHER
    return Bearing.BETTER if cause.sign == line.direction.sign else Bearing.WORSE


def joint_signals(subject: Subject, lines: Iterable[Line]) -> Iterator[Signal]:
    """Months in which two or three tenets signal for the worse, each in the month or the one before, in their order. They are told by
    month, whatever their charts are made of."""
    worse = {line.tenets[0]: _worse_months(line) for line in lines if len(line.tenets) == 1}
    together = {
        month: tenets
        for month in sorted(set[date]().union(*worse.values()))
        if len(tenets := _in_or_before(month, worse)) > 1
    }
    since: dict[date, date] = {month: month for month in together}
    for earlier, month in pairwise(together):
        if plus(earlier, 1) == month and together[earlier] == together[month]:
            since[month] = since[earlier]
    for month, tenets in together.items():
        yield Signal(
            subject,
            tenets,
            SignalRule.JOINT,
            Movement.HIGHER,
            Bearing.WORSE,
            PointOf.MONTH,
            month,
            since[month],
        )


def _worse_months(line: Line) -> set[date]:
    """In which the line says that it is worse than to be expected."""
    worse = {cause for cause in _RULES if _bearing(line, cause) is Bearing.WORSE}
    points = [
        point.on
        for point in line.chart.points
        if not point.short_group and not worse.isdisjoint(point.causes)
    ]
    if Cause.ABOVE_LIMIT in worse:
        points += [part.on for part in _above(line)]
    return {month for point in points for month in months_in(point, line.point_of)}


def _in_or_before(month: date, worse: Mapping[Tenet, Collection[date]]) -> tuple[Tenet, ...]:
    near = {month, plus(month, -1)}
    return tuple(tenet for tenet in Tenet if not near.isdisjoint(worse.get(tenet, ())))


@dataclass(frozen=True)
class Kept:
    """A signal as it was last told."""

    signal: Signal
    revision: int
    raised: bool


@dataclass(frozen=True)
class Changes:
    """What there is to tell. `revised`: still raised, with another beginning or bearing than was told."""

    raised: tuple[Signal, ...] = ()
    withdrawn: tuple[Signal, ...] = ()
    revised: tuple[Signal, ...] = ()

    @property
    def told(self) -> Iterator[tuple[Signal, bool]]:
        """Each, and whether it is raised."""
        yield from ((each, True) for each in self.raised)
        yield from ((each, False) for each in self.withdrawn)


def settled_before(today: date) -> date:
    """What was told of earlier months stays as it was told: not every chart goes back so far."""
    return plus(last_whole(today), 1 - CHART_MONTHS)


def changes(kept: Mapping[UUID, Kept], found: Signals, today: date) -> Changes:
    """The difference between the signals that were told of a subject and those that hold now."""
    oldest, settled = plus(last_whole(today), 1 - RECENT_MONTHS), settled_before(today)
    known = {key for key, each in kept.items() if each.raised and each.signal.last_month >= settled}
    return Changes(
        tuple(
            each for key, each in found.items() if key not in known and each.last_month >= oldest
        ),
        tuple(kept[key].signal for key in known if key not in found),
        tuple(found[key] for key in known if key in found and found[key] != kept[key].signal),
    )
