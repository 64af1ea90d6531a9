"""An XmR chart: values with their marks, mean, limits, target and rebases."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from math import ceil
from textwrap import wrap

from services.reporting.domain.drawing.parts import (
    LETTER,
    LINE,
    Chart,
    Entry,
    Frame,
    Shape,
    label_below,
    legend,
    line,
    linked,
    mark,
    path,
    svg,
    text,
)
from services.reporting.domain.drawing.scales import Axis, axis_over
from services.reporting.domain.drawing.xmr_words import (
    Labels,
    begun,
    drawn_limits,
    lines_in_words,
    lower_told,
    values_of,
    with_unit,
    xmr_words,
)
from services.reporting.domain.spc import (
    CAUSES,
    Judged,
    PointType,
    Step,
    Xmr,
    sentence,
)

_LABELS_APART = 14
_EVERY = {Step.MONTH: (1, 2, 3, 4, 6, 12), Step.QUARTER: (1, 2, 4), Step.DAY: (1,)}
"""Steps between labels below that divide a year; longer ones are so many times the last."""
_CLOSEST = 0.8
"""Of the room of a label: months are of different lengths, and their labels a little nearer than others."""
_MARKS = {
    PointType.COMMON_CAUSE: (Shape.CIRCLE, "common", "Common cause"),
    PointType.IMPROVEMENT: (Shape.SQUARE, "improvement", "Improvement"),
    PointType.CONCERN: (Shape.TRIANGLE, "concern", "Concern"),
    PointType.NEUTRAL_HIGH: (Shape.DIAMOND, "neutral", "Special cause"),
    PointType.NEUTRAL_LOW: (Shape.DIAMOND, "neutral", "Special cause"),
}


def xmr_chart(key: str, chart: Xmr, labels: Labels, frame: Frame, *, headed: bool = False) -> Chart:
    """The drawing, and in words what it shows. A limit where no value can be is drawn at the last that can. `headed` writes title and
    sentence above it: for a file of its own."""
    words = xmr_words(chart, labels)
    heading: list[str] = []
    if headed:
        heading, frame = _heading(chart, labels, frame)
    axis = _axis(chart, labels)
    if frame.legend:
        frame = frame.with_room([_tick(axis, tick, labels) for tick in axis.ticks])
    places = _places(chart, labels, frame)
    parts = [
        *heading,
        *_grid(axis, labels, frame),
        *_dates(chart, labels, places, frame),
        *_rebases(chart, places, frame),
        *_limits(chart, axis, labels, places, frame),
        *_values(chart, axis, places, frame),
        *_marks(chart, axis, labels, places, frame),
    ]
    height = frame.base + LINE + 6
    if frame.labels_beside:
        parts += _beside(chart, axis, labels, frame)
    if frame.legend:
        below, height = legend(_entries(chart, frame, labels), frame, frame.base + 44)
        parts += below
    role = "group" if any(labels.address(point) for point in chart.points) else "img"
    return Chart(svg(key, (frame.width, height), labels.title, words, parts, role=role), words)


def _axis(chart: Xmr, labels: Labels) -> Axis:
    values = values_of(chart)
    lines = [*values, *([] if chart.options.target is None else [chart.options.target])]
    for group in chart.groups:
        edges = drawn_limits(group[0].limits, values, labels.quantity.most)
        lines += [edge for edge in edges if edge is not None]
    return axis_over(min(lines, default=0), max(lines, default=1))


def _places(chart: Xmr, labels: Labels, frame: Frame) -> list[float]:
    """Where each point is, from left to right: by its date."""
    points = chart.points
    days = [
        float(at) if labels.evenly else float(point.on.toordinal())
        for at, point in enumerate(points)
    ]
    room = frame.end - frame.left - 24
    length = days[-1] - days[0]
    if not length:
        return [frame.left + 12 + room / 2] * len(points)
    return [frame.left + 12 + (day - days[0]) / length * room for day in days]


def _height(value: float, axis: Axis, frame: Frame) -> float:
    return frame.base - axis.share(value) * frame.plot


def _tick(axis: Axis, tick: float, labels: Labels) -> str:
    return f"{axis.label(tick)}{labels.quantity.sign}"


def _grid(axis: Axis, labels: Labels, frame: Frame) -> Iterator[str]:
    if frame.legend:
        for tick in axis.ticks:
            y = _height(tick, axis, frame)
            yield line("grid", frame.left, y, frame.end, y)
            yield text(frame.left - 8, y + 4, _tick(axis, tick, labels), anchor="end")
    yield line("axis", frame.left, frame.base, frame.end, frame.base)


def _dates(chart: Xmr, labels: Labels, places: list[float], frame: Frame) -> Iterator[str]:
    y = frame.base + LINE
    name = labels.step.in_short
    if not frame.label_gap:
        yield text(frame.left, y, name(chart.points[0].on))
        if len(chart.points) > 1:
            yield text(frame.end, y, name(chart.latest.on), anchor="end")
        return
    free = frame.width + 0.0
    for at in _labelled(places, labels.step, frame):
        if places[at] <= free:
            yield label_below(places[at], y, name(chart.points[at].on), frame)
            free = places[at] - _room(labels.step, frame) * _CLOSEST


def _labelled(places: list[float], step: Step, frame: Frame) -> Iterator[int]:
    """Which points have a label below them: the latest and every so-many-th before it, so that whole years tell the same months. Points
    that stand unevenly may still come too close."""
    length = max(1.0, places[-1] - places[0])
    fewest = ceil(_room(step, frame) * (len(places) - 1) / length)
    longest = _EVERY[step][-1]
    every = next(
        (each for each in _EVERY[step] if each >= fewest), ceil(fewest / longest) * longest
    )
    return iter(range(len(places) - 1, -1, -every))


def _room(step: Step, frame: Frame) -> float:
    """Between the middles of two labels."""
    return frame.label_gap * (1.25 if step is Step.DAY else 1)


def _rebases(chart: Xmr, places: list[float], frame: Frame) -> Iterator[str]:
    first = {point.group: at for at, point in reversed(list(enumerate(chart.points)))}
    for letter, point, _ in begun(chart):
        at = first[point.group]
        x = places[at] - 6 if at == 0 else (places[at - 1] + places[at]) / 2
        yield line("rebase", x, frame.top - 4, x, frame.base)
        if frame.legend:
            yield text(x, frame.top - 8, letter, anchor="middle", kind="letter")


def _limits(
    chart: Xmr, axis: Axis, labels: Labels, places: list[float], frame: Frame
) -> Iterator[str]:
    values = values_of(chart)
    at = 0
    for group in chart.groups:
        begin, end = places[at] - 8, places[at + len(group) - 1] + 8
        at += len(group)
        limits = group[0].limits
        lines = (limits.mean, *drawn_limits(limits, values, labels.quantity.most))
        for kind, value in zip(("mean", "limit", "limit"), lines, strict=True):
            if value is not None:
                y = _height(value, axis, frame)
                yield line(kind, begin, y, end, y)
    if chart.options.target is not None:
        y = _height(chart.options.target, axis, frame)
        yield line("target", frame.left, y, frame.end, y)


def _values(chart: Xmr, axis: Axis, places: list[float], frame: Frame) -> Iterator[str]:
    """The line between values, broken where there is none and where limits begin anew."""
    placed = zip(places, chart.points, strict=True)
    for (_, known), run in groupby(
        placed, key=lambda each: (each[1].group, each[1].value is not None)
    ):
        if known:
            yield path("values", [(x, _height(point.value or 0, axis, frame)) for x, point in run])


def _marks(
    chart: Xmr, axis: Axis, labels: Labels, places: list[float], frame: Frame
) -> Iterator[str]:
    size = 5.0 if frame.legend and len(chart.points) <= 60 else 3.5
    every = len(chart.points) <= frame.most_marks
    for x, point in zip(places, chart.points, strict=True):
        if point.value is None or not (every or point.special):
            continue
        shape, kind, _ = _MARKS[point.kind]
        drawn = mark(shape, kind, x, _height(point.value, axis, frame), size)
        yield linked(drawn, labels.address(point), _name(point, labels))


def _name(point: Judged, labels: Labels) -> str:
    cause = f", {CAUSES[point.cause]}" if point.special else ""
    return f"{labels.step.in_words(point.on)}: {with_unit(point.value, labels)}{cause}"


def _beside(chart: Xmr, axis: Axis, labels: Labels, frame: Frame) -> Iterator[str]:
    """Labels of the lines at their right ends, moved apart where they would cover each other."""
    limits = chart.latest.limits
    lower, upper = drawn_limits(limits, values_of(chart), labels.quantity.most)
    quantity = labels.quantity
    named = [
        (_limit("Upper", quantity.upper_told(limits.upper or 0)), upper),
        (f"Target {quantity.told(chart.options.target or 0)}", chart.options.target),
        (f"{quantity.centre} {quantity.told(limits.mean or 0)}", limits.mean),
        (_limit("Lower", lower_told(chart, labels)), lower),
    ]
    placed = sorted(
        (_height(drawn, axis, frame) + 4, words) for words, drawn in named if drawn is not None
    )
    places = _apart([y for y, _ in placed], lowest=frame.base + 4)
    for y, (_, words) in zip(places, placed, strict=True):
        yield text(frame.end + 6, y, words)


def _limit(which: str, words: str) -> str:
    """What lies above or below all that can be leaves no room for more words."""
    return f"{which} {words}" if words.startswith(("above", "below")) else f"{which} limit {words}"


def _apart(places: list[float], lowest: float) -> list[float]:
    """Heights in their order from above, moved down until none covers another, then up until none is below the lowest."""
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + _LABELS_APART)
    for at in reversed(range(len(places))):
        places[at] = min(places[at], lowest)
        lowest = places[at] - _LABELS_APART
    return places


def _heading(chart: Xmr, labels: Labels, frame: Frame) -> tuple[list[str], Frame]:
    """Title and sentence above the chart, and the frame with room for them."""
    said = sentence(labels.title, chart, labels.step, labels.manner).removeprefix(
        labels.title + ": "
    )
    lines = wrap(f"{said[:1].upper()}{said[1:]}.", width=int((frame.width - 20) / LETTER))
    titles = wrap(labels.title, width=int((frame.width - 20) / (LETTER * 1.4)))
    parts = [text(10, 24 + at * 22, each, kind="heading") for at, each in enumerate(titles)]
    below = 24 + len(titles) * 22
    parts += [text(10, below + at * LINE, each) for at, each in enumerate(lines)]
    return parts, replace(frame, top=frame.top + below + len(lines) * LINE)


def _entries(chart: Xmr, frame: Frame, labels: Labels) -> list[Entry]:
    kinds = dict.fromkeys(point.kind for point in chart.known)
    shown = {_MARKS[kind] for kind in kinds}
    entries = [
        Entry(words, shape, kind)
        for shape, kind, words in _MARKS.values()
        if (shape, kind, words) in shown
    ]
    for kind, name, words in lines_in_words(chart, labels):
        entries.append(Entry(name if frame.labels_beside else f"{name} {words}", kind=kind))
    for letter, point, reason in begun(chart):
        because = f", {reason}" if reason else ""
        entries.append(Entry(f"{labels.step.in_words(point.on)}{because}", letter=letter))
    return list(dict.fromkeys(entries))
