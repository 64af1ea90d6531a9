"""Tables of numbers as a reader may see them: what is not there is said in words, and small numbers are hidden where they could
point at somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Absent(StrEnum):
    """Why there is no number. Said in the table, and a gap in the chart: neither is ever drawn as zero."""

    NO_DATA = "no data"
    HIDDEN = "hidden"


Number = int | Absent

SMALLEST_SHOWN = 5
"""A count from 1 to 4 could point at a patient or a person to somebody who is not responsible for them."""


@dataclass(frozen=True)
class NumberTable:
    """Numbers by row and column, with totals. `numbers[r][c]` is row r in column c."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    numbers: tuple[tuple[Number, ...], ...]
    row_totals: tuple[Number, ...]
    column_totals: tuple[Number, ...]
    total: Number

    def column(self, name: str) -> tuple[Number, ...]:
        at = self.columns.index(name)
        return tuple(row[at] for row in self.numbers)


def tabulate(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Mapping[tuple[str, str], int],
    *,
    redacted: bool = False,
    without_data: frozenset[str] = frozenset(),
) -> NumberTable:
    """The table of counts by (row, column). Rows `without_data` say so; the rest of what is missing is zero.

    Redacted: counts from 1 to 4 are hidden, and wherever a total would give a hidden number away, another one is hidden too.
    """
    grid: list[list[Number]] = [
        [counts.get((row, column), 0) for column in columns] for row in rows
    ]
    framed = [[*line, _sum(line)] for line in grid]
    framed.append([_sum([line[at] for line in framed]) for at in range(len(columns) + 1)])
    if redacted:
        hide(framed)
    for at, row in enumerate(rows):
        if row in without_data:
            framed[at] = [Absent.NO_DATA] * (len(columns) + 1)
    return NumberTable(
        rows=tuple(rows),
        columns=tuple(columns),
        numbers=tuple(tuple(line[:-1]) for line in framed[:-1]),
        row_totals=tuple(line[-1] for line in framed[:-1]),
        column_totals=tuple(framed[-1][:-1]),
        total=framed[-1][-1],
    )


def shown(number: int, *, redacted: bool) -> Number:
    """The number alone, without others to work it out from."""
    return Absent.HIDDEN if redacted and 0 < number < SMALLEST_SHOWN else number


def hide(framed: list[list[Number]]) -> None:
    """Hide, in a grid whose last row and column are totals, each 1 to 4; then, as long as some line has one hidden number alone,
    which its total would give away, the smallest other number of that line."""
    height, width = len(framed), len(framed[0])
    for line in framed:
        line[:] = [
            shown(number, redacted=True) if isinstance(number, int) else number for number in line
        ]
    lines = [[(r, c) for c in range(width)] for r in range(height)]
    lines += [[(r, c) for r in range(height)] for c in range(width)]
    while any(_protect(framed, line) for line in lines):
        pass


def _protect(framed: list[list[Number]], line: Sequence[tuple[int, int]]) -> bool:
    """Hide a second number of the line if just one is hidden; true if that was needed."""
    hidden = [at for at in line if framed[at[0]][at[1]] is Absent.HIDDEN]
    others = [
        (number, at)
        for at in line
        if isinstance(number := framed[at[0]][at[1]], int) and number > 0
    ]
    if len(hidden) != 1 or not others:
        return False
    _, (row, column) = min(others)
    framed[row][column] = Absent.HIDDEN
    return True


def _sum(numbers: Sequence[Number]) -> int:
    return sum(number for number in numbers if isinstance(number, int))


def share(part: int, whole: int) -> str:
    """`43%`, or "no data" where there is nothing to take a share of."""
    return f"{100 * part / whole:.0f}%" if whole else Absent.NO_DATA.value
