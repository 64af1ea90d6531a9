"""Charts as SVG text, made from their numbers and nothing else: drawing, words and table cannot disagree.

No inline styles (the content security policy forbids them), shape as well as colour, and at least 3:1 against white. What is
absent is a gap, never a zero.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from html import escape
from itertools import count, pairwise

from services.reporting.domain.months import Period, long_name, short_name
from services.reporting.domain.numbers import EXACT, Absent, Few, Number, SmallNumbers

INK, FAINT, AXIS = "#212b32", "#e8edee", "#4c6272"


class Mark(StrEnum):
    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"


@dataclass(frozen=True)
class Series:
    """One line of a chart: a number for each month of the chart."""

    name: str
    numbers: tuple[Number, ...]
    mark: Mark
    colour: str
    rule: SmallNumbers = EXACT
    """By which the numbers are told."""


@dataclass(frozen=True)
class Chart:
    """The drawing, and in words what it shows."""

    svg: str
    words: str


@dataclass(frozen=True)
class Frame:
    """The size of a drawing and the room for its axes, in the drawing's own units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    label_every: int

    def x(self, at: int, months: int) -> float:
        """The middle of month `at` of so many."""
        return self.left + (at + 0.5) * (self.width - self.left - self.right) / months

    def y(self, value: float, top: float) -> float:
        return self.height - self.bottom - value / top * (self.height - self.top - self.bottom)


def wide(months: int) -> Frame:
    """For a page of 960 pixels and for print."""
    return Frame(720, 320, 44, 12, 16, 66, max(1, -(-months // 12)))


def narrow(months: int) -> Frame:
    """For a page of 390 pixels: drawn for that size, so that its words stay readable."""
    return Frame(350, 300, 34, 8, 14, 92, max(1, -(-months // 5)))


def small() -> Frame:
    """One of several side by side."""
    return Frame(300, 110, 4, 4, 18, 24, 1)


def line_chart(key: str, title: str, period: Period, series: Sequence[Series], frame: Frame) -> str:
    """Lines with a mark for each month. `key` makes the drawing's ids unique on its page."""
    months = period.months
    ticks = ticks_to(
        max((n for each in series for n in each.numbers if isinstance(n, int)), default=0)
    )
    parts = [*_grid(frame, ticks), *_months(frame, months)]
    for each in series:
        parts += _line(frame, each, ticks[-1])
    parts += _legend(frame, series)
    return _svg(key, frame, title, words_of(title, period, series), parts)


def bar_chart(
    key: str, title: str, period: Period, series: Series, top: int, frame: Frame
) -> Chart:
    """A small chart of one series: a bar for each month with its number above it where there is room. `top` is the number that
    takes the full height, the same for all charts that are to be compared."""
    months = period.months
    words = words_of(title, period, [series])
    base = frame.y(0, top)
    step = (frame.width - frame.left - frame.right) / len(months)
    parts = []
    for at, number in enumerate(series.numbers):
        x = frame.x(at, len(months))
        if isinstance(number, Few):
            parts.append(_text(x, base - 4, "*", anchor="middle"))
        elif isinstance(number, int) and number:
            end = frame.y(number, top)
            parts.append(
                f'<rect x="{x - step * 0.38:.1f}" y="{end:.1f}" width="{step * 0.76:.1f}" '
                f'height="{base - end:.1f}" fill="{series.colour}"/>'
            )
            if len(months) <= 12:
                parts.append(_text(x, end - 4, f"{number:,}", anchor="middle", size=11))
    parts.append(_rule(frame.left, frame.width - frame.right, base, AXIS))
    parts.append(_text(frame.left, frame.height - 6, short_name(months[0]), size=12))
    parts.append(
        _text(
            frame.width - frame.right,
            frame.height - 6,
            short_name(months[-1]),
            anchor="end",
            size=12,
        )
    )
    return Chart(_svg(key, frame, title, words, parts), words)


def words_of(title: str, period: Period, series: Sequence[Series]) -> str:
    """What the chart shows, from its own numbers: `Reports by tenet, March 2026 to May 2026. Safety: 9 reports, most in...`"""
    sentences = [f"{title}, {period.words}."]
    sentences += [_sentence(each, period.months) for each in series]
    empty = sum(
        all(each.numbers[at] is Absent.NO_DATA for each in series)
        for at in range(len(period.months))
    )
    if empty:
        sentences.append(f"No data for {empty} {'month' if empty == 1 else 'months'}.")
    return " ".join(sentences)


def _sentence(series: Series, months: Sequence[date]) -> str:
    seen = [
        (number, month)
        for number, month in zip(series.numbers, months, strict=True)
        if isinstance(number, int)
    ]
    few = sum(isinstance(number, Few) for number in series.numbers)
    total = sum(number for number, _ in seen)
    if few and not total:
        return f"{series.name}: {Few(series.rule.below)} reports in each month."
    text = f"{series.name}: {'' if series.rule.exact else 'at least '}{total:,} {'report' if total == 1 else 'reports'}"
    most = max((number for number, _ in seen), default=0)
    if most:
        best = [month for number, month in seen if number == most]
        several = f" and {len(best) - 1} more" if len(best) > 1 else ""
        text += f", most in {long_name(best[0])}{several} ({most:,})"
    if few:
        text += f", and {Few(series.rule.below)} in {few} {'month' if few == 1 else 'months'}"
    return text + "."


def ticks_to(most: int) -> list[int]:
    """Round steps from zero to at least `most`, six at most."""
    steps = (base * 10**power for power in count() for base in (1, 2, 5))
    step = next(step for step in steps if step * 5 >= most)
    return [step * at for at in range(max(1, -(-most // step)) + 1)]


def _svg(key: str, frame: Frame, title: str, words: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {frame.height}" width="100%" role="img" '
        f'aria-labelledby="{key}-title {key}-words" focusable="false" font-family="Arial, sans-serif">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-words">{escape(words)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _grid(frame: Frame, ticks: Sequence[int]) -> Iterator[str]:
    for tick in ticks:
        y = frame.y(tick, ticks[-1])
        yield _rule(frame.left, frame.width - frame.right, y, FAINT if tick else AXIS)
        yield _text(frame.left - 8, y + 4, f"{tick:,}", anchor="end")


def _months(frame: Frame, months: Sequence[date]) -> Iterator[str]:
    for at in range(0, len(months), frame.label_every):
        x = frame.x(at, len(months))
        yield _text(x, frame.height - frame.bottom + 20, short_name(months[at]), anchor="middle")


def _line(frame: Frame, series: Series, top: int) -> Iterator[str]:
    months = len(series.numbers)
    points = [
        (frame.x(at, months), frame.y(number, top)) if isinstance(number, int) else None
        for at, number in enumerate(series.numbers)
    ]
    for one, other in pairwise(points):
        if one and other:
            yield (
                f'<line x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}" '
                f'stroke="{series.colour}" stroke-width="2"/>'
            )
    for point in points:
        if point:
            yield mark(series.mark, *point, series.colour)


def mark(shape: Mark, x: float, y: float, colour: str) -> str:
    """A mark of about ten units, edged in white so that overlapping marks can be told apart."""
    match shape:
        case Mark.CIRCLE:
            form = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"'
        case Mark.SQUARE:
            form = f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"'
        case Mark.TRIANGLE:
            corners = f"{x:.1f},{y - 6.5:.1f} {x + 6:.1f},{y + 4.5:.1f} {x - 6:.1f},{y + 4.5:.1f}"
            form = f'<polygon points="{corners}"'
    return f'{form} fill="{colour}" stroke="#ffffff" stroke-width="1"/>'


def _legend(frame: Frame, series: Sequence[Series]) -> Iterator[str]:
    """In one row, or one below the other where the drawing is narrow."""
    stacked = frame.width < 500
    for at, each in enumerate(series):
        x = frame.left + 8 + (0 if stacked else at * 150)
        y = frame.height - frame.bottom + 48 + (at * 19 if stacked else 0)
        yield mark(each.mark, x, y - 4, each.colour)
        yield _text(x + 14, y, each.name, size=13)


def _rule(x1: float, x2: float, y: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">'
        f"{escape(words)}</text>"
    )
