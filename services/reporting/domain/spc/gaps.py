"""Days between rare reports: a t chart.

Times between events that come at a steady rate are exponential, far from the symmetric values that limits of three standard deviations
suit. The power 1/3.6 makes them nearly symmetric (L. S. Nelson, "A control chart for parts-per-million nonconforming items", Journal
of Quality Technology 26, 1994; L. P. Provost and S. K. Murray, The Health Care Data Guide, 2011). So the days are raised to it, judged
by the same rules as every XmR chart, and mean and limits are told in days again.

Reports that come in bursts, many on one day, have two kinds of gaps and no limits that fit both. Of charts on which nothing changes (6,000
simulated: 14 to 60 reports, on days at random, 1 to 4 of a day on average, geometric), 4% to 5% of the points are signals where fewer than
half of the gaps are of no days, as without bursts; 8% where five to six tenths are, 18% where more are, 40% from seven tenths on, 76% from
eight. So from half on there is no chart. Of reports one by one, two a month, it is
one gap in seven at the very most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from services.reporting.domain.spc.series import (
    FEWEST_POINTS,
    Direction,
    Options,
    Point,
    Rebase,
    UnusableSeries,
    Xmr,
    starting_at,
)
from services.reporting.domain.spc.xmr import judged

POWER = 3.6
LEAST = 0.5
"""Days, of two reports of one day: they may be anything up to a day apart. Taken as none, two of one day lay below every limit, by chance
alone, in most charts of 40 gaps at a mean of 5 to 8 days."""
_TURNED = {
    Direction.INCREASE: Direction.DECREASE,
    Direction.DECREASE: Direction.INCREASE,
    Direction.NEUTRAL: Direction.NEUTRAL,
}


@dataclass(frozen=True)
class Gaps:
    """The chart has a point for each report but the first: the days since the one before it. Several of one day have 0 between them."""

    chart: Xmr
    since_last: int
    """Days without a report, up to today."""
    enough: bool
    """Whether there are 13 gaps or more, and no bursts."""

    @property
    def quiet(self) -> bool:
        """Whether the time since the last report is already longer than chance makes it."""
        upper = self.chart.latest.limits.upper
        return self.enough and upper is not None and self.since_last > upper


def days_between(
    reports: Sequence[date], today: date, direction: Direction, rebase: Sequence[Rebase] = ()
) -> Gaps:
    """`direction` is that of the number of reports: where fewer are better, longer gaps are. A rebase begins with the first gap that
    ends on or after its date. Raises `UnusableSeries` for fewer than two reports, or one after today."""
    ordered = sorted(reports)
    if len(ordered) < 2:
        raise UnusableSeries("days between reports need two reports")
    if ordered[-1] > today:
        raise UnusableSeries(f"a report of {ordered[-1]} lies in the future")
    points = [Point(other, float((other - one).days)) for one, other in pairwise(ordered)]
    begins = [
        replace(each, on=on) for each in rebase if (on := starting_at(each.on, points)) is not None
    ]
    chart = judged(points, Options(_TURNED[direction], rebase=tuple(begins)), POWER, LEAST)
    enough = len(points) >= FEWEST_POINTS and not in_bursts(reports)
    return Gaps(chart, (today - ordered[-1]).days, enough)


def in_bursts(reports: Sequence[date]) -> bool:
    """Whether half of the gaps or more are of no days."""
    none = len(reports) - len(set(reports))
    return 2 * none >= len(reports) - 1
