"""A series as a page shows it: which chart, what it says, and that drawing, sentence, table and file have the same numbers."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.charted import (
    Charted,
    Rank,
    Subject,
    Window,
    ended_in,
    last_whole,
)
from services.reporting.domain.charted.shares import SharesOf, charted_share
from services.reporting.domain.judging import PLAIN, Judging
from services.reporting.domain.months import long_name, plus
from services.reporting.domain.numbers import Absent, Few, SmallNumbers
from services.reporting.domain.spc import Direction, Form, Rebase, Share
from tests.reporting.series import LAST, STEADY, TODAY, numbers, series, shown_of, window


def test_a_series_is_charted_again_only_when_it_has_changed() -> None:
    one, again = (
        shown_of(series(STEADY), window(), PLAIN),
        shown_of(series(STEADY), window(), PLAIN),
    )
    other = shown_of(series([*STEADY[:-1], 30]), window(), PLAIN)
    assert one.chart is again.chart
    assert one.small is again.small
    assert one.chart != other.chart
    assert one.small != other.small


def test_the_month_that_runs_is_shown_unfinished_and_not_judged() -> None:
    shown = shown_of(series(STEADY, running=40), window(), PLAIN)
    assert shown.form is Form.MONTHS
    assert shown.chart is not None
    assert shown.chart.latest.on == LAST
    assert shown.rank is Rank.CALM
    assert (shown.rows[-1].name, shown.rows[-1].number) == ("November 2026", 40)
    assert shown.rows[-1].says == "Not finished"
    assert shown.total == sum(STEADY) + 40


def test_a_month_is_whole_a_week_after_its_end() -> None:
    assert last_whole(date(2026, 11, 7)) == date(2026, 9, 1)
    assert last_whole(date(2026, 11, 8)) == date(2026, 10, 1)


def test_drawing_table_and_file_have_the_same_numbers() -> None:
    shown = shown_of(series([*STEADY[:-1], 30]), window(), PLAIN)
    assert shown.wide is not None
    assert shown.narrow is not None
    assert numbers(shown) == [*STEADY[:-1], 30, 0]
    links = re.findall(r'<a href="([^"]*)"[^>]*aria-label="([^"]*)"', shown.wide.svg)
    assert len(links) == 24
    for (address, name), row in zip(links, shown.rows, strict=False):
        assert address.replace("&amp;", "&") == row.href
        assert name.startswith(f"{row.name}: {row.number}")
    assert shown.rows[23].says == "Above the upper limit"
    assert shown.sentence == (
        "Discharge: higher than expected in October 2026, likely a real change."
    )
    assert shown.rank is Rank.CONCERN
    file = shown.table
    assert [line[:2] for line in file[1:]] == [(row.name, row.number) for row in shown.rows]
    assert shown.chart is not None
    assert file[1][2] == shown.chart.latest.limits.mean


def drawn_and_told(shown: Charted) -> tuple[list[str], list[str]]:
    """Where the points of the drawing lead, and where the judged rows of the table do."""
    assert shown.wide is not None
    drawn = [unescape(href) for href in re.findall(r'<a href="([^"]*)"', shown.wide.svg)]
    return drawn, [row.href for row in shown.rows if row.judged is not None and row.href]


def test_drawing_and_table_lead_to_the_same_lists_and_no_reports_to_none() -> None:
    by_month = shown_of(series([*STEADY[:-1], 0]), window(), PLAIN)
    by_quarter = shown_of(series([*([1, 0, 2] * 18), *[0] * 6]), window(60), PLAIN)
    shares = {
        month: Share(month, (3, 4, 5, 4, 2, 0)[at % 6], 20)
        for at, month in enumerate(window().period.months)
    }
    of = SharesOf("k", "In time", shares, Direction.INCREASE, "In time", "All", series([]).address)
    for shown in (by_month, by_quarter, charted_share(of, window())):
        assert shown.chart is not None
        drawn, told = drawn_and_told(shown)
        assert drawn == told
        assert len(drawn) == sum(point.value != 0 for point in shown.chart.points)
        assert len(drawn) < len(shown.chart.points)


def test_reports_of_one_day_lead_to_it_although_no_days_are_between_them() -> None:
    days = [date(2025, 1, 5) + timedelta(days=40 * (at - at // 7)) for at in range(16)]
    subject = Subject(
        "k", "Falls", Counter(day.replace(day=1) for day in days), address=series([]).address
    )
    shown = shown_of(subject, window(), PLAIN, days)
    assert 0 in numbers(shown)
    drawn, told = drawn_and_told(shown)
    assert drawn == told
    assert len(drawn) == 15


def test_months_before_anybody_reported_are_no_data() -> None:
    shown = shown_of(series(STEADY[:14]), window(first=plus(LAST, -13)), PLAIN)
    assert numbers(shown)[:10] == [Absent.NO_DATA] * 10
    assert shown.rows[0].href is None
    assert shown.chart is not None
    assert len(shown.chart.points) == 14


def test_no_limit_of_a_percentage_is_above_a_hundred() -> None:
    over = window()
    parts = [17, 19, 15, 19, 18, 20]
    months = {month: Share(month, parts[at % 6], 20) for at, month in enumerate(over.period.months)}
    shown = charted_share(SharesOf("k", "T", months, Direction.INCREASE, "P", "W"), over)
    assert shown.chart is not None
    upper = shown.chart.latest.limits.upper
    assert upper is not None
    assert upper > 100
    assert shown.rows[0].limits.endswith(" to above 100%")
    assert shown.wide is not None
    assert "to above 100%." in shown.wide.words
    assert f"{upper:.0f}" not in re.sub(r'="[^"]*"', "", shown.wide.svg)
    ticks = [float(each) for each in re.findall(r">(\d+)%</text>", shown.wide.svg)]
    assert max(ticks) == 100
    assert shown.table[1][6] == upper


def test_a_share_over_a_period_that_never_holds_enough_is_called_too_short_too() -> None:
    def held(each: Share, over: Window) -> Charted:
        months = {month: replace(each, on=month) for month in over.period.months}
        return charted_share(SharesOf("k", "T", months, Direction.INCREASE, "P", "W"), over)

    dense, thin = Share(LAST, 5, 10), Share(LAST, 1, 3)
    assert held(dense, window(12)).why.endswith("choose a longer period.")
    assert held(thin, window(24, longest=plus(LAST, -59))).why.endswith("choose a longer period.")
    assert held(dense, window(24)).chart is not None
    over = window(24, longest=plus(LAST, -59), ended=plus(LAST, -12))
    assert held(dense, over).why.endswith("No report came after October 2025.")


def test_a_constant_series_and_ten_years_at_once_have_a_chart() -> None:
    constant = shown_of(series([5] * 24), window(), PLAIN)
    assert "the same throughout" in constant.sentence
    assert constant.rows[0].limits == "none"
    decade = shown_of(series(STEADY * 5), window(120), PLAIN)
    assert decade.narrow is not None
    assert len(decade.rows) == 121


def test_limits_begin_anew_where_the_reader_says_and_the_reason_is_told() -> None:
    judging = Judging(target=3, rebase=Rebase(date(2025, 11, 16), "New letter"))
    shown = shown_of(series([10, 12] * 6 + [4, 6] * 6), window(), judging)
    assert shown.wide is not None
    assert "Limits begin anew with December 2025 (New letter)." in shown.wide.words
    assert shown.rows[0].mean != shown.rows[-2].mean
    assert shown.assurance.startswith("The target will be met at some times")
    assert shown.assured
    late = shown_of(series(STEADY), window(), Judging(rebase=Rebase(TODAY, "Today")))
    assert late.notes == (
        "Limits do not begin anew: there is no whole month both before and after 23 November 2026.",
    )


def test_without_limits_nothing_is_concluded() -> None:
    """Limits began anew with the latest month, or the values are all the same."""
    begun = Judging(target=3, rebase=Rebase(LAST, "New letter"))
    for subject, judging in ((series(STEADY), begun), (series([5] * 24), Judging(target=5))):
        shown = shown_of(subject, window(), judging)
        assert (shown.icon, shown.assured, shown.rank) == ("", "", Rank.UNSAID)
        assert shown.assurance == (
            "Whether the target will be met cannot be said, for there are no limits"
        )
        assert shown.rows[-2].says == "Not judged"


def test_baseline_and_screening_are_said() -> None:
    shown = shown_of(series(STEADY), window(), Judging(baseline=12, screen=False))
    assert shown.notes == (
        "Limits come from the first 12 months.",
        "Outlying differences are kept in the limits.",
    )


@given(values=st.lists(st.integers(min_value=0, max_value=60), min_size=13, max_size=40))
def test_a_chart_of_rounded_numbers_knows_no_others(values: list[int]) -> None:
    """Whoever sees 10 for 10 to 14 sees the same page for 10 and for 14: sentence, limits, drawing and all."""
    rule = SmallNumbers(5)
    rounded = [value - value % 5 for value in values]
    pages = []
    for each in (values, rounded):
        shown = shown_of(series(each), window(len(each), rule=rule), PLAIN)
        drawn = "" if shown.wide is None else shown.wide.svg
        pages.append((shown.table, shown.sentence, shown.why, shown.notes, shown.total, drawn))
    assert pages[0] == pages[1]
    assert all(isinstance(n, Few) or (isinstance(n, int) and n % 5 == 0) for n in numbers(shown))


def test_rounded_numbers_are_charted_only_where_they_are_large() -> None:
    few = shown_of(series(STEADY), window(rule=SmallNumbers(5)), PLAIN)
    assert few.form is Form.NOT_YET
    assert "rounded down to a multiple of 5" in few.why
    many = shown_of(series([value * 5 for value in STEADY]), window(rule=SmallNumbers(5)), PLAIN)
    assert many.form is Form.MONTHS


def test_where_data_have_ended_the_last_month_is_not_judged_and_nothing_follows() -> None:
    ended = plus(LAST, -14)
    assert ended_in(plus(LAST, -11), TODAY) is None, "none for a year, at least"
    assert ended_in(ended, TODAY) == ended
    subject = series([*STEADY, 1, *[0] * 14])
    shown = shown_of(subject, window(38, ended=ended), PLAIN)
    assert shown.chart is not None
    assert shown.chart.latest.on == plus(ended, -1)
    assert shown.rank is Rank.CALM
    by_name = {row.name: row for row in shown.rows}
    assert (by_name[long_name(ended)].number, by_name[long_name(ended)].says) == (
        1,
        "Data end here",
    )
    assert by_name[long_name(plus(ended, 1))].number is Absent.NO_DATA


def test_a_report_of_before_the_beginning_is_shown_and_not_judged() -> None:
    subject = series([3, 0, *STEADY[:14]])
    shown = shown_of(subject, window(first=plus(LAST, -13)), PLAIN)
    assert numbers(shown)[7:11] == [Absent.NO_DATA, 3, Absent.NO_DATA, STEADY[0]]
    assert shown.chart is not None
    assert [point.value for point in shown.chart.points] == STEADY[:14]


def test_limits_begin_anew_where_many_joined() -> None:
    rebase = Rebase(plus(LAST, -9), "practices that joined send 30% of the reports")
    shown = shown_of(
        series([*STEADY[:14], *(2 * n for n in STEADY[:10])]), window(rebases=(rebase,)), PLAIN
    )
    assert shown.chart is not None
    assert [len(group) for group in shown.chart.groups] == [14, 10]
    assert shown.wide is not None
    assert rebase.reason in shown.wide.svg
    asked = PLAIN.beginning(Rebase(plus(LAST, -4), "A new ward"))
    shown = shown_of(series(STEADY), window(rebases=(rebase,)), asked)
    assert shown.chart is not None
    assert [len(group) for group in shown.chart.groups] == [14, 5, 5]
