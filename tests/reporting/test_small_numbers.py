"""Numbers told to who may not open the reports behind them: no small one can be had from what is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.reporting.domain.heat import heat_of
from services.reporting.domain.months import Period, plus, tiled
from services.reporting.domain.numbers import (
    AtLeast,
    Few,
    Number,
    SmallNumbers,
)
from services.reporting.settings import Settings
from tests.support.settings import settings_of

RULE = SmallNumbers(5)
RULES = st.integers(min_value=2, max_value=8).map(SmallNumbers)
SPRING = Period(date(2026, 3, 1), date(2026, 5, 1))
GRIDS = st.integers(min_value=1, max_value=6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(min_value=0, max_value=24), min_size=width, max_size=width),
        min_size=1,
        max_size=6,
    )
)


@dataclass(frozen=True)
class NumberTable:
    """Numbers by row and column as pages lay them out: each row with a total of its own, and a last row that adds up what is shown
    above it, so that each number stands in one sum only."""

    numbers: tuple[tuple[Number, ...], ...]
    row_totals: tuple[Number, ...]
    column_totals: tuple[Number, ...]
    total: Number


def table_of(grid: Sequence[Sequence[int]], rule: SmallNumbers) -> NumberTable:
    told = [(*map(rule.shown, line), rule.total(line)) for line in grid]
    foot = [rule.added(column) for column in zip(*told, strict=True)]
    return NumberTable(
        numbers=tuple(line[:-1] for line in told),
        row_totals=tuple(line[-1] for line in told),
        column_totals=tuple(foot[:-1]),
        total=foot[-1],
    )


def shown_in(table: NumberTable) -> list[Number]:
    cells = [number for line in table.numbers for number in line]
    return [*cells, *table.row_totals, *table.column_totals, table.total]


def other_lines(line: Sequence[int], at: int, rule: SmallNumbers) -> list[list[int]]:
    """Lines that look the same number by number, but for the one at `at` being another: its neighbours may make up for it, each
    within what it is told as."""
    found = []
    for value in range(rule.below):
        changed = [*line]
        changed[at] = value
        missing = sum(line) - sum(changed)
        for place in range(len(line)):
            if place != at and missing:
                low = line[place] - line[place] % rule.below
                moved = min(max(changed[place] + missing, low), low + rule.below - 1)
                missing -= moved - changed[place]
                changed[place] = moved
        if value != line[at]:
            found.append(changed)
    return found


@given(grid=GRIDS, rule=RULES)
def test_for_each_small_number_there_is_another_that_would_show_exactly_the_same_table(
    grid: list[list[int]], rule: SmallNumbers
) -> None:
    """And it may be none."""
    seen = table_of(grid, rule)
    for r, line in enumerate(grid):
        for c, number in enumerate(line):
            if number < rule.below:
                others = [
                    other[c]
                    for other in other_lines(line, c, rule)
                    if table_of([*grid[:r], other, *grid[r + 1 :]], rule) == seen
                ]
                assert others, (r, c)
                assert number == 0 or 0 in others, (r, c)


@given(grid=GRIDS, rule=RULES)
def test_no_subtraction_of_shown_numbers_gives_a_small_one(
    grid: list[list[int]], rule: SmallNumbers
) -> None:
    """Adding and subtracting multiples makes multiples, and no small number but none is one; that none is not told from others is
    shown above."""
    for number in shown_in(table_of(grid, rule)):
        match number:
            case int():
                assert number % rule.below == 0
                assert number >= rule.below
            case AtLeast(lowest):
                assert lowest % rule.below == 0
            case Few(below):
                assert below == rule.below


@given(grid=GRIDS)
def test_the_exact_rule_changes_nothing(grid: list[list[int]]) -> None:
    table = table_of(grid, SmallNumbers(1))
    assert [list(line) for line in table.numbers] == grid
    assert list(table.row_totals) == [sum(line) for line in grid]
    assert table.total == sum(map(sum, grid))


@given(grid=GRIDS, rule=RULES)
def test_what_is_said_of_a_total_is_true(grid: list[list[int]], rule: SmallNumbers) -> None:
    table = table_of(grid, rule)
    truth = [*map(sum, grid), *(sum(column) for column in zip(*grid, strict=True))]
    for number, true in zip([*table.row_totals, *table.column_totals], truth, strict=True):
        match number:
            case int() | AtLeast():
                assert true >= (number if isinstance(number, int) else number.number)
            case Few(below):
                assert true < below


@given(part=st.integers(0, 300), rest=st.integers(0, 300), rule=RULES)
def test_a_share_near_its_ends_is_a_bound_that_holds(
    part: int, rest: int, rule: SmallNumbers
) -> None:
    text = rule.share(part, part + rest)
    if part + rest < 4 * rule.below:
        assert text == "not enough data"
    elif found := re.fullmatch(r"(more|less) than (\d+)%", text):
        assert min(part, rest) < rule.below
        true, bound = 100 * part / (part + rest), int(found[2])
        assert true > bound if found[1] == "more" else true < bound
    else:
        assert min(part, rest) >= rule.below


@given(part=st.integers(20, 80), rest=st.integers(20, 80))
def test_a_share_is_of_the_rounded_numbers_only(part: int, rest: int) -> None:
    rounded = part - part % 5, rest - rest % 5
    assert RULE.share(part, part + rest) == f"{100 * rounded[0] / sum(rounded):.0f}%"


def test_none_and_four_look_the_same() -> None:
    def seen(number: int) -> object:
        return heat_of({("a", "RZ1", "safety"): 12, ("b", "RZ2", "safety"): number}, {}, RULE)

    assert seen(0) == seen(4)
    assert seen(4) != seen(5)


def test_heat_is_shaded_by_what_is_shown() -> None:
    def shades(number: int) -> list[int]:
        counts = {("a", "RZ1", "safety"): 19, ("a", "RZ2", "safety"): number}
        (row,) = heat_of(counts, {}, RULE).rows
        return [cell.shade for cell in row.cells.values()]

    assert shades(10) == shades(14)


@given(back=st.integers(0, 60), months=st.sampled_from((6, 12, 24)))
def test_the_stretches_of_months_that_can_be_asked_for_never_overlap(
    back: int, months: int
) -> None:
    latest = date(2026, 11, 1)
    until = plus(latest, -back)
    end = tiled(until, latest, months)
    assert plus(end, -months) < until <= end
    assert ((latest.year - end.year) * 12 + latest.month - end.month) % months == 0


@pytest.mark.parametrize("below", [0, 1])
def test_the_setting_cannot_switch_the_rule_off(below: int) -> None:
    with pytest.raises(ValidationError):
        settings_of(Settings, database_url="x", small_numbers_below=below)
