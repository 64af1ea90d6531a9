"""XmR charts by the "Making Data Count" rules, as NHSRplotthedots 0.2.2 applies them (`docs/spc.md`)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from services.reporting.domain.spc.limits import limits_of
from services.reporting.domain.spc.rules import shifted, sign, trending, two_of_three
from services.reporting.domain.spc.series import (
    FEWEST_POINTS,
    Assurance,
    Cause,
    Direction,
    Judged,
    Limits,
    Options,
    Point,
    PointType,
    Variation,
    Xmr,
    in_order,
)

_VARIATION = {
    (PointType.COMMON_CAUSE, direction): Variation.COMMON_CAUSE for direction in Direction
} | {
    (PointType.IMPROVEMENT, Direction.INCREASE): Variation.IMPROVEMENT_HIGH,
    (PointType.IMPROVEMENT, Direction.DECREASE): Variation.IMPROVEMENT_LOW,
    (PointType.CONCERN, Direction.INCREASE): Variation.CONCERN_LOW,
    (PointType.CONCERN, Direction.DECREASE): Variation.CONCERN_HIGH,
    (PointType.NEUTRAL_HIGH, Direction.NEUTRAL): Variation.NEUTRAL_HIGH,
    (PointType.NEUTRAL_LOW, Direction.NEUTRAL): Variation.NEUTRAL_LOW,
}


def xmr(points: Sequence[Point], options: Options) -> Xmr:
    """The chart of a series, in any order of its points. Raises `UnusableSeries`.

    A missing value keeps its place: it counts among the points of its group, and breaks runs and moving ranges. Leave out the time
    before anything was recorded.
    """
    return judged(in_order(points), options)


def judged(points: Sequence[Point], options: Options, power: float = 1, least: float = 0) -> Xmr:
    """The chart of points that are in order already, at least one; here a date may come more than once. Where a power is given, the
    rules judge its root of each value, no value being taken as less than `least`, and limits are told as the values are."""
    dates = {point.on for point in points}
    begins = sorted({rebase.on for rebase in options.rebase} & dates)
    grouped = groupby(points, key=lambda point: bisect_right(begins, point.on))
    made = tuple(
        each
        for number, group in grouped
        for each in _judge(number, tuple(group), options, power, least)
    )
    latest = made[-1]
    variation = _VARIATION[latest.kind, options.direction]
    return Xmr(made, options, variation, _assurance(latest.limits, options))


def _judge(
    number: int, points: Sequence[Point], options: Options, power: float, least: float
) -> Iterator[Judged]:
    values = [
        value if value is None or power == 1 else max(value, least) ** (1 / power)
        for value in (point.value for point in points)
    ]
    limits = limits_of(values[: options.fix_after_n_points], screen=options.screen_outliers)
    outside = [_outside(value, limits) for value in values]
    close = [_close(value, beyond, limits) for value, beyond in zip(values, outside, strict=True)]
    sides = [
        None if value is None or limits.mean is None else sign(value - limits.mean)
        for value in values
    ]
    trend = trending(values)
    pairs = two_of_three(close, sides)
    shift = shifted(sides)
    told = _raised(limits, power)
    short = len(points) < FEWEST_POINTS
    for at, point in enumerate(points):
        causes = _causes(sides[at], trend[at], outside[at], pairs[at], shift[at])
        yield Judged(
            on=point.on,
            value=point.value,
            group=number,
            limits=told,
            outside=outside[at],
            close=close[at],
            side=sides[at],
            causes=causes,
            kind=_kind(causes, options.direction),
            short_group=short,
        )


def _raised(limits: Limits, power: float) -> Limits:
    """Back from roots to values, of which none is below zero."""
    if power == 1:
        return limits
    roots = (limits.mean, limits.lower, limits.upper, limits.near_lower, limits.near_upper)
    return Limits(*(None if root is None else max(0.0, root) ** power for root in roots))


def _outside(value: float | None, limits: Limits) -> bool | None:
    if value is None or limits.lower is None or limits.upper is None:
        return None
    return value > limits.upper or value < limits.lower


def _close(value: float | None, outside: bool | None, limits: Limits) -> bool | None:
    if value is None or outside is None or limits.near_lower is None or limits.near_upper is None:
        return None
    return not outside and (value < limits.near_lower or value > limits.near_upper)


@cache  # of the few combinations that there are
def _causes(
    side: int | None,
    trend: int,
    beyond: bool | None,
    pair: bool,
    shift: bool,
) -> tuple[Cause, ...]:
    """In the order of their priority."""
    above = side == 1
    causes = []
    if beyond:
        causes.append(Cause.ABOVE_LIMIT if above else Cause.BELOW_LIMIT)
    if trend:
        causes.append(Cause.RISING if trend > 0 else Cause.FALLING)
    if pair:
        causes.append(Cause.TWO_OF_THREE_ABOVE if above else Cause.TWO_OF_THREE_BELOW)
    if shift:
        causes.append(Cause.SHIFT_ABOVE if above else Cause.SHIFT_BELOW)
    return tuple(causes)


@cache
def _kind(causes: tuple[Cause, ...], direction: Direction) -> PointType:
    if not causes:
        return PointType.COMMON_CAUSE
    if direction is Direction.NEUTRAL:
        return PointType.NEUTRAL_HIGH if causes[0].sign > 0 else PointType.NEUTRAL_LOW
    better = causes[0].sign == direction.sign
    return PointType.IMPROVEMENT if better else PointType.CONCERN


def _assurance(limits: Limits, options: Options) -> Assurance | None:
    """From the limits in force: whether the process as it is would meet the target. On a limit, or without limits, it is open."""
    if options.target is None or options.direction is Direction.NEUTRAL:
        return None
    if limits.lower is None or limits.upper is None:
        return Assurance.OPEN
    above, below = options.target > limits.upper, options.target < limits.lower
    if not above and not below:
        return Assurance.OPEN
    met = below if options.direction is Direction.INCREASE else above
    return Assurance.MET if met else Assurance.MISSED
