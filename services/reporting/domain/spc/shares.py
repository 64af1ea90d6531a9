"""Which chart a series of monthly shares can carry: so many of so many, as a percentage.

A share of few jumps for no reason. Of charts of 24 months on which nothing changes (600 simulated for each pair of volume and share;
Poisson volumes, binomial counts), the latest month signalled in 0.8% to 2.8% where the rarer of the two, those that count and those that
do not, came to 1.5 a month or more, in up to 3.7% at 0.75, in 7% to 10% at 0.5 and in 24% at 0.3, whatever the volumes. So what
`carrying` asks of a series of counts is asked here of the rarer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from services.reporting.domain.months import long_name, plus
from services.reporting.domain.spc.carrying import (
    FIVE_YEARS,
    MOST_ZEROS,
    SMALLEST_MEAN,
    TOO_SHORT,
    Carried,
    Form,
    Reach,
    over,
)
from services.reporting.domain.spc.series import FEWEST_POINTS, Point
from services.reporting.domain.spc.steps import QUARTER, quarter_of


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` in the month that begins on this day. Of none, there is no share."""

    on: date
    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None


def carried_share(months: Sequence[Share], reach: Reach = FIVE_YEARS) -> Carried:
    """The best chart for these shares, one for each whole month, oldest first, at most as many as the reach has; its points are percentages.
    Never days between."""
    known = _trimmed(months)
    if not known:
        return Carried(
            Form.NOT_YET, "Not enough data yet: no whole month has anything to take a share of."
        )
    if _enough(known):
        told = f"Shown by month: {_average(known)} a month on average."
        return Carried(Form.MONTHS, told, _points(known))
    quarters = _trimmed(_pooled(known))
    if _enough(quarters):
        told = f"Shown by quarter: {_average(known)} a month are too few to chart by month."
        return Carried(Form.QUARTERS, told, _points(quarters))
    return _not_yet(known, reach)


def _rarer(shares: Sequence[Share]) -> list[int]:
    """The counts of those that count or of those that do not, whichever are fewer."""
    parts = [share.part for share in shares if share.whole]
    rests = [share.whole - share.part for share in shares if share.whole]
    return min(parts, rests, key=sum)


def _dense(shares: Sequence[Share]) -> bool:
    counts = _rarer(shares)
    zeros = sum(not count for count in counts)
    return (
        bool(counts)
        and sum(counts) / len(counts) >= SMALLEST_MEAN
        and zeros / len(counts) <= MOST_ZEROS
    )


def _enough(shares: Sequence[Share]) -> bool:
    return sum(share.whole > 0 for share in shares) >= FEWEST_POINTS and _dense(shares)


def _average(shares: Sequence[Share]) -> str:
    """`2.4 of 31.0`."""
    months = sum(share.whole > 0 for share in shares)
    part, whole = (
        sum(counts) / months for counts in zip(*((s.part, s.whole) for s in shares), strict=True)
    )
    return f"{part:,.1f} of {whole:,.1f}"


def _pooled(months: Sequence[Share]) -> list[Share]:
    """By calendar quarter, of which all three months are there."""
    parts: dict[date, list[Share]] = {}
    for share in months:
        parts.setdefault(quarter_of(share.on), []).append(share)
    return [
        Share(quarter, sum(each.part for each in found), sum(each.whole for each in found))
        for quarter, found in parts.items()
        if len(found) == QUARTER
    ]


def _points(shares: Sequence[Share]) -> tuple[Point, ...]:
    return tuple(Point(share.on, share.percent) for share in shares)


def _not_yet(known: Sequence[Share], reach: Reach) -> Carried:
    months = sum(share.whole > 0 for share in known)
    last = known[-1].on
    if _dense(known):
        needed, more = FEWEST_POINTS, FEWEST_POINTS - months
        so_far = f"{months} of the {FEWEST_POINTS} months that a chart needs"
        begin = "There will be enough after"
    else:
        so_far = f"{_average(known)} a month are too few to chart"
        if QUARTER * sum(_rarer(known)) / months < SMALLEST_MEAN:
            # More months of this kind would not help.
            return Carried(Form.NOT_YET, f"Not enough data yet: {so_far}, even by quarter.")
        needed = QUARTER * FEWEST_POINTS
        more = QUARTER * max(1, FEWEST_POINTS - ceil(months / QUARTER))
        so_far += " by month"
        begin = "At the present rate there will be enough by quarter after about"
    if reach.months < needed or reach.ended is not None:
        why = TOO_SHORT if reach.chosen or reach.ended is None else over(reach.ended)
        return Carried(Form.NOT_YET, f"Not enough data yet: {so_far}. {why}")
    month = plus(last, more)
    when = f"{begin} {long_name(month)}."
    return Carried(Form.NOT_YET, f"Not enough data yet: {so_far}. {when}", enough_from=month)


def _trimmed(shares: Sequence[Share]) -> list[Share]:
    """Without the months before the first and after the last that have a share."""
    there = [at for at, share in enumerate(shares) if share.whole]
    return list(shares[there[0] : there[-1] + 1]) if there else []
