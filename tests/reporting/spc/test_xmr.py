"""XmR charts, on series worked out by hand. The comparison with NHSRplotthedots is in `test_cases.py`."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.spc import (
    Assurance,
    Direction,
    Options,
    Point,
    PointType,
    Rebase,
    UnusableSeries,
    Variation,
    starting_at,
    xmr,
)
from tests.reporting.spc.series import causes, chart, month, monthly

CALM = [4.0, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6]
"""Mean 5, every moving range 2."""
UP, DOWN = "7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"
values_strategy = st.lists(
    st.none() | st.integers(-5, 5).map(float) | st.floats(-1e6, 1e6), min_size=1, max_size=40
)


def test_limits_are_2_66_mean_moving_ranges_from_the_mean() -> None:
    limits = chart(CALM).latest.limits
    assert (limits.mean, limits.lower, limits.upper) == (5, 5 - 2.66 * 2, 5 + 2.66 * 2)
    assert limits.near_upper == pytest.approx(5 + 2.66 * 2 * 2 / 3)
    assert causes(chart(CALM)) == [""] * 14


def test_screening_leaves_wild_ranges_out_of_the_limits() -> None:
    """Ranges: eleven of 2, one of 16 and one of 14 beside the outlier. Mean 52/13 = 4, so 16 and 14 are screened (13.07)."""
    wild = [*CALM[:12], 22, 8]
    assert chart(wild).latest.limits.upper == pytest.approx(90 / 14 + 2.66 * 2)
    assert chart(wild, screen=False).latest.limits.upper == pytest.approx(90 / 14 + 2.66 * 4)


def test_a_constant_series_has_no_limits_when_screened_and_limits_on_its_mean_when_not() -> None:
    assert chart([5.0] * 14).latest.limits.upper is None
    assert chart([5.0] * 14).latest.outside is None
    assert chart([5.0] * 14, screen=False).latest.limits.upper == 5
    assert causes(chart([5.0] * 14, screen=False)) == [""] * 14


def test_one_point_has_a_mean_and_nothing_more() -> None:
    single = chart([0.0], Direction.DECREASE, target=3)
    assert (single.latest.limits.mean, single.latest.limits.lower) == (0, None)
    assert single.assurance is Assurance.OPEN
    assert single.latest.short_group


def test_a_point_on_a_limit_is_within_it() -> None:
    """Mean 5, limits 5 +/- 2.66 x 2, fixed by the first 14."""
    upper = 5 + 2.66 * 2
    for value, cause in ((upper, ""), (upper + 1e-9, "Above UCL"), (-0.33, "Below LCL")):
        assert causes(chart([*CALM, value], fix=14))[-1] == cause


def test_seven_rising_points_are_a_trend_and_six_are_not() -> None:
    assert causes(chart([*CALM, 5, 5.1, 5.2, 5.3, 5.4, 5.5], fix=14))[-6:] == [""] * 6
    risen = causes(chart([*CALM, 4.9, 5, 5.1, 5.2, 5.3, 5.4, 5.5], fix=14))
    assert risen[-7:] == [UP] * 7
    tied = causes(chart([*CALM, 4.9, 5, 5.1, 5.1, 5.3, 5.4, 5.5], fix=14))
    assert UP not in tied


def test_the_turning_point_of_two_trends_belongs_to_the_later_one() -> None:
    peak = [5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.5, 5.4, 5.3, 5.2, 5.1, 5.0]
    assert causes(chart([*CALM, 4.5, *peak], fix=14))[14:] == [UP] * 7 + [DOWN] * 7


def test_where_one_trend_follows_upon_another_the_last_point_of_the_first_takes_the_step_between_them() -> (
    None
):
    """A corner of NHSRplotthedots: 5.6 is the seventh rising point, and counted as falling since the next trend begins at 5.0."""
    twice = [5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6]
    assert causes(chart([*CALM, 5.7, *twice], fix=14))[15:] == [UP] * 6 + [DOWN] + [UP] * 7


def test_two_of_three_close_to_a_limit_are_flagged_and_the_third_is_not() -> None:
    """Near limit 8.55, limit 10.32."""
    two = "2 in 3 Above CL"
    assert causes(chart([*CALM, 9, 6, 9], fix=14))[-3:] == [two, "", two]
    assert causes(chart([*CALM, 9, 4, 9], fix=14))[-3:] == ["", "", ""]
    assert causes(chart([*CALM, 9, 11, 6], fix=14))[-3:] == ["", "Above UCL", ""]
    assert causes(chart([*CALM, 9, 11, 9], fix=14))[-3:] == [two, "Above UCL", two]


def test_seven_points_on_one_side_are_a_shift_and_a_point_on_the_mean_breaks_it() -> None:
    shift = "7 Points Above CL"
    above = [6.0, 5.5, 6.5, 5.5, 6, 5.5, 6.5]
    assert causes(chart([*CALM[:-1], *above], fix=12))[-7:] == [shift] * 7
    broken = [6.0, 5.5, 6.5, 5, 6, 5.5, 6.5]
    assert causes(chart([*CALM[:-1], *broken], fix=12))[-7:] == [""] * 7


def test_the_first_rule_that_holds_decides_and_the_others_are_kept() -> None:
    climbing = chart([*CALM, 6, 7, 8, 8.6, 8.7, 8.8, 20], fix=14)
    assert [cause.value for cause in climbing.latest.causes] == [
        "Above UCL",
        UP,
        "7 Points Above CL",
    ]
    assert climbing.points[-2].cause.value == UP


def test_runs_do_not_cross_a_rebase() -> None:
    rising = [float(value) for value in range(12)]
    assert "" not in causes(chart(rising))
    assert causes(chart(rising, rebase=[6])) == [""] * 12
    assert {point.group for point in chart(rising, rebase=[0, 6]).points} == {1, 2}


def test_a_rebase_on_a_date_without_a_point_does_nothing_and_the_first_point_after_is_found() -> (
    None
):
    points = monthly(CALM)
    between = month(6).replace(day=12)
    ignored = xmr(points, Options(rebase=(Rebase(between),)))
    assert {point.group for point in ignored.points} == {0}
    assert starting_at(between, points) == month(7)
    assert starting_at(month(6), points) == month(6)
    assert starting_at(month(99), points) is None
    assert starting_at(month(0), points) is None, "nothing is before it"
    gap = [points[0]._replace(value=None), *points[1:]]
    assert starting_at(points[1].on, gap) is None, "no value is"


def test_fixed_limits_come_from_the_first_points_of_each_group() -> None:
    later = [20.0, 30] * 7
    fixed = chart([*CALM, *later], fix=12, rebase=[14])
    assert [group[0].limits.mean for group in fixed.groups] == [5, 25]
    assert chart([*CALM, *later], fix=12).latest.limits.mean == 5


@pytest.mark.parametrize(
    ("direction", "kind", "variation"),
    [
        (Direction.INCREASE, PointType.IMPROVEMENT, Variation.IMPROVEMENT_HIGH),
        (Direction.DECREASE, PointType.CONCERN, Variation.CONCERN_HIGH),
        (Direction.NEUTRAL, PointType.NEUTRAL_HIGH, Variation.NEUTRAL_HIGH),
    ],
)
def test_what_is_high_is_good_or_bad_by_the_direction(
    direction: Direction, kind: PointType, variation: Variation
) -> None:
    high = chart([*CALM, 40], direction)
    assert (high.latest.kind, high.variation) == (kind, variation)


@pytest.mark.parametrize(
    ("target", "increase", "decrease"),
    [
        (10.4, Assurance.MISSED, Assurance.MET),
        (-0.4, Assurance.MET, Assurance.MISSED),
        (5 + 2.66 * 2, Assurance.OPEN, Assurance.OPEN),
        (0, Assurance.OPEN, Assurance.OPEN),
    ],
)
def test_a_target_is_met_when_the_limits_lie_on_its_good_side(
    target: float, increase: Assurance, decrease: Assurance
) -> None:
    assert chart(CALM, Direction.INCREASE, target=target).assurance is increase
    assert chart(CALM, Direction.DECREASE, target=target).assurance is decrease
    assert chart(CALM, Direction.NEUTRAL, target=target).assurance is None


def test_a_missing_value_breaks_runs_and_is_no_zero() -> None:
    gap = chart([*CALM, 4.9, 5, 5.1, None, 5.2, 5.3, 5.4, 5.5], fix=14)
    assert UP not in causes(gap)
    assert gap.points[17].side is None
    assert chart([None, None, 4, 6]).latest.limits.mean == 5
    assert chart([None, None]).latest.limits.mean is None


def test_fewer_than_13_points_are_a_short_group() -> None:
    assert [chart(CALM[:n]).latest.short_group for n in (12, 13)] == [True, False]


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ([], "no points"),
        ([Point(month(0), 1), Point(month(0), 2)], "2024-01-01 comes twice"),
        ([Point(month(0), float("nan"))], "not a usable number"),
        ([Point(month(0), 1e300)], "not a usable number"),
    ],
)
def test_what_cannot_make_a_chart_is_refused(points: list[Point], problem: str) -> None:
    with pytest.raises(UnusableSeries, match=problem):
        xmr(points, Options())


def test_a_baseline_of_fewer_than_12_points_is_refused() -> None:
    with pytest.raises(UnusableSeries, match="12 points or more"):
        Options(fix_after_n_points=11)


@given(values_strategy, st.randoms(use_true_random=False))
def test_the_order_in_which_points_come_does_not_matter(
    values: list[float | None], shuffle: random.Random
) -> None:
    points = monthly(values)
    shuffled = list(points)
    shuffle.shuffle(shuffled)
    assert xmr(shuffled, Options()) == xmr(points, Options())


@given(values_strategy, st.booleans())
def test_a_series_upside_down_has_the_same_signals_on_the_other_side(
    values: list[float | None], screen: bool
) -> None:
    one = chart(values, screen=screen)
    other = chart([None if value is None else -value for value in values], screen=screen)
    for point, mirrored in zip(one.points, other.points, strict=True):
        assert len(point.causes) == len(mirrored.causes)
        assert (point.side or 0) == -(mirrored.side or 0)
        assert (point.limits.upper or 0) == -(mirrored.limits.lower or 0)
