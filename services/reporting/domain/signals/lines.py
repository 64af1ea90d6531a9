"""The charts that are watched for signals: for each subject all its reports, and those of each tenet.

They are those that a page shows to who chooses no period (`charted`, and a test holds the two together): 24 whole months where these
carry a chart, else five years. A baseline of long ago says little of what is to be expected, and Making Data Count asks for some 20
points. What has no chart yet raises nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from services.reporting.domain.charted import LONGEST_MONTHS, direction_of, last_whole
from services.reporting.domain.charted.remembered import (
    carried,
    carried_by_month,
    days_between,
    xmr,
)
from services.reporting.domain.filters import DEFAULT_MONTHS
from services.reporting.domain.joining import Joining
from services.reporting.domain.months import between, plus
from services.reporting.domain.spc import (
    Carried,
    Direction,
    Form,
    Options,
    Point,
    Reach,
    Rebase,
    Xmr,
    starting_at,
)
from services.reporting.domain.spc.steps import QUARTER, quarter_of
from shared.contracts.reports import Kind, Tenet
from shared.contracts.signals import PointOf

CHART_MONTHS = int(DEFAULT_MONTHS)
_REACH = Reach(LONGEST_MONTHS, CHART_MONTHS)
_ENDED = Carried(Form.NOT_YET, "Data have ended: of the newest months there is nothing to tell.")
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

    joining: Joining
    """Of its place. Who reports says when there is data: a provider about which nobody reported has none, which is zero."""
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

    def direction(self, tenets: Sequence[Tenet]) -> Direction:
        """Of the line's own reports: where most of a theme's are feedback, its safety events are still better the fewer they are."""
        by_kind: Counter[str] = Counter()
        for each in self.counts:
            if not tenets or each.tenet in tenets:
                by_kind[each.kind] += sum(each.numbers)
        return direction_of(by_kind)

    @property
    def begins(self) -> tuple[Rebase, ...]:
        """Where limits begin anew."""
        return self.joining.rebases

    def options(self, tenets: Sequence[Tenet], points: Sequence[Point]) -> Options:
        """For a line's chart of these."""
        begins = [
            replace(each, on=on)
            for each in self.begins
            if (on := starting_at(each.on, points)) is not None
        ]
        return Options(self.direction(tenets), rebase=tuple(begins))


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
    if counted.joining.silent:
        return dict.fromkeys(lines or counted.lines, _ENDED)
    return {
        tenets: _form(counted.by_month(tenets), counted.joining.first, today)
        for tenets in lines or counted.lines
    }


def needs_days(forms: Forms) -> bool:
    """Whether any line is charted as days between reports: then it must be known on which days each report happened."""
    return any(each.form is Form.DAYS_BETWEEN for each in forms.values())


def lines_of(counted: Counted, forms: Forms, days: Days, today: date) -> list[Line]:
    """The charts there are enough data for."""
    made = (_line(counted, tenets, held, days, today) for tenets, held in forms.items())
    return [each for each in made if each is not None]


def _form(counts: Mapping[date, int], started: date | None, today: date) -> Carried:
    whole = _points(counts, max(started or date.max, watched_from(today)), last_whole(today))
    return carried_by_month(whole[-CHART_MONTHS:]) or carried(whole, _REACH)


def _line(
    counted: Counted, tenets: tuple[Tenet, ...], held: Carried, days: Days, today: date
) -> Line | None:
    match held.form:
        case Form.MONTHS | Form.QUARTERS:
            return _by_months(counted, tenets, held, today)
        case Form.DAYS_BETWEEN:
            return _gaps(counted, tenets, days, today)
        case Form.NOT_YET:
            return None


def _by_months(counted: Counted, tenets: tuple[Tenet, ...], held: Carried, today: date) -> Line:
    chart = xmr(held.points, counted.options(tenets, held.points))
    by_quarter, last = held.form is Form.QUARTERS, held.points[-1].on
    since = plus(last, QUARTER if by_quarter else 1)
    running = _points(counted.by_month(tenets), since, today)
    if any(each.on > last for each in counted.begins):
        running = ()  # the limits of the whole months are not theirs any more
    if by_quarter:
        return Line(tenets, PointOf.QUARTER, chart, _by_quarter(running))
    return Line(tenets, PointOf.MONTH, chart, running)


def _gaps(counted: Counted, tenets: tuple[Tenet, ...], days: Days, today: date) -> Line | None:
    first = max(counted.joining.first or date.max, watched_from(today))
    known = [
        day
        for tenet, each in days.items()
        if not tenets or tenet in tenets
        for day in each
        if first <= day <= today
    ]
    if len(known) < 2:
        return None
    found = days_between(tuple(sorted(known)), today, counted.direction(tenets), counted.begins)
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
