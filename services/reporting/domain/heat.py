"""Where themes and providers meet, from counts alone: for who sees totals only, of whom nothing is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reporting.domain.numbers import Number, SmallNumbers
from shared.contracts.reports import Tenet

SHADES = 3
"""Heat cells go from shade 0 (white) to this one."""


@dataclass(frozen=True)
class HeatCell:
    """Where a theme meets a provider, or any two things: all reports, then by tenet in the order of `Tenet`."""

    total: Number
    tenets: tuple[Number, ...]
    shade: int


@dataclass(frozen=True)
class HeatRow:
    slug: str
    title: str
    cells: Mapping[str, HeatCell]
    """By column."""


@dataclass(frozen=True)
class Heat:
    """Where two things meet."""

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]


def heat_of(
    counts: Mapping[tuple[str, str, str], int], titles: Mapping[str, str], rule: SmallNumbers
) -> Heat:
    """By (row, column, tenet). Rows and columns in which every number is small are left out."""
    cells: dict[tuple[str, str], list[int]] = {}
    for row, column, tenet in counts:
        parts = cells.setdefault((row, column), [0] * len(Tenet))
        parts[list(Tenet).index(Tenet(tenet))] = counts[row, column, tenet]
    told = {at: rule.total(parts) for at, parts in cells.items()}
    shown = {at: total for at, total in told.items() if isinstance(total, int)}
    rows = sorted({row for row, _ in shown}, key=lambda row: titles.get(row, row))
    columns = sorted({column for _, column in shown})
    most = max(shown.values(), default=0)
    nothing = [0] * len(Tenet)
    return Heat(
        tuple(columns),
        tuple(
            HeatRow(
                row,
                titles.get(row, row),
                {
                    column: _heat_cell(cells.get((row, column), nothing), most, rule)
                    for column in columns
                },
            )
            for row in rows
        ),
    )


def _heat_cell(by_tenet: Sequence[int], most: int, rule: SmallNumbers) -> HeatCell:
    total = rule.total(by_tenet)
    tenets = tuple(map(rule.shown, by_tenet))
    shade = total * (SHADES + 1) // (most + 1) if isinstance(total, int) else 0
    return HeatCell(total, tenets, shade)
