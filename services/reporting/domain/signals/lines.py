"""The charts that are watched for signals: for each subject all its reports, and those of each tenet.

They are those that a page shows to who chooses no period (`charted`, and a test holds the two together): 24 whole months where these
carry a chart, else five years. A baseline of long ago says little of what is to be expected, and Making Data Count asks for some 20
points. What has no chart yet raises nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from services.reporting.domain.charted import LONGEST_MONTHS, direction_of, last_whole
from services.reporting.domain.charted.remembered import (
    carried,
    carried_by_month,
    days_between,
    xmr,
)
from services.reporting.domain.filters import DEFAULT_MONTHS
from services.reporting.domain.months import between, plus
from services.reporting.domain.spc import (
    Carried,
    Direction,
    Form,
    Options,
    Point,
    Xmr,
)
from services.reporting.domain.spc.steps import QUARTER, quarter_of
from shared.contracts.reports import Kind, Tenet
from shared.contracts.signals import PointOf

CHART_MONTHS = int(DEFAULT_MONTHS)
ALL: tuple[Tenet, ...] = ()
"""As a line's tenets: all reports together."""

Forms = Mapping[tuple[Tenet, ...], Carried]
"""By the line's tenets."""
Days = Mapping[Tenet, Sequence[date]]
"""On which days the reports of each tenet happened, one entry for each report."""


class Monthly(NamedTuple):
    """A subject's reports of one tenet and kind: so many in each of these months."""

    tenet: Tenet
    kind: Kind
    months: tuple[date, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """What is known of a subject's reports. It can be a key: what follows from it alone is remembered."""

    started: date
    """The first month in which anything was reported at its place: before it there is no data, which is not zero."""
    counts: tuple[Monthly, ...]

    def by_month(self, tenets: Sequence[Tenet]) -> Mapping[date, int]:
        """Of all reports together where there are none."""
        found: Counter[date] = Counter()
        for each in self.counts:
            if not tenets or each.tenet in tenets:
                for month, number in zip(each.months, each.numbers, strict=True):
                    found[month] += number
        return found

    @property
    def lines(self) -> list[tuple[Tenet, ...]]:
        """All reports, and each tenet. A tenet that has them all is no line of its own: it would say the same again."""
        tenets = {each.tenet for each in self.counts if any(each.numbers)}
        return [ALL, *((each,) for each in Tenet if each in tenets and len(tenets) > 1)]

    @cached_property
    def options(self) -> Options:
        by_kind: Counter[str] = Counter()
        for each in self.counts:
            by_kind[each.kind] += sum(each.numbers)
        return Options(direction_of(by_kind))


@dataclass(frozen=True)
class Line:
    """One chart: the series of a subject, as far as its points are whole, and those that are still running."""

    tenets: tuple[Tenet, ...]
    point_of: PointOf
    chart: Xmr
    running: tuple[Point, ...] = ()

    @property
    def direction(self) -> Direction:
        """Which way of the charted values is better: for days between reports the other way round."""
        return self.chart.options.direction


def watched_from(today: date) -> date:
    """The first month that any chart of today goes back to."""
    return plus(last_whole(today), 1 - LONGEST_MONTHS)


def forms_of(
    counted: Counted, today: date, lines: Sequence[tuple[Tenet, ...]] | None = None
) -> Forms:
    """Which chart each of these lines can carry, each that there is where none are given."""
    return {
        tenets: _form(counted.by_month(tenets), counted.started, today)
        for tenets in lines or counted.lines
    }


def needs_days(forms: Forms) -> bool:
    """Whether any line is charted as days between reports: then it must be known on which days each report happened."""
    return any(each.form is Form.DAYS_BETWEEN for each in forms.values())


def lines_of(counted: Counted, forms: Forms, days: Days, today: date) -> list[Line]:
    """The charts there are enough data for."""
    made = (_line(counted, tenets, held, days, today) for tenets, held in forms.items())
    return [each for each in made if each is not None]


def _form(counts: Mapping[date, int], started: date, today: date) -> Carried:
    whole = _points(counts, max(started, watched_from(today)), last_whole(today))
    return carried_by_month(whole[-CHART_MONTHS:]) or carried(whole)


def _line(
    counted: Counted, tenets: tuple[Tenet, ...], held: Carried, days: Days, today: date
) -> Line | None:
    match held.form:
        case Form.MONTHS:
            running = _points(counted.by_month(tenets), plus(held.points[-1].on, 1), today)
            return Line(tenets, PointOf.MONTH, xmr(held.points, counted.options), running)
        case Form.QUARTERS:
            since = plus(held.points[-1].on, QUARTER)
            running = _by_quarter(_points(counted.by_month(tenets), since, today))
            return Line(tenets, PointOf.QUARTER, xmr(held.points, counted.options), running)
        case Form.DAYS_BETWEEN:
            return _gaps(counted, tenets, days, today)
        case Form.NOT_YET:
            return None


def _gaps(counted: Counted, tenets: tuple[Tenet, ...], days: Days, today: date) -> Line | None:
    first = watched_from(today)
    known = [
        day
        for tenet, each in days.items()
        if not tenets or tenet in tenets
        for day in each
        if first <= day <= today
    ]
    if len(known) < 2:
        return None
    found = days_between(tuple(sorted(known)), today, counted.options.direction)
    return Line(tenets, PointOf.REPORT, found.chart) if found.enough else None


def _points(counts: Mapping[date, int], first: date, last: date) -> tuple[Point, ...]:
    """One for each month, both ends included; empty when the end is before the beginning."""
    months = between(first, last)
    return tuple(map(Point, months, [counts.get(month, 0) for month in months]))


def _by_quarter(months: Sequence[Point]) -> tuple[Point, ...]:
    """As `pooled`, but also of quarters that are not whole."""
    parts: dict[date, float] = {}
    for point in months:
        quarter = quarter_of(point.on)
        parts[quarter] = parts.get(quarter, 0) + (point.value or 0)
    return tuple(Point(quarter, number) for quarter, number in parts.items())


def months_in(point: date, point_of: PointOf) -> Iterable[date]:
    """The months that a point is of."""
    match point_of:
        case PointOf.MONTH:
            return (point,)
        case PointOf.QUARTER:
            return (point, plus(point, 1), plus(point, 2))
        case PointOf.REPORT:
            return (point.replace(day=1),)
