"""Series too thin for a monthly chart: pooled, drawn as days between reports, or not drawn yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from services.reporting.domain.charted import LONGEST_MONTHS
from services.reporting.domain.spc import (
    Cause,
    Direction,
    Form,
    PointType,
    Reach,
    Rebase,
    UnusableSeries,
    carried,
    days_between,
    in_bursts,
    pooled,
    xmr,
)
from services.reporting.domain.spc.carrying import SMALLEST_MEAN
from services.reporting.domain.spc.series import Options
from tests.reporting.spc.series import month, monthly

STEADY = [3.0, 2, 4, 1, 3, 2, 5, 3, 2, 0, 3, 4, 2]
NEW_YEAR = date(2026, 1, 1)


def test_thirteen_months_of_two_reports_or_more_are_charted_by_month() -> None:
    found = carried(monthly(STEADY))
    assert found.form is Form.MONTHS
    assert found.points == tuple(monthly(STEADY))
    assert found.why == "Shown by month: 13 months with 2.6 reports each on average."


def test_months_before_anybody_joined_are_no_data_and_no_zeros() -> None:
    joined_late = [None] * 12 + STEADY
    assert carried(monthly(joined_late)).points == tuple(monthly(joined_late)[12:])
    as_zeros = [0.0] * 12 + STEADY
    assert carried(monthly(as_zeros)).form is not Form.MONTHS


def test_twelve_months_are_not_enough_and_it_says_when_there_will_be() -> None:
    found = carried(monthly(STEADY[:12]))
    assert found.form is Form.NOT_YET
    assert found.enough_from == month(12)
    assert found.why == (
        "Not enough data yet: 12 of the 13 months that a chart needs. There will be enough after January 2025."
    )


def test_few_reports_a_month_over_years_are_pooled_to_whole_quarters() -> None:
    found = carried(monthly([1.0, 0, 1] * 14 + [1.0]))
    assert found.form is Form.QUARTERS
    assert [(point.on, point.value) for point in found.points[:2]] == [(month(0), 2), (month(3), 2)]
    assert len(found.points) == 14
    assert "0.7 reports a month are too few" in found.why


def test_a_quarter_of_which_a_month_is_missing_has_no_count() -> None:
    assert pooled(monthly([None, 1, 2, 3, None, 4, 5, 6, 7, 8])[1:]) == (
        *pooled(monthly([None] * 6 + [5.0, 6, 7])),
    )


def test_rare_reports_are_shown_as_the_days_between_them() -> None:
    found = carried(monthly([1.0, 0] * 14))
    assert found.form is Form.DAYS_BETWEEN
    assert found.points == ()
    assert carried(monthly([1.0, 0] * 14)[:26]).form is Form.NOT_YET


def test_bursts_between_many_empty_months_are_no_series_for_any_chart() -> None:
    found = carried(monthly([0.0, 0, 9] * 5))
    assert (found.form, found.enough_from) == (Form.NOT_YET, month(14 + 25))
    assert found.why == (
        "Not enough data yet: the reports come in bursts, with none in 10 of 15 months. "
        "There will be enough after April 2027 if each month until then has some."
    )
    assert carried(monthly([0.0, 0, 9] * 5 + [2.0] * 25)).form is Form.MONTHS


def test_a_rare_series_says_when_the_present_rate_will_be_enough() -> None:
    found = carried(monthly([0.0, 1, 0, 1]))
    assert found.enough_from == month(3 + 24)
    assert found.why == (
        "Not enough data yet: 2 of the 14 reports that a chart needs. "
        "At the present rate there will be enough after about April 2026."
    )


@given(st.lists(st.integers(0, 1).map(float), min_size=1, max_size=60))
def test_of_rare_reports_the_promised_month_is_the_first_with_enough_within_five_years(
    counts: list[float],
) -> None:
    """At the present rate: the months to come have as many reports as those that were, on average."""
    found = carried(monthly(counts))
    if found.form is Form.NOT_YET and any(counts):
        coming = [sum(counts) / len(counts)] * 60
        held = ([*counts, *coming[:more]][-60:] for more in range(1, 61))
        enough = [len(counts) + at for at, each in enumerate(held) if sum(each) > 13.99]
        assert found.enough_from == (month(enough[0]) if enough else None)


def test_a_burst_is_left_behind_with_the_months_of_the_chart() -> None:
    bursts = [0.0, 0, 9] * 8
    alone = carried(monthly(bursts), Reach(24))
    recent = carried(monthly([0.0] * 6 + bursts), Reach(60, recent=24))
    assert alone.enough_from == month(23 + 14)
    assert recent.enough_from == month(29 + 14)
    assert carried(monthly([*bursts, *[3.0] * 14][-24:])).form is Form.MONTHS


def test_charts_go_back_as_far_as_the_reach_that_is_taken_where_none_is_given() -> None:
    assert Reach().months == LONGEST_MONTHS


@pytest.mark.parametrize("counts", [[], [0.0] * 40, [None] * 5])
def test_without_a_report_there_is_nothing_to_reckon_with(counts: Sequence[float | None]) -> None:
    found = carried(monthly(counts))
    assert (found.form, found.enough_from) == (Form.NOT_YET, None)
    assert found.why == "Not enough data yet: no report so far."


@given(st.lists(st.none() | st.integers(0, 30).map(float), max_size=60))
def test_whatever_is_charted_has_enough_points_and_no_count_is_lost_on_the_way(
    counts: list[float | None],
) -> None:
    found = carried(monthly(counts))
    known = [point for point in found.points if point.value is not None]
    assert len(known) >= 13 or not found.points
    if found.form is Form.MONTHS:
        assert sum(point.value or 0 for point in known) == sum(count or 0 for count in counts)
    if found.points:
        assert xmr(found.points, Options()).latest.value is not None
    assert found.why.endswith(".")


def false_signals(mean: float) -> float:
    """The share of charts of 24 months, on which nothing changes, whose latest month signals."""
    counts = default_rng(7).poisson(mean, (400, 24)).astype(float)
    return sum(xmr(monthly(row), Options()).latest.special for row in counts.tolist()) / len(counts)


def test_counts_that_are_charted_by_month_signal_no_more_often_by_chance_than_large_ones() -> None:
    assert false_signals(0.5) > 0.06
    assert false_signals(SMALLEST_MEAN) < 0.04
    assert false_signals(30) < 0.04


def false_gaps(mean: float) -> float:
    """The share of charts of 40 gaps of so many days on average, in which nothing changes, whose latest gap signals."""
    ends = default_rng(7).exponential(mean, (300, 40)).cumsum(axis=1)
    charts = [
        days_between(on_days(*map(int, row)), on_days(int(row[-1]))[0], Direction.DECREASE)
        for row in ends.tolist()
    ]
    return sum(each.chart.latest.special for each in charts) / len(charts)


def test_days_between_reports_that_are_rare_signal_by_chance_no_more_often_than_counts() -> None:
    assert false_gaps(1) > 0.06
    assert false_gaps(2) < 0.04
    assert false_gaps(15) < 0.04
    assert false_gaps(90) < 0.04


def bursts(size: float, reports: int = 30, mean: float = 25) -> list[list[date]]:
    """Series of reports on days at random, so many of a day on average, so many days between them."""
    random = default_rng(7)
    many = random.geometric(1 / size, (200, reports))
    begins = random.exponential(mean * size, (200, reports)).cumsum(axis=1).astype(int)
    return [
        on_days(*np.repeat(days, each)[:reports].tolist())
        for days, each in zip(begins, many, strict=True)
    ]


def signalled(series: Sequence[Sequence[date]]) -> float:
    """The share of all their gaps that signal."""
    charts = [days_between(each, each[-1], Direction.DECREASE).chart for each in series]
    return sum(point.special for each in charts for point in each.points) / sum(
        len(each.points) for each in charts
    )


def test_days_between_reports_that_come_in_bursts_would_signal_by_chance_and_have_no_chart() -> (
    None
):
    one_by_one, some, many = bursts(1, mean=15), bursts(1.5), bursts(5)
    assert not any(map(in_bursts, one_by_one))
    charted = [each for each in some if not in_bursts(each)]
    assert len(charted) > 100
    assert signalled(one_by_one) < 0.06
    assert signalled(charted) < 0.06
    assert signalled(list(filter(in_bursts, many))) > 0.2
    assert sum(map(in_bursts, many)) > 195


def test_two_reports_of_one_day_are_no_signal_by_themselves() -> None:
    apart = [9, 21, 4, 15, 30, 12, 7, 18, 25, 11, 16, 8, 20, 13]
    days = list(accumulate(apart))
    chart = days_between(
        on_days(0, *days, days[-1]), on_days(days[-1])[0], Direction.DECREASE
    ).chart
    assert chart.latest.value == 0
    assert not chart.latest.special


def test_half_of_the_gaps_of_no_days_are_bursts() -> None:
    assert in_bursts(on_days(0, 0, 9))
    assert not in_bursts(on_days(0, 0, 9, 20))
    fives = on_days(*[100 * (at // 5) for at in range(30)])
    assert not days_between(fives, fives[-1], Direction.DECREASE).enough


def on_days(*days: int) -> list[date]:
    return [NEW_YEAR + timedelta(days=day) for day in days]


EVERY_TEN_DAYS = on_days(*[10 * at + at % 3 for at in range(20)])


def test_days_between_reports_have_a_mean_and_limits_in_days() -> None:
    """Gaps of 11, 11 and 8 days in turn; limits by hand: y = days ** (1/3.6), mean +/- 2.66 mean range, to the power of 3.6."""
    gaps = days_between(EVERY_TEN_DAYS, EVERY_TEN_DAYS[-1], Direction.DECREASE)
    assert [point.value for point in gaps.chart.points[:3]] == [11, 11, 8]
    raised = [point.value ** (1 / 3.6) for point in gaps.chart.points if point.value is not None]
    mean = sum(raised) / len(raised)
    ranges = [abs(other - one) for one, other in pairwise(raised)]
    amr = sum(ranges) / len(ranges)
    limits = gaps.chart.latest.limits
    assert limits.mean == pytest.approx(mean**3.6)
    assert limits.upper == pytest.approx((mean + 2.66 * amr) ** 3.6)
    assert limits.lower == pytest.approx((mean - 2.66 * amr) ** 3.6)


def test_a_long_gap_is_an_improvement_where_fewer_reports_are() -> None:
    late = [*EVERY_TEN_DAYS, EVERY_TEN_DAYS[-1] + timedelta(days=200)]
    for direction, kind in (
        (Direction.DECREASE, PointType.IMPROVEMENT),
        (Direction.INCREASE, PointType.CONCERN),
        (Direction.NEUTRAL, PointType.NEUTRAL_HIGH),
    ):
        latest = days_between(late, late[-1], direction).chart.latest
        assert (latest.cause, latest.kind) == (Cause.ABOVE_LIMIT, kind)


def test_silence_longer_than_the_limit_is_told_before_the_next_report_comes() -> None:
    last = EVERY_TEN_DAYS[-1]
    assert not days_between(EVERY_TEN_DAYS, last + timedelta(12), Direction.DECREASE).quiet
    silent = days_between(EVERY_TEN_DAYS, last + timedelta(60), Direction.DECREASE)
    assert (silent.quiet, silent.since_last) == (True, 60)
    few = days_between(EVERY_TEN_DAYS[-5:], last + timedelta(60), Direction.DECREASE)
    assert (few.enough, few.quiet) == (False, False)


def test_several_reports_of_one_day_have_no_days_between_them() -> None:
    gaps = days_between(on_days(5, 0, 5, 5), NEW_YEAR + timedelta(9), Direction.NEUTRAL)
    assert [point.value for point in gaps.chart.points] == [5, 0, 0]
    assert gaps.since_last == 4


def test_gaps_begin_anew_with_the_first_that_ends_after_a_change() -> None:
    change = Rebase(EVERY_TEN_DAYS[10] - timedelta(days=1), "new letter")
    chart = days_between(EVERY_TEN_DAYS, EVERY_TEN_DAYS[-1], Direction.DECREASE, [change]).chart
    assert next(point.on for point in chart.points if point.group == 1) == EVERY_TEN_DAYS[10]


@pytest.mark.parametrize("reports", [[], on_days(1), on_days(1, 400)])
def test_gaps_need_two_reports_of_the_past(reports: list[date]) -> None:
    with pytest.raises(UnusableSeries):
        days_between(reports, NEW_YEAR + timedelta(days=9), Direction.NEUTRAL)
