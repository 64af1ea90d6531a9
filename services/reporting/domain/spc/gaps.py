"""Days between rare reports: a t chart.

Times between events that come at a steady rate are exponential, far from the symmetric values that limits of three standard deviations
suit. The power 1/3.6 makes them nearly symmetric (L. S. Nelson, "A control chart for parts-per-million nonconforming items", Journal
of Quality Technology 26, 1994; L. P. Provost and S. K. Murray, The Health Care Data Guide, 2011). So the days are raised to it, judged
by the same rules as every XmR chart, and mean and limits are told in days again.
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
    """Whether there are 13 gaps or more."""

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
    begins = [replace(each, on=starting_at(each.on, points) or each.on) for each in rebase]
    chart = judged(points, Options(_TURNED[direction], rebase=tuple(begins)), POWER)
    return Gaps(chart, (today - ordered[-1]).days, len(points) >= FEWEST_POINTS)
