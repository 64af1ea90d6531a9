"""What a chart is made of, and what is read from it: plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

FEWEST_TO_FIX = 12
"""Points of a baseline, at least (NHSRplotthedots refuses fewer)."""
FEWEST_POINTS = 13
"""A rebase group of fewer is short: each further point still moves its limits visibly."""
LARGEST = 1e15
"""Beyond it, a double no longer holds every whole number: such a value is a mistake."""


class UnusableSeries(ValueError):
    """The series or the options cannot make a chart. The message says what is wrong, as a sentence without its full stop."""


class Direction(StrEnum):
    """Which way is better."""

    INCREASE = "increase"
    DECREASE = "decrease"
    NEUTRAL = "neutral"

    @property
    def sign(self) -> int:
        return {Direction.INCREASE: 1, Direction.DECREASE: -1, Direction.NEUTRAL: 0}[self]


class Point(NamedTuple):
    """A value on a date; none where there is no data, which is not zero."""

    on: date
    value: float | None


@dataclass(frozen=True, slots=True)
class Rebase:
    """Limits begin anew at the point of this date, because something changed: a completed action, a definition."""

    on: date
    reason: str = ""


@dataclass(frozen=True)
class Options:
    """How a series is judged. The defaults are those of NHSRplotthedots but for the direction: who does not say which way is better
    is not told. Raises `UnusableSeries`."""

    direction: Direction = Direction.NEUTRAL
    target: float | None = None
    screen_outliers: bool = True
    """Whether moving ranges of 3.267 times their mean and more are left out of the limits. The national Excel tool keeps them."""
    fix_after_n_points: int | None = None
    """Limits come from the first so many points of each group, at least 12: for showing what changed since."""
    rebase: tuple[Rebase, ...] = ()
    """A date without a point does nothing: `starting_at` finds the point that a change shows in."""

    def __post_init__(self) -> None:
        if self.target is not None and not _usable(self.target):
            raise UnusableSeries(f"the target {self.target:g} is not a usable number")
        if self.fix_after_n_points is not None and self.fix_after_n_points < FEWEST_TO_FIX:
            raise UnusableSeries(
                f"limits can be fixed after {FEWEST_TO_FIX} points or more, not after {self.fix_after_n_points}"
            )


class Cause(StrEnum):
    """Why a point is more than chance, by the first rule that holds; the values are NHSRplotthedots' own."""

    ABOVE_LIMIT = "Above UCL"
    BELOW_LIMIT = "Below LCL"
    RISING = "7 Point Trend (Increasing)"
    FALLING = "7 Point Trend (Decreasing)"
    TWO_OF_THREE_ABOVE = "2 in 3 Above CL"
    TWO_OF_THREE_BELOW = "2 in 3 Below CL"
    SHIFT_ABOVE = "7 Points Above CL"
    SHIFT_BELOW = "7 Points Below CL"
    COMMON = "Common Cause"

    @property
    def sign(self) -> int:
        """1 where it is high or rising, -1 where it is low or falling, 0 where it is nothing."""
        if self is Cause.COMMON:
            return 0
        return -1 if self in _DOWNWARD else 1

    @property
    def trend(self) -> bool:
        return self in (Cause.RISING, Cause.FALLING)


_DOWNWARD = (Cause.BELOW_LIMIT, Cause.FALLING, Cause.TWO_OF_THREE_BELOW, Cause.SHIFT_BELOW)


class PointType(StrEnum):
    COMMON_CAUSE = "common_cause"
    IMPROVEMENT = "special_cause_improvement"
    CONCERN = "special_cause_concern"
    NEUTRAL_HIGH = "special_cause_neutral_high"
    NEUTRAL_LOW = "special_cause_neutral_low"


class Variation(StrEnum):
    """The icon of the latest point."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class Assurance(StrEnum):
    """Whether a target is met, as the process is now."""

    MET = "consistent_pass"
    MISSED = "consistent_fail"
    OPEN = "inconsistent"

    @property
    def icon(self) -> str:
        return self.value.removeprefix("consistent_")


class Limits(NamedTuple):
    """Of one rebase group, in the unit of its values. The mean is none where nothing is known; the others, too, where there is no
    moving range to use: one point, or a constant series with screening on."""

    mean: float | None
    lower: float | None
    upper: float | None
    near_lower: float | None
    near_upper: float | None


class Judged(NamedTuple):
    """A point of the chart, with what the rules say of it. None is "cannot be said": no value, or no limits. A tuple, as points are: a
    page makes thousands."""

    on: date
    value: float | None
    group: int
    """Its rebase group: 0 before the first rebase."""
    limits: Limits
    outside: bool | None
    close: bool | None
    """Between near limit and limit."""
    side: int | None
    """1 above the mean, -1 below, 0 on it."""
    causes: tuple[Cause, ...]
    """Every rule that holds, the deciding one first; empty for common cause."""
    kind: PointType
    short_group: bool
    """Its group has fewer than 13 points."""

    @property
    def cause(self) -> Cause:
        return self.causes[0] if self.causes else Cause.COMMON

    @property
    def special(self) -> bool:
        return bool(self.causes)


@dataclass(frozen=True)
class Xmr:
    """A chart as numbers. At least one point, in the order of their dates."""

    points: tuple[Judged, ...]
    options: Options
    variation: Variation
    assurance: Assurance | None
    """None without a target or a direction."""

    @property
    def latest(self) -> Judged:
        return self.points[-1]

    @property
    def has_limits(self) -> bool:
        """Whether anything can be held against the limits in force."""
        return self.latest.limits.upper is not None

    @property
    def says(self) -> bool:
        """Whether its latest point can be judged. Where not, the icons are what NHSRplotthedots gives, and mean nothing."""
        return self.has_limits and self.latest.value is not None

    @property
    def known(self) -> tuple[Judged, ...]:
        """Points with a value."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def groups(self) -> tuple[tuple[Judged, ...], ...]:
        """The points by rebase group."""
        names = dict.fromkeys(point.group for point in self.points)
        return tuple(tuple(p for p in self.points if p.group == name) for name in names)


def in_order(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points by date. Raises `UnusableSeries` for none, a date that comes twice, and values that are no numbers or absurd."""
    if not points:
        raise UnusableSeries("there are no points")
    ordered = tuple(sorted(points, key=lambda point: point.on))
    for one, other in pairwise(ordered):
        if one.on == other.on:
            raise UnusableSeries(f"{one.on} comes twice: each date may have one value")
    for point in ordered:
        if point.value is not None and not _usable(point.value):
            raise UnusableSeries(f"the value of {point.on} is not a usable number: {point.value:g}")
    return ordered


def starting_at(change: date, points: Sequence[Point]) -> date | None:
    """The date of the first point that begins on or after a change, where limits should begin anew; none when all are before it, or no
    value is: then nothing begins anew.

    The month in which something changed is still partly as it was, so it stays with what was before."""
    on = min((point.on for point in points if point.on >= change), default=None)
    known = (point.on for point in points if point.value is not None)
    return on if on is not None and any(each < on for each in known) else None


def _usable(number: float) -> bool:
    return isfinite(number) and abs(number) <= LARGEST
