"""Did it work? A theme before and after an action was completed.

Points after are held against the limits of the points before: what has changed since lies beyond them, or is 7 points in a row on one
side of the mean, as on every chart. So 7 points are needed before "no change" can be said, and 12 before the action make limits to
hold them against.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.reporting.domain.charted import Charted
from services.reporting.domain.drawing import told
from services.reporting.domain.months import long_name, plus
from services.reporting.domain.spc import FEWEST_TO_FIX, Direction, Form, Judged, Limits, Step, Xmr
from services.reporting.domain.spc.steps import quarter_of

FEWEST_AFTER = 7
"""Points: a shift is 7 in a row."""


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    """Nobody said which way is better."""
    SAME = "no sign of a change"
    EARLY = "too early to tell"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True)
class Worked:
    verdict: Verdict
    words: str
    before: str
    """The mean of the points before, with its unit; empty where there are none."""
    after: str
    """The same of those after, or why there is none yet."""


def begins_anew(shown: Charted, completed_on: date) -> bool:
    """Whether the chart has limits of its own for what came after the action's completion."""
    return shown.chart is not None and _group_after(shown.chart, completed_on) > 0


def _group_after(chart: Xmr, completed_on: date) -> int:
    """The place of the group that begins there; 0 where none does. It need not be the last: limits begin anew for other reasons, too."""
    places = (at for at, group in enumerate(chart.groups) if group[0].on >= completed_on)
    return next(places, 0)


def worked(shown: Charted, completed_on: date) -> Worked:
    """By a chart whose limits begin anew at the action's completion."""
    if shown.chart is None:
        return Worked(Verdict.UNKNOWN, f"Cannot be told: {_lower(shown.why)}", "", "")
    groups = shown.chart.groups
    unit = f" {shown.step.value if shown.step is not Step.DAY else ''}".rstrip()
    at = _group_after(shown.chart, completed_on)
    if not at:
        return _on_one_side(shown, groups, completed_on, unit)
    before, after = groups[at - 1], groups[at]
    means = (_mean(before, shown, unit), _mean(after, shown, unit))
    known = [point for point in before if point.value is not None]
    if len(known) < FEWEST_TO_FIX:
        words = f"Cannot be told: only {shown.step.counted(len(known))} of data before it, {FEWEST_TO_FIX} are needed."
        return Worked(Verdict.UNKNOWN, words, *means)
    side = changed(before[0].limits, [point.value for point in after if point.value is not None])
    number = sum(point.value is not None for point in after)
    if side:
        return Worked(*_change(shown, side), *means)
    if number < FEWEST_AFTER and after is not groups[-1]:
        words = f"Cannot be told: limits begin anew again {shown.step.counted(number)} after it."
        return Worked(Verdict.UNKNOWN, words, *means)
    if number < FEWEST_AFTER:
        return Worked(Verdict.EARLY, _early(shown, after[-1].on, FEWEST_AFTER - number), *means)
    return Worked(
        Verdict.SAME, f"No sign of a change in {shown.step.counted(number)} since.", *means
    )


def changed(before: Limits, after: Sequence[float]) -> int:
    """1 where what came after is higher than before by more than chance, -1 where it is lower, else 0: by the newest sign of it."""
    if before.mean is None:
        return 0
    found = run = 0
    for value in after:
        side = (value > before.mean) - (value < before.mean)
        run = run + side if run * side > 0 else side
        beyond = (before.upper is not None and value > before.upper) or (
            before.lower is not None and value < before.lower
        )
        if beyond or abs(run) >= FEWEST_AFTER:
            found = side
    return found


def _change(shown: Charted, side: int) -> tuple[Verdict, str]:
    direction = Direction.NEUTRAL if shown.chart is None else shown.chart.options.direction
    high = shown.manner.high if side > 0 else shown.manner.low
    words = f"{high.replace('than expected', 'than before')}, likely a real change"
    if direction is Direction.NEUTRAL:
        return Verdict.CHANGED, f"{words[0].upper()}{words[1:]}."
    if side == direction.sign:
        return Verdict.BETTER, f"Better: {words}."
    return Verdict.WORSE, f"Worse: {words}."


def _on_one_side(
    shown: Charted, groups: Sequence[Sequence[Judged]], completed_on: date, unit: str
) -> Worked:
    """The chart has no point after the completion, or none before."""
    if groups[0][0].on >= completed_on:
        return Worked(
            Verdict.UNKNOWN,
            "Cannot be told: the chart begins after it. Choose a longer period.",
            "",
            "",
        )
    # The month, or quarter, of the completion stays with what was before.
    last = completed_on.replace(day=1) if shown.step is Step.MONTH else quarter_of(completed_on)
    if last == completed_on:
        last = plus(last, -shown.step.months)
    before = _mean(groups[-1], shown, unit)
    return Worked(Verdict.EARLY, _early(shown, last, FEWEST_AFTER), before, "too early")


def _early(shown: Charted, last: date, more: int) -> str:
    begin = f"Too early to tell: {shown.step.counted(more)} more"
    if shown.form is Form.DAYS_BETWEEN:
        return (
            f"Too early to tell: {more} more {'report' if more == 1 else 'reports'} will say more."
        )
    month = plus(last, shown.step.months * (more + 1) - 1)
    return f"{begin} will be enough, after {long_name(month)}."


def _mean(points: Sequence[Judged], shown: Charted, unit: str) -> str:
    values = [point.value for point in points if point.value is not None]
    if not values:
        return ""
    mean = told(sum(values) / len(values))
    return f"{mean} days apart" if shown.form is Form.DAYS_BETWEEN else f"{mean} a{unit}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
