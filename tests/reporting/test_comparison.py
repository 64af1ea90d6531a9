"""Organisations of different volumes beside each other."""

from collections.abc import Mapping

from services.reporting.domain.comparison import Compared, compare, units_of
from services.reporting.domain.cubes import Measure
from services.reporting.domain.numbers import EXACT, Absent, SmallNumbers
from services.reporting.domain.spc import Unit, Zone
from services.reporting.domain.stages import Counted

COUNTS = {
    "RZ1": {Measure.REPORTS: 400, Measure.ASKED: 350, Measure.IN_TIME: 330, Measure.LATE: 18},
    "RZ2": {Measure.REPORTS: 40, Measure.ASKED: 35, Measure.IN_TIME: 20, Measure.LATE: 15},
    "RZ3": {Measure.REPORTS: 7, Measure.ASKED: 1},
    "RZ4": {Measure.REPORTS: 9},
}
"""RZ3 has answered nothing."""
RUNNING = {"RZ1": 2}


def late_of(counts: Mapping[str, Counted]) -> list[Unit]:
    return units_of(Compared.LATE, counts, {}, RUNNING)


def test_each_share_is_out_of_what_it_says() -> None:
    late = {unit.key: (unit.count, unit.volume) for unit in late_of(COUNTS)}
    assert late == {"RZ1": (18, 348), "RZ2": (15, 35), "RZ3": (1, 1), "RZ4": (0, 0)}
    theme = units_of(Compared.THEME, COUNTS, {"RZ2": {Measure.REPORTS: 4}}, {})
    assert [(unit.count, unit.volume) for unit in theme] == [(0, 400), (4, 40), (0, 7), (0, 9)]


def test_a_part_that_is_known_before_its_whole_counts_no_further() -> None:
    early = {"RZ1": {Measure.REPORTS: 3, Measure.CONFIRMED: 2, Measure.ASKED: 1}}
    (unit,) = units_of(Compared.CLOSED, early, {}, {})
    assert (unit.count, unit.volume) == (1, 1)


def test_small_ones_stay_within_limits_that_large_ones_lie_outside_of() -> None:
    found = compare(Compared.LATE, late_of(COUNTS), EXACT)
    assert {line.code: line.zone for line in found.lines} == {
        "RZ3": Zone.WITHIN,
        "RZ2": Zone.FAR_ABOVE,
        "RZ1": Zone.BELOW,
    }
    assert [line.code for line in found.lines] == ["RZ3", "RZ2", "RZ1"]
    assert found.empty == 1
    assert found.funnel is not None
    assert {each.unit.key for each in found.funnel.far} == {"RZ2"}
    assert {each.unit.key for each in found.funnel.unusual} == {"RZ1"}


def test_nobody_is_compared_where_nobody_has_any() -> None:
    found = compare(Compared.LATE, [Unit(code, 0, 40) for code in COUNTS], EXACT)
    assert {line.zone for line in found.lines} == {None}


def test_two_are_no_comparison_and_none_are_no_funnel() -> None:
    two = compare(Compared.LATE, late_of(dict(list(COUNTS.items())[:2])), EXACT)
    assert {line.zone for line in two.lines} == {None}
    assert two.funnel is not None
    assert not two.funnel.telling
    assert compare(Compared.LATE, [Unit("RZ4", 0, 0)], EXACT).funnel is None
    assert compare(Compared.LATE, [], EXACT).lines == ()


def test_who_may_not_see_exact_numbers_gets_shares_in_no_telling_order_and_no_funnel() -> None:
    found = compare(Compared.LATE, late_of(COUNTS), SmallNumbers(5))
    assert found.funnel is None
    assert [(line.code, line.part, line.whole) for line in found.lines] == [
        ("RZ1", Absent.HIDDEN, 345),
        ("RZ2", Absent.HIDDEN, 35),
    ]
    assert found.empty == 2
