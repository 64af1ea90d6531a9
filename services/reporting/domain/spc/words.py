"""One plain sentence about a chart, from its own points: "Delayed discharge summaries: higher than expected since March 2026, likely a
real change"."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reporting.domain.spc.series import (
    FEWEST_POINTS,
    Assurance,
    Cause,
    Judged,
    Variation,
    Xmr,
)
from services.reporting.domain.spc.steps import Step


@dataclass(frozen=True)
class Manner:
    """How a chart says that its values are high, low, rising and falling."""

    high: str = "higher than expected"
    low: str = "lower than expected"
    rising: str = "rising"
    falling: str = "falling"


COUNTS = Manner()
GAPS = Manner(
    "further apart than expected",
    "closer together than expected",
    "coming further apart",
    "coming closer together",
)
"""Of days between reports: what is long is far apart."""

CAUSES = {
    Cause.ABOVE_LIMIT: "above the upper limit",
    Cause.BELOW_LIMIT: "below the lower limit",
    Cause.RISING: "one of 7 or more rising points",
    Cause.FALLING: "one of 7 or more falling points",
    Cause.TWO_OF_THREE_ABOVE: "one of 2 in 3 close to the upper limit",
    Cause.TWO_OF_THREE_BELOW: "one of 2 in 3 close to the lower limit",
    Cause.SHIFT_ABOVE: "one of 7 or more above the mean",
    Cause.SHIFT_BELOW: "one of 7 or more below the mean",
    Cause.COMMON: "common cause",
}
VARIATION = {
    Variation.COMMON_CAUSE: "No sign of a real change",
    Variation.IMPROVEMENT_HIGH: "Improvement: high or rising, and higher is better",
    Variation.IMPROVEMENT_LOW: "Improvement: low or falling, and lower is better",
    Variation.CONCERN_HIGH: "Concern: high or rising, and lower is better",
    Variation.CONCERN_LOW: "Concern: low or falling, and higher is better",
    Variation.NEUTRAL_HIGH: "Change: high or rising",
    Variation.NEUTRAL_LOW: "Change: low or falling",
}
"""What each icon says."""
ASSURANCE = {
    Assurance.MET: "The target will be met unless something changes",
    Assurance.MISSED: "The target will be missed unless something changes",
    Assurance.OPEN: "The target will be met at some times and missed at others",
}
_NO_LIMITS = "for there are no limits"


def variation_words(chart: Xmr) -> str:
    """What the icon says; where it means nothing, why."""
    if chart.says:
        return VARIATION[chart.variation]
    why = _NO_LIMITS if chart.latest.value is not None else "for the latest point has no value"
    return f"Cannot be said, {why}"


def assurance_words(chart: Xmr) -> str:
    """The same of the target; empty without one."""
    if chart.assurance is None:
        return ""
    if not chart.has_limits:
        return f"Whether the target will be met cannot be said, {_NO_LIMITS}"
    return ASSURANCE[chart.assurance]


def sentence(name: str, chart: Xmr, step: Step, manner: Manner = COUNTS) -> str:
    """`Name: what the latest point says`, without a full stop. Where the limits are early ones, it says on how much they rest; where the
    latest point has no value, it says so first."""
    group = [point for point in chart.groups[-1] if point.value is not None]
    if not group:
        return f"{name}: no data{_since(chart, step)}"
    said = f"{_said(group, step, manner)}{_how_early(group, chart, step)}"
    if chart.latest.value is None:
        said = f"no data for {step.in_words(chart.latest.on)}; before that, {said}"
    return f"{name}: {said}"


def _said(group: Sequence[Judged], step: Step, manner: Manner) -> str:
    """Of points that have values, at least one."""
    if group[-1].limits.upper is None:
        return _without_limits(group, step)
    return (_change if group[-1].special else _calm)(group, step, manner)


def _since(chart: Xmr, step: Step) -> str:
    """Since when the limits in force are; nothing when since the beginning."""
    return f" since {_start(chart.groups[-1][0], step)}" if len(chart.groups) > 1 else ""


def _change(group: Sequence[Judged], step: Step, manner: Manner) -> str:
    """`higher than expected since March 2026, likely a real change`."""
    latest = group[-1]
    first = began(group, latest.cause)
    when = f"since {_start(first, step)}"
    if first is latest:
        when = f"{step.before} {step.in_words(latest.on)}"
    return f"{_state(latest, manner)} {when}, likely a real change"


def began(group: Sequence[Judged], cause: Cause) -> Judged:
    """The first point that tells of the same change as the last one does by this rule."""
    begin = len(group) - 1
    while begin and _continues(group[begin - 1], group[-1], cause):
        begin -= 1
    return group[begin]


def _calm(group: Sequence[Judged], step: Step, manner: Manner) -> str:
    signals = [at for at, point in enumerate(group) if point.special]
    if not signals:
        return "no sign of a real change"
    last = signals[-1]
    since = _start(group[last + 1], step)
    return f"as expected since {since}, after it had been {_state(group[last], manner)}"


def _continues(earlier: Judged, latest: Judged, cause: Cause) -> bool:
    """Whether the earlier point tells of the same change. What is rising was low before, so a trend goes back as a trend, and what is
    high only as far as it was high."""
    if not earlier.special or earlier.cause.sign != cause.sign:
        return False
    return cause.trend or earlier.side == latest.side


def _state(point: Judged, manner: Manner) -> str:
    if point.cause.trend:
        return manner.rising if point.cause.sign > 0 else manner.falling
    return manner.high if point.cause.sign > 0 else manner.low


def _start(point: Judged, step: Step) -> str:
    """`March 2026`; of a quarter, the month in which it begins."""
    return Step.MONTH.in_words(point.on) if step is Step.QUARTER else step.in_words(point.on)


def _without_limits(group: Sequence[Judged], step: Step) -> str:
    if len(group) == 1:
        return f"only {step.counted(1)} of data so far, too little to tell"
    if len({point.value for point in group}) == 1:
        return f"the same throughout, {step.counted(len(group))} long"
    return f"too little data to tell, {step.counted(len(group))} so far"


def _how_early(group: Sequence[Judged], chart: Xmr, step: Step) -> str:
    if len(group) >= FEWEST_POINTS or group[-1].limits.upper is None:
        return ""
    return f" (early: only {step.counted(len(group))} of data{_since(chart, step)})"
