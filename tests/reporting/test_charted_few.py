"""Which chart a series of few reports can carry, since when, and what is said where it cannot yet."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.reporting.domain.charted import (
    Rank,
    Subject,
    Window,
    form_of,
)
from services.reporting.domain.judging import PLAIN
from services.reporting.domain.months import Period, plus
from services.reporting.domain.numbers import Absent, SmallNumbers
from services.reporting.domain.spc import Direction, Form
from tests.reporting.series import LAST, NOVEMBER, STEADY, numbers, series, shown_of, window


def test_few_reports_are_pooled_by_quarter_and_each_leads_to_its_three_months() -> None:
    subject = series([1, 0, 2] * 20)
    shown = shown_of(subject, window(60), PLAIN)
    assert shown.form is Form.QUARTERS
    quarter = shown.rows[2]
    assert (quarter.name, quarter.number) == ("January to March 2022", 3)
    assert quarter.href == "/list?since=2022-01&until=2022-03"
    assert [row.says for row in shown.rows][:2] == ["Not a whole quarter"] * 2
    assert shown.total == 60


def test_a_thin_series_goes_back_further_where_nobody_chose_a_period() -> None:
    subject = series([1, 0, 2] * 20)
    assert form_of(subject, window(24))[0].form is Form.DAYS_BETWEEN
    held, months = form_of(subject, window(24, longest=plus(LAST, -59)))
    assert held.form is Form.QUARTERS
    assert months.period.first == plus(LAST, -59)
    dense, recent = form_of(series(STEADY), window(24, longest=plus(LAST, -59)))
    assert (dense.form, recent.period.first) == (Form.MONTHS, plus(LAST, -23))


def test_rare_reports_are_charted_as_days_between_them() -> None:
    days = [date(2025, 1, 5) + timedelta(days=40 * at) for at in range(16)]
    counts = {day.replace(day=1): 1 for day in days}
    subject = Subject("k", "Falls", counts, Direction.DECREASE)
    shown = shown_of(subject, window(), PLAIN, days)
    assert shown.form is Form.DAYS_BETWEEN
    assert numbers(shown) == [Absent.NO_DATA, *[40] * 15]
    assert shown.notes[0] == "87 days since the latest report."
    assert shown.sentence.startswith("Falls: the same throughout")


def test_rare_reports_that_come_in_bursts_have_no_chart() -> None:
    days = [date(2024, 12, 5) + timedelta(days=100 * (at // 5)) for at in range(30)]
    counts = {day.replace(day=1): 5 for day in days}
    subject = Subject("k", "Falls", counts, Direction.DECREASE)
    over = window(longest=plus(LAST, -59))
    assert form_of(subject, over)[0].form is Form.DAYS_BETWEEN
    shown = shown_of(subject, over, PLAIN, days)
    assert (shown.form, shown.chart) == (Form.NOT_YET, None)
    assert shown.months == over.period
    assert "half of them or more on the day of the one before" in shown.why


def test_too_few_reports_have_no_chart_and_it_is_said_when_there_will_be() -> None:
    shown = shown_of(series([0, 0, 1] * 8), window(longest=plus(LAST, -59)), PLAIN)
    assert (shown.form, shown.chart, shown.small, shown.icon) == (Form.NOT_YET, None, None, "")
    assert shown.sentence == "Discharge: not enough data yet."
    assert shown.why == (
        "Not enough data yet: 8 of the 14 reports that a chart needs, in 60 months. "
        "At the present rate there will be enough after about April 2028."
    )
    assert shown.rank is Rank.NOT_YET


@pytest.mark.parametrize("months", [6, 12])
def test_a_chosen_period_that_never_holds_enough_is_called_too_short(months: int) -> None:
    for subject in (series(STEADY), series([0, 0, 1] * 8), series([0, 0, 0, 9] * 6)):
        held, _ = form_of(subject, window(months))
        assert (held.form, held.enough_from) == (Form.NOT_YET, None)
        assert held.why.endswith(" The period is too short for a chart: choose a longer period.")


def test_a_chosen_period_that_will_hold_enough_says_when() -> None:
    held, _ = form_of(series(STEADY), window(first=plus(LAST, -7)))
    assert held.enough_from == plus(LAST, 5)


def test_nothing_more_comes_into_months_that_are_over() -> None:
    over = Period(date(2021, 1, 1), date(2022, 12, 1))
    subject = Subject("k", "Discharge", {plus(over.last, -at): 9 for at in range(8)})
    chosen = window(period=over, first=plus(over.last, -7))
    held, _ = form_of(subject, chosen)
    assert held.enough_from is None
    assert held.why.endswith(" choose a longer period.")
    ended = replace(chosen, ended=over.last, longest=plus(over.last, -59))
    held, _ = form_of(subject, ended)
    assert held.enough_from is None
    assert held.why == (
        "Not enough data yet: 7 of the 13 months that a chart needs. No report came after December 2022."
    )
    only_the_last, _ = form_of(Subject("k", "Discharge", {over.last: 9}), ended)
    assert only_the_last.why.endswith("the month in which data end, which may not be whole.")


def test_where_the_rate_is_too_low_for_five_years_no_date_is_given() -> None:
    every_five_months = series([1, 0, 0, 0, 0] * 12)
    held, _ = form_of(every_five_months, window(longest=plus(LAST, -59)))
    assert held.enough_from is None
    assert held.why == (
        "Not enough data yet: 12 of the 14 reports that a chart needs, in 60 months. "
        "At the present rate there will not be enough within the 5 years that charts go back."
    )


@pytest.mark.parametrize("reports", [1, 40])
def test_reports_of_a_month_that_runs_are_not_called_none(reports: int) -> None:
    begun = series([], running=reports)
    said = "Not enough data yet: what was reported is of a month that is not finished. "
    new, _ = form_of(begun, window(first=NOVEMBER, longest=plus(LAST, -59)))
    assert new.enough_from == date(2027, 11, 1)
    assert new.why == (
        f"{said}There will be enough after November 2027 if 2 or more reports come each month."
    )
    quiet, _ = form_of(begun, window(longest=plus(LAST, -59)))
    assert (quiet.enough_from, quiet.why) == (None, f"{said}A chart needs 14 reports or more.")
    short, _ = form_of(begun, window(6, first=NOVEMBER))
    assert short.enough_from is None
    assert short.why == f"{said}The period is too short for a chart: choose a longer period."
    hidden, _ = form_of(begun, window(rule=SmallNumbers(5)))
    assert "rounded down" in hidden.why


def test_a_period_that_begins_with_the_month_that_runs_has_no_month_yet() -> None:
    since = window(period=Period(NOVEMBER, NOVEMBER))
    held, _ = form_of(series(STEADY, running=10), since)
    assert held.enough_from == date(2027, 11, 1)
    assert held.why == (
        "Not enough data yet: no month of the chosen period is finished. From November 2026 on there will be enough "
        "after November 2027 if 2 or more reports come each month. A longer period may have enough now."
    )
    first, _ = form_of(series([], running=10), replace(since, first=NOVEMBER))
    assert first.why.endswith("each month.")


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (window(), ["87 days since the latest report."]),
        (window(ended=LAST), []),
        (window(period=Period(plus(LAST, -30), plus(LAST, -2))), []),
    ],
    ids=["up to now", "data have ended", "months that are over"],
)
def test_of_the_time_since_the_latest_report_is_told_where_it_is_known(
    months: Window, told: list[str]
) -> None:
    days = [date(2025, 1, 5) + timedelta(days=40 * at) for at in range(16)]
    subject = Subject("k", "Falls", Counter(day.replace(day=1) for day in days))
    shown = shown_of(subject, months, PLAIN, days)
    assert shown.form is Form.DAYS_BETWEEN
    assert list(shown.notes) == told
