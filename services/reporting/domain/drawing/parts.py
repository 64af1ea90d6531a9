"""What every drawing is made of: text, lines and marks with classes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape
from textwrap import wrap

LINE = 19
"""Height of a line of text."""
LETTER = 7.0
"""Width of a letter, reckoned widely: nobody knows which font will be there."""


@dataclass(frozen=True)
class Frame:
    """The size of a drawing and the room for its axes, in the drawing's own units, which are pixels at its natural size."""

    width: int
    plot: int
    """Height of what lies between the axes."""
    left: int
    right: int
    top: int
    label_gap: int
    """Between the middles of two labels below the axis, at least."""
    legend: bool = True
    labels_beside: bool = False
    """Whether the lines are labelled at their right ends, else in the legend."""
    most_marks: int = 150
    """Of more points than that, only those that are more than chance have a mark."""

    def with_room(self, labels: Sequence[str]) -> "Frame":
        """The frame whose left axis has room for these labels."""
        return replace(self, left=max(self.left, round(LETTER * max(map(len, labels))) + 16))

    @property
    def base(self) -> float:
        return self.top + self.plot

    @property
    def end(self) -> float:
        return self.width - self.right


WIDE = Frame(720, 250, 56, 132, 24, 62, labels_beside=True)
"""For a page of 960 pixels and for print."""
NARROW = Frame(350, 220, 44, 14, 24, 66)
"""For a page of 390 pixels: drawn for that size, so that its words stay readable."""
SMALL = Frame(240, 78, 6, 6, 8, 0, legend=False, most_marks=30)
"""One of several side by side, as wide as the narrowest card has room for, so that its words are never drawn smaller. More marks than that
would lie on each other."""


@dataclass(frozen=True)
class Chart:
    """The drawing, and in words what it shows."""

    svg: str
    words: str


class Shape(StrEnum):
    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    RING = "ring"
    """Around a mark: the reader's own."""


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "text") -> str:
    return f'<text class="spc-{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def label_below(x: float, y: float, words: str, frame: Frame) -> str:
    """A label of the lower axis, in the middle of its place or, at the right end, as far right as it goes."""
    if x + len(words) * LETTER / 2 > frame.width:
        return text(frame.width - 2, y, words, anchor="end")
    return text(x, y, words, anchor="middle")


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="spc-{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def path(kind: str, points: Sequence[tuple[float, float]]) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="spc-{kind}" points="{places}"/>'


_CORNERS: dict[Shape, tuple[tuple[float, float], ...]] = {
    Shape.TRIANGLE: ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
    Shape.SQUARE: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    Shape.DIAMOND: ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}


def mark(shape: Shape, kind: str, x: float, y: float, size: float = 5.0) -> str:
    """A mark of about twice `size`; its class is `spc-mark--kind`."""
    named = f'class="spc-mark spc-mark--{kind}"'
    if shape is Shape.CIRCLE:
        return f'<circle {named} cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}"/>'
    places = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in _CORNERS[shape])
    return f'<polygon {named} points="{places}"/>'


def ring(x: float, y: float, radius: float) -> str:
    return f'<circle class="spc-own" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'


def linked(drawn: str, address: str | None, name: str) -> str:
    """A mark that leads somewhere, for the mouse: keyboards have the same link in the table beside the drawing."""
    if address is None:
        return drawn
    name = escape(name)
    return (
        f'<a href="{escape(address)}" tabindex="-1" aria-label="{name}"><title>{name}</title>'
        f"{drawn}</a>"
    )


@dataclass(frozen=True)
class Entry:
    """A line of a legend: a mark or a piece of a line, and its words."""

    words: str
    shape: Shape | None = None
    kind: str = ""
    letter: str = ""


def legend(entries: Sequence[Entry], frame: Frame, top: float) -> tuple[list[str], float]:
    """The entries side by side where they have room, and where the drawing ends below them."""
    parts: list[str] = []
    x, y = float(frame.left), top
    for entry in entries:
        lines = wrap(entry.words, width=int((frame.width - frame.left - 30) / LETTER)) or [""]
        width = 30 + LETTER * max(map(len, lines)) + 14
        if x > frame.left and x + width > frame.width:
            x, y = float(frame.left), y + LINE
        parts.append(_symbol(entry, x, y))
        for at, each in enumerate(lines):
            parts.append(text(x + 30, y + 4 + at * LINE, each))
        if len(lines) > 1:
            x, y = float(frame.left), y + LINE * len(lines)
        else:
            x += width
    return parts, y + (LINE if x > frame.left else 0)


def _symbol(entry: Entry, x: float, y: float) -> str:
    if entry.letter:
        return text(x + 11, y + 4, entry.letter, anchor="middle", kind="letter")
    if entry.shape is Shape.RING:
        return ring(x + 11, y, 8)
    if entry.shape is not None:
        return mark(entry.shape, entry.kind, x + 11, y)
    return line(entry.kind, x, y, x + 22, y)


def svg(
    key: str,
    size: tuple[float, float],
    title: str,
    words: str,
    parts: Iterable[str],
    *,
    role: str = "img",
) -> str:
    """The whole drawing, on white. `key` makes its ids unique on its page."""
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="spc-chart" viewBox="0 0 {width:.0f} {height:.0f}" width="100%" role="{role}" '
        f'aria-labelledby="{key}-title {key}-words" focusable="false">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-words">{escape(words)}</desc>'
        f'<rect class="spc-paper" width="{width:.0f}" height="{height:.0f}"/>{"".join(parts)}</svg>\n'
    )


def standalone(drawing: str, stylesheet: str) -> str:
    """The drawing as a file of its own, with its stylesheet inside."""
    begin, rest = drawing.split(">", 1)
    return f"{begin}><style>{stylesheet}</style>{rest}"
