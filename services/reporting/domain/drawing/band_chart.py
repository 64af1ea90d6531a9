"""A line of one's own within a band of others."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.drawing.parts import (
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
from services.reporting.domain.months import short_name
from services.reporting.domain.peers import Beside, words

_RIGHT = 24


def band_chart(key: str, title: str, told: Sequence[Beside], frame: Frame) -> Chart:
    """One place for each month, from left to right. Months without a band have none: it is broken there."""
    said = words(told)
    values = [v for each in told for v in (each.own, each.upper) if v is not None]
    axis = axis_over(0, max(values, default=1))
    labels = [axis.label(tick) for tick in axis.ticks]
    frame = frame.with_room(labels)
    step = (frame.width - _RIGHT - frame.left) / max(1, len(told) - 1)
    places = [frame.left + at * step for at in range(len(told))]
    parts = [
        *_grid(axis, labels, frame),
        *_bands(told, places, axis, frame),
        *_months(told, places, frame),
        *_own(told, places, axis, frame),
    ]
    entries = [
        Entry("This practice", Shape.CIRCLE, "common"),
        Entry("The middle half of its peers", Shape.SQUARE, "band"),
    ]
    below, height = legend(entries, frame, frame.base + 44)
    role = "group" if any(each.listed for each in told) else "img"
    return Chart(svg(key, (frame.width, height), title, said, [*parts, *below], role=role), said)


def _y(value: float, axis: Axis, frame: Frame) -> float:
    return frame.base - axis.share(value) * frame.plot


def _grid(axis: Axis, labels: Sequence[str], frame: Frame) -> Iterator[str]:
    for tick, label in zip(axis.ticks, labels, strict=True):
        y = _y(tick, axis, frame)
        yield line("grid", frame.left, y, frame.width - _RIGHT, y)
        yield text(frame.left - 8, y + 4, label, anchor="end")
    yield line("axis", frame.left, frame.base, frame.width - _RIGHT, frame.base)


def _bands(
    told: Sequence[Beside], places: Sequence[float], axis: Axis, frame: Frame
) -> Iterator[str]:
    """Each stretch of months with a band as one area."""
    stretch: list[tuple[float, float, float]] = []
    for x, each in [*zip(places, told, strict=True), (0.0, None)]:
        if each is not None and each.lower is not None and each.upper is not None:
            stretch.append((x, _y(each.lower, axis, frame), _y(each.upper, axis, frame)))
            continue
        if stretch:
            yield _area(stretch)
        stretch = []


def _area(stretch: Sequence[tuple[float, float, float]]) -> str:
    """Up to half a place beyond its ends, so that a single month shows, and a band of no height."""
    first, last = stretch[0], stretch[-1]
    wide = [(first[0] - 4, *first[1:]), *stretch, (last[0] + 4, *last[1:])]
    upper = [f"{x:.1f},{high - 1.5:.1f}" for x, _, high in wide]
    lower = [f"{x:.1f},{low + 1.5:.1f}" for x, low, _ in reversed(wide)]
    return f'<polygon class="spc-band" points="{" ".join([*upper, *lower])}"/>'


def _months(told: Sequence[Beside], places: Sequence[float], frame: Frame) -> Iterator[str]:
    free = 0.0
    for x, each in zip(places, told, strict=True):
        if x >= free:
            yield label_below(x, frame.base + LINE, short_name(each.month), frame)
            free = x + frame.label_gap


def _own(
    told: Sequence[Beside], places: Sequence[float], axis: Axis, frame: Frame
) -> Iterator[str]:
    """Points that lead to their lists. The line begins with regular reporting: between single reports before it, nothing is known."""
    known = [
        (x, _y(each.own, axis, frame), each)
        for x, each in zip(places, told, strict=True)
        if each.own is not None
    ]
    yield path("values", [(x, y) for x, y, each in known if each.regular])
    for x, y, each in known:
        drawn = mark(Shape.CIRCLE, "common", x, y, 4)
        yield linked(drawn, each.listed, f"{each.name}: {each.own:,}")
