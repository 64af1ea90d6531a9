"""What an XmR chart shows, in words, with the numbers that it shows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from services.reporting.domain.drawing.quantities import Quantity
from services.reporting.domain.spc import (
    CAUSES,
    COUNTS,
    Judged,
    Limits,
    Manner,
    Step,
    Xmr,
    sentence,
)

_MOST_TOLD = 12
"""Signals that the description names one by one."""


@dataclass(frozen=True)
class Labels:
    """What the numbers are called."""

    title: str
    step: Step
    manner: Manner = COUNTS
    quantity: Quantity = Quantity.NUMBER
    evenly: bool = False
    """Points at even distances, where their dates are not the scale: days between reports."""
    address: Callable[[Judged], str | None] = field(default=lambda _: None)
    """Where the point leads to, if anywhere. The same links must stand in the table beside the drawing, for keyboards."""


def xmr_words(chart: Xmr, labels: Labels) -> str:
    """What the drawing shows, with the numbers that it shows."""
    signals = [point for point in chart.points if point.special]
    if not signals:
        return overview_words(chart, labels)
    earlier = len(signals) - _MOST_TOLD
    named = [f"{earlier:,} earlier ones"] if earlier > 0 else []
    named += [_signal(point, labels) for point in signals[-_MOST_TOLD:]]
    return f"{overview_words(chart, labels)} More than chance: {'; '.join(named)}."


def overview_words(chart: Xmr, labels: Labels) -> str:
    """The same without the single points."""
    points = chart.known
    said = [f"{sentence(labels.title, chart, labels.step, labels.manner)}."]
    if points:
        ends = dict.fromkeys(labels.step.in_words(point.on) for point in (points[0], points[-1]))
        said.append(f"{labels.step.counted(len(points))}, {' to '.join(ends)}.")
        said.append(f"Latest: {with_unit(points[-1].value, labels)}.")
    said += [f"{name} {words}." for _, name, words in lines_in_words(chart, labels)]
    for _, point, reason in begun(chart):
        because = f" ({reason})" if reason else ""
        said.append(f"Limits begin anew with {labels.step.in_words(point.on)}{because}.")
    return " ".join(said)


def _signal(point: Judged, labels: Labels) -> str:
    when = f"{labels.step.before} {labels.step.in_words(point.on)}"
    return f"{with_unit(point.value, labels)} {when} ({CAUSES[point.cause]})"


def with_unit(value: float | None, labels: Labels) -> str:
    return labels.quantity.with_unit(value or 0)


def lines_in_words(chart: Xmr, labels: Labels) -> Iterator[tuple[str, str, str]]:
    """Mean, limits and target as they are now: the line's kind, its name and its numbers."""
    limits, quantity = chart.latest.limits, labels.quantity
    if limits.mean is not None:
        yield "mean", quantity.centre, quantity.with_unit(limits.mean)
    if limits.upper is not None:
        unit = " days" if quantity is Quantity.DAYS else ""
        yield (
            "limit",
            "Limits",
            f"{lower_told(chart, labels)} to {quantity.upper_told(limits.upper)}{unit}",
        )
    if chart.options.target is not None:
        yield "target", "Target", quantity.with_unit(chart.options.target)


def lower_told(chart: Xmr, labels: Labels) -> str:
    """The lower limit in force; where it is below zero and no value can be, that it is below."""
    real, drawn = chart.latest.limits.lower, drawn_limits(chart.latest.limits, values_of(chart))[0]
    return labels.quantity.told(real or 0) if real == drawn else f"below {labels.quantity.told(0)}"


def values_of(chart: Xmr) -> list[float]:
    return [point.value for point in chart.points if point.value is not None]


def begun(chart: Xmr) -> Iterator[tuple[str, Judged, str]]:
    """Each rebase that shows, with its letter, its first point and its reason."""
    reasons = {rebase.on: rebase.reason for rebase in chart.options.rebase}
    groups = chart.groups[1:] if chart.groups[0][0].group == 0 else chart.groups
    for at, group in enumerate(groups):
        yield ascii_uppercase[at % 26], group[0], reasons.get(group[0].on, "")


def drawn_limits(
    limits: Limits, values: Sequence[float], most: float | None = None
) -> tuple[float | None, float | None]:
    """Lower and upper limit as drawn: what cannot be below zero, or above `most`, has no limit there."""
    lower, upper = limits.lower, limits.upper
    if lower is not None and lower < 0 <= min(values, default=0):
        lower = 0.0
    return lower, upper if upper is None or most is None else min(upper, most)
