"""A funnel plot: a mark for each organisation by its volume, within limits that narrow as volumes grow."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

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
    ring,
    svg,
    text,
)
from services.reporting.domain.drawing.scales import Axis, axis_over, told
from services.reporting.domain.spc import Direction, Funnel, Measure, Placed, Zone

_FAR = {
    1: (Shape.SQUARE, "improvement", "Beyond 99.8%, better"),
    -1: (Shape.TRIANGLE, "concern", "Beyond 99.8%, worse"),
    0: (Shape.DIAMOND, "neutral", "Beyond 99.8%"),
}
_UNUSUAL = (Shape.CIRCLE, "unusual", "Beyond 95% only")
_WITHIN = (Shape.CIRCLE, "common", "As expected")
_CURVES = ("lower_998", "lower_95", "upper_95", "upper_998")
_RIGHT = 24
"""Room at the right end: nothing is labelled there."""


@dataclass(frozen=True)
class FunnelLabels:
    """What the funnel is about. Organisations that are not in `names` stay without a name."""

    title: str
    volume: str
    """What the volume is, below its axis: `Cases closed`."""
    names: Mapping[str, str] = field(default_factory=dict)
    own: str | None = None
    """The key of the reader's own organisation, which is ringed and named."""
    direction: Direction = Direction.NEUTRAL
    per: float = 1
    """Rates are told for so much volume: 1,000 for reports for each 1,000 patients."""
    address: Callable[[Placed], str | None] = field(default=lambda _: None)
    """Where an organisation leads to, if anywhere. The same links must stand in the table beside the drawing."""


def funnel_chart(key: str, funnel: Funnel, labels: FunnelLabels, frame: Frame) -> Chart:
    """The drawing of a funnel that tells something, and in words what it shows."""
    words = funnel_words(funnel, labels)
    across = axis_over(0, max(each.unit.volume for each in funnel.placed))
    up = _upwards(funnel)
    labelled = [value_told(tick, funnel, labels) for tick in up.ticks]
    frame = replace(frame, right=min(frame.right, _RIGHT)).with_room(labelled)
    parts = [
        *_grid(funnel, labels, across, up, frame),
        *_curves(funnel, across, up, frame),
        *_marks(funnel, labels, across, up, frame),
        *_names(funnel, labels, across, up, frame),
    ]
    below, height = legend(_entries(funnel, labels), frame, frame.base + 64)
    role = "group" if any(labels.address(each) for each in funnel.placed) else "img"
    drawn = svg(key, (frame.width, height), labels.title, words, [*parts, *below], role=role)
    return Chart(drawn, words)


def funnel_words(funnel: Funnel, labels: FunnelLabels) -> str:
    """What the drawing shows, with the numbers that it shows."""
    number = len(funnel.placed)
    said = [
        f"{labels.title}.",
        f"{number:,} organisations.",
        f"All together: {value_told(funnel.centre, funnel, labels)}.",
    ]
    for zone in Zone:
        there = [each for each in funnel.placed if each.zone is zone]
        if there and zone is Zone.WITHIN:
            said.append(f"As expected: {len(there):,}.")
        elif there:
            said.append(f"{_capital(zone.value)}: {_listed(there, funnel, labels)}.")
    own = next((each for each in funnel.placed if each.unit.key == labels.own), None)
    if own is not None and own.zone is Zone.WITHIN:
        said.append(f"{_listed([own], funnel, labels)}: as expected.")
    if funnel.widened:
        said.append("Limits are widened: organisations differ by more than chance.")
    return " ".join(said)


def value_told(value: float, funnel: Funnel, labels: FunnelLabels) -> str:
    """`43%` of a proportion, a number of a rate."""
    if funnel.measure is Measure.PROPORTION:
        return f"{told(value * 100)}%"
    return told(value * labels.per)


def _listed(there: list[Placed], funnel: Funnel, labels: FunnelLabels) -> str:
    named = [
        f"{name} ({value_told(each.value, funnel, labels)})"
        for each in there
        if (name := labels.names.get(each.unit.key))
    ]
    others = len(there) - len(named)
    if others:
        named.append(f"{others:,} {'other' if named else 'without a name here'}")
    return ", ".join(named)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _upwards(funnel: Funnel) -> Axis:
    """Room for every organisation, and for the limits as far as they matter: those of tiny volumes leave the drawing."""
    values = [each.value for each in funnel.placed]
    widest = min(
        max(limits.upper_998 for _, limits in funnel.curve), max(*values, 3 * funnel.centre)
    )
    return axis_over(0, max(*values, widest) or 1)


def _x(volume: float, across: Axis, frame: Frame) -> float:
    return frame.left + across.share(volume) * (frame.end - frame.left)


def _y(value: float, up: Axis, frame: Frame) -> float:
    return frame.base - up.share(value) * frame.plot


def _grid(
    funnel: Funnel, labels: FunnelLabels, across: Axis, up: Axis, frame: Frame
) -> Iterator[str]:
    for tick in up.ticks:
        y = _y(tick, up, frame)
        yield line("grid", frame.left, y, frame.end, y)
        yield text(frame.left - 8, y + 4, value_told(tick, funnel, labels), anchor="end")
    yield line("axis", frame.left, frame.base, frame.end, frame.base)
    for tick in across.ticks:
        yield label_below(_x(tick, across, frame), frame.base + LINE, across.label(tick), frame)
    middle = (frame.left + frame.end) / 2
    yield text(middle, frame.base + 2 * LINE, labels.volume, anchor="middle")


def _curves(funnel: Funnel, across: Axis, up: Axis, frame: Frame) -> Iterator[str]:
    y = _y(funnel.centre, up, frame)
    yield line("mean", frame.left, y, frame.end, y)
    for name in _CURVES:
        places = [
            (_x(volume, across, frame), _y(getattr(limits, name), up, frame))
            for volume, limits in funnel.curve
            if getattr(limits, name) <= up.high and volume <= across.high
        ]
        yield path("limit" if name.endswith("998") else "warning", places)


def _kind(each: Placed, direction: Direction) -> tuple[Shape, str, str]:
    if each.zone.far:
        return _FAR[direction.sign * (1 if each.zone is Zone.FAR_ABOVE else -1)]
    return _UNUSUAL if each.zone.unusual else _WITHIN


def _marks(
    funnel: Funnel, labels: FunnelLabels, across: Axis, up: Axis, frame: Frame
) -> Iterator[str]:
    size = 5.0 if len(funnel.placed) <= 60 else 3.5
    for each in funnel.placed:
        x, y = _x(each.unit.volume, across, frame), _y(each.value, up, frame)
        shape, kind, _ = _kind(each, labels.direction)
        drawn = mark(shape, kind, x, y, size)
        if each.unit.key == labels.own:
            drawn += ring(x, y, size + 5)
        name = f"{_listed([each], funnel, labels)}, {each.zone.value}"
        yield linked(drawn, labels.address(each), name)


def _names(
    funnel: Funnel, labels: FunnelLabels, across: Axis, up: Axis, frame: Frame
) -> Iterator[str]:
    """Names beside the marks of who is beyond the outer limits, where they cover no mark and no other name."""
    marks = [
        (_x(each.unit.volume, across, frame), _y(each.value, up, frame)) for each in funnel.placed
    ]
    taken = [(x - 7, x + 7, y) for x, y in marks]
    for (x, y), each in zip(marks, funnel.placed, strict=True):
        name = labels.names.get(each.unit.key)
        if not name or not each.zone.far:
            continue
        width = len(name) * LETTER
        for begin, at, anchor in ((x + 12, x + 12, "start"), (x - 12 - width, x - 12, "end")):
            within = begin >= frame.left and begin + width <= frame.width
            if within and not _covers(begin, begin + width, y, taken):
                taken.append((begin, begin + width, y))
                yield text(at, y + 4, name, anchor=anchor, kind="name")
                break


def _covers(begin: float, end: float, y: float, taken: list[tuple[float, float, float]]) -> bool:
    return any(
        abs(y - other) < LINE - 4 and begin < stop and start < end for start, stop, other in taken
    )


def _entries(funnel: Funnel, labels: FunnelLabels) -> list[Entry]:
    kinds = dict.fromkeys(_kind(each, labels.direction) for each in funnel.placed)
    entries = [Entry(words, shape, kind) for shape, kind, words in kinds]
    if own := labels.names.get(labels.own or ""):
        entries.append(Entry(own, Shape.RING))
    return [
        *entries,
        Entry(f"All together, {value_told(funnel.centre, funnel, labels)}", kind="mean"),
        Entry("95% limits", kind="warning"),
        Entry("99.8% limits", kind="limit"),
    ]
