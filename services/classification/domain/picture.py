"""Kappa by theme as a picture: SVG text, made from the same numbers as the table beside it. Pure.

Drawn for a page of 390 pixels, so that its words stay readable there. No inline styles, which the content security policy forbids;
what is unknown is left out, never drawn as zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from services.classification.domain.agreement import Kappa, OnTheme

WIDTH, LEFT, RIGHT = 340, 12, 12
TOP, ROW, FOOT = 6, 46, 24
MOST = 12
"""Themes in one picture: as many as can be taken in. The table has all of them."""


@dataclass(frozen=True)
class Picture:
    """The drawing, and in words what it shows."""

    svg: str
    words: str


def picture_of(
    key: str, title: str, themes: Sequence[OnTheme], titles: Mapping[str, str]
) -> Picture | None:
    """A dot for each theme's kappa and a line for its interval. `key` makes the drawing's ids unique on its page. None where no
    theme has a kappa."""
    shown = [
        (titles.get(each.key, each.key), each.kappa) for each in themes if each.kappa is not None
    ][:MOST]
    if not shown:
        return None
    words = f"{title}. {' '.join(f'{name}: {_told(kappa)}.' for name, kappa in shown)}"
    least = min(0.0, *(kappa.value if kappa.low is None else kappa.low for _, kappa in shown))
    scale = _Scale(-1.0 if least < -0.5 else -0.5 if least < 0 else 0.0)
    height = TOP + ROW * len(shown) + FOOT
    parts = [*_grid(scale, height), *_rows(scale, shown)]
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" '
        f'aria-labelledby="{key}-title {key}-words" focusable="false">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-words">{escape(words)}</desc>'
        f"{''.join(parts)}</svg>",
        words,
    )


@dataclass(frozen=True)
class _Scale:
    least: float

    def x(self, value: float) -> float:
        return LEFT + (value - self.least) / (1 - self.least) * (WIDTH - LEFT - RIGHT)

    @property
    def ticks(self) -> list[float]:
        return [tick for tick in (-1.0, -0.5, 0.0, 0.5, 1.0) if tick >= self.least]


def _told(kappa: Kappa) -> str:
    if kappa.low is None or kappa.high is None:
        return f"{kappa.value:.2f}"
    return f"{kappa.value:.2f}, between {kappa.low:.2f} and {kappa.high:.2f}"


def _grid(scale: _Scale, height: int) -> Iterator[str]:
    for tick in scale.ticks:
        x = scale.x(tick)
        end = "end" if tick == 1 else "start" if tick == scale.least else "middle"
        yield f'<line class="insight-chart__grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - FOOT}"/>'
        yield f'<text x="{x:.1f}" y="{height - 6}" text-anchor="{end}">{tick:g}</text>'


def _rows(scale: _Scale, shown: Sequence[tuple[str, Kappa]]) -> Iterator[str]:
    for at, (name, kappa) in enumerate(shown):
        y = TOP + at * ROW + 32
        yield f'<text x="{LEFT}" y="{y - 14}">{escape(_short(name))}</text>'
        if kappa.low is not None and kappa.high is not None:
            yield (
                f'<line class="insight-chart__line" x1="{scale.x(kappa.low):.1f}" y1="{y}" '
                f'x2="{scale.x(kappa.high):.1f}" y2="{y}"/>'
            )
        yield f'<circle class="insight-chart__common" cx="{scale.x(kappa.value):.1f}" cy="{y}" r="5"/>'


def _short(name: str, most: int = 44) -> str:
    """As much of it as fits into the width."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
