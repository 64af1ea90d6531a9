"""Which chart a series of monthly counts can carry: by month, pooled to quarters, as days between reports, or none yet.

An XmR chart needs enough points (13: NHSRplotthedots warns of fewer) and counts that are not mostly 0 and 1. Where the mean count is
small, the limits of a chart on which nothing changes are wrong: of charts of 24 months of Poisson counts, the latest month signalled in
9.6% at a mean of 0.5, in 6.1% at 1, in 2.5% at 2 and in 1.7% at 30 (1,500 simulated charts each, screened). So the mean must be 2. No
more than a quarter of the points may be zero: the customary bound for charts of counts (L. P. Provost and S. K. Murray, The Health
Care Data Guide, 2011). Days between reports are for the rare: whole days tell little apart where reports are a day from each other (of 40
gaps at random, the latest signalled in 8% at a mean of one day, in 2% at two and 1% or fewer from three on; 300 simulated charts each). What comes in
bursts shows in the months that have none, or, where that is most of them anyhow, in the days themselves (`gaps`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate

from services.reporting.domain.months import long_name, plus
from services.reporting.domain.spc.series import FEWEST_POINTS, Point
from services.reporting.domain.spc.steps import QUARTER, Step, quarter_of

SMALLEST_MEAN = 2.0
MOST_ZEROS = 0.25
"""As a share of the points."""
FEWEST_EVENTS = FEWEST_POINTS + 1
"""So many have 13 gaps between them."""
TOO_SHORT = "The period is too short for a chart: choose a longer period."


class Form(StrEnum):
    MONTHS = "months"
    QUARTERS = "quarters"
    DAYS_BETWEEN = "days between"
    NOT_YET = "not yet"


@dataclass(frozen=True)
class Reach:
    """What time can bring a series: how far back its charts go, and whether anything is still to come."""

    months: int = 60
    """So many whole months at most: older ones leave as new ones come."""
    recent: int | None = None
    """The newest so many are charted by month where they can be, and tell the present rate; none where there is but one period."""
    chosen: bool = False
    """The reader can choose a longer period."""
    ended: date | None = None
    """The month after which nothing more comes."""


FIVE_YEARS = Reach()


@dataclass(frozen=True)
class Carried:
    """What the series can carry, and in a sentence why."""

    form: Form
    why: str
    points: tuple[Point, ...] = ()
    """What to chart, by month or by quarter. Empty for the other forms: days between reports need the reports' dates."""
    enough_from: date | None = None
    """When not yet: the month after which there is enough, at the present rate. None where that never comes, or cannot be said."""

    @property
    def step(self) -> Step:
        return {Form.MONTHS: Step.MONTH, Form.QUARTERS: Step.QUARTER}.get(self.form, Step.DAY)


def carried_by_month(months: Sequence[Point]) -> Carried | None:
    """A chart by month of these counts: one for each whole month, oldest first. None where they do not carry one. A value of none is a month
    without data, which is not zero."""
    known = _trimmed(months)
    counts = [point.value for point in known if point.value is not None]
    if not _enough(counts):
        return None
    rate = round(sum(counts)) / len(counts)
    told = f"Shown by month: {Step.MONTH.counted(len(counts))} with {rate:,.1f} reports each on average."
    return Carried(Form.MONTHS, told, known)


def carried(months: Sequence[Point], reach: Reach = FIVE_YEARS) -> Carried:
    """The best chart for these counts, as `carried_by_month` takes them, at most as many as the reach has."""
    if (held := carried_by_month(months)) is not None:
        return held
    known = _trimmed(months)
    counts = [point.value for point in known if point.value is not None]
    total = round(sum(counts))
    if not total:
        when = "in the period" if reach.chosen else "so far"
        return Carried(Form.NOT_YET, f"Not enough data yet: no report {when}.")
    rate = total / len(counts)
    few = f"{rate:.1f} reports a month are too few to chart by month"
    # Of fewer, no quarters are enough: most series of a practice are so thin.
    quarters = pooled(known) if total >= FEWEST_POINTS * SMALLEST_MEAN else ()
    if _enough([point.value for point in quarters if point.value is not None]):
        return Carried(Form.QUARTERS, f"Shown by quarter: {few}.", quarters)
    if total >= FEWEST_EVENTS and rate < SMALLEST_MEAN:
        return Carried(Form.DAYS_BETWEEN, f"Shown as days between reports: {few} or by quarter.")
    return _not_yet(known[-1].on, counts, total, reach)


def pooled(months: Sequence[Point]) -> tuple[Point, ...]:
    """Counts by calendar quarter. Only quarters of which all three months are there, and known, have a count: part of a quarter would
    look like a fall."""
    parts: dict[date, list[float]] = {}
    for point in months:
        part = parts.setdefault(quarter_of(point.on), [])
        if point.value is not None:
            part.append(point.value)
    return _trimmed(
        [
            Point(quarter, sum(part) if len(part) == QUARTER else None)
            for quarter, part in parts.items()
        ]
    )


def _dense(counts: Sequence[float]) -> bool:
    """Whether these are counts that an XmR chart can carry, once there are enough of them."""
    zeros = sum(not count for count in counts)
    return bool(counts) and (
        sum(counts) / len(counts) >= SMALLEST_MEAN and zeros / len(counts) <= MOST_ZEROS
    )


def _enough(counts: Sequence[float]) -> bool:
    return len(counts) >= FEWEST_POINTS and _dense(counts)


def _not_yet(last: date, counts: Sequence[float], total: int, reach: Reach) -> Carried:
    """By what will suffice first: more months of the kind there are, or more reports for the days between them. Bursts need months that have
    any."""
    zeros = sum(not count for count in counts)
    begin, end = "There will be enough after", "."
    more: int | None
    if _dense(counts):
        more = FEWEST_POINTS - len(counts) if reach.months >= FEWEST_POINTS else None
        so_far = f"{len(counts)} of the {FEWEST_POINTS} months that a chart needs"
    elif total >= SMALLEST_MEAN * len(counts):
        more = _until_filled(counts, reach)
        so_far = f"the reports come in bursts, with none in {zeros} of {len(counts)} months"
        end = " if each month until then has some."
    else:
        more = _until_many(counts, reach)
        so_far = f"{total} of the {FEWEST_EVENTS} reports that a chart needs"
        if reach.recent is not None and len(counts) > reach.recent:
            so_far += f", in {Step.MONTH.counted(len(counts))}"
        begin = "At the present rate there will be enough after about"
    if more is None or reach.ended is not None:
        return Carried(Form.NOT_YET, f"Not enough data yet: {so_far}. {_never(reach)}")
    month = plus(last, more)
    when = f"{begin} {long_name(month)}{end}"
    return Carried(Form.NOT_YET, f"Not enough data yet: {so_far}. {when}", enough_from=month)


def _until_filled(counts: Sequence[float], reach: Reach) -> int | None:
    """After how many months more, none of them empty, few enough are."""
    usual = sum(counts) / len(counts)
    for more in range(1, reach.months + 1):
        held = [*counts, *[usual] * more]
        if any(_enough(held[-span:]) for span in {reach.recent or reach.months, reach.months}):
            return more
    return None


def _until_many(counts: Sequence[float], reach: Reach) -> int | None:
    """After how many months more, at the present rate, there are reports enough for the days between them, while older ones are left behind."""
    newest = counts[-(reach.recent or len(counts)) :]
    rate = sum(newest) / len(newest)
    sums = [0.0, *accumulate([*counts, *[rate] * reach.months])]
    held = (
        sums[end] - sums[max(0, end - reach.months)] for end in range(len(counts) + 1, len(sums))
    )
    almost = FEWEST_EVENTS - 1e-9  # thirds do not add up to a whole
    return next((more for more, number in enumerate(held, start=1) if number > almost), None)


def _never(reach: Reach) -> str:
    if reach.chosen:
        return TOO_SHORT
    if reach.ended is not None:
        return over(reach.ended)
    return f"At the present rate there will not be enough within the {reach.months // 12} years that charts go back."


def over(ended: date) -> str:
    """Why there never will be enough."""
    return f"No report came after {long_name(ended)}."


def _trimmed(points: Sequence[Point]) -> tuple[Point, ...]:
    """Without the points before the first known one and after the last."""
    known = [at for at, point in enumerate(points) if point.value is not None]
    return tuple(points[known[0] : known[-1] + 1]) if known else ()
