"""Numbers as readers may see them, and charts that say what their numbers say."""

import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.charts import (
    Mark,
    Series,
    bar_chart,
    line_chart,
    narrow,
    small,
    ticks_to,
    wide,
    words_of,
)
from services.reporting.domain.filters import Choices, parse
from services.reporting.domain.months import Period, period, plus
from services.reporting.domain.numbers import EXACT, Absent, Few, SmallNumbers, share
from services.reporting.domain.trends import heat_of, tenet_chart, theme_trends

SPRING = Period(date(2026, 3, 1), date(2026, 5, 1))


def test_a_month_before_the_first_report_is_no_data_and_not_zero() -> None:
    counts = {(date(2026, 4, 1), "safety"): 3}
    chart = tenet_chart("k", "Reports", SPRING, counts, date(2026, 4, 1), EXACT)
    assert chart.table.numbers[0] == (Absent.NO_DATA,) * 3
    assert chart.table.numbers[2] == (0, 0, 0)
    assert chart.table.total == 3
    assert "No data for 1 month." in chart.words


def test_the_chart_draws_a_mark_for_each_number_and_none_for_what_is_absent() -> None:
    series = Series("Safety", (4, Absent.NO_DATA, 9), Mark.TRIANGLE, "#b25900")
    svg = line_chart("k", "Reports", SPRING, [series], wide(3))
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    marks = root.findall(".//{http://www.w3.org/2000/svg}polygon")
    assert len(marks) == 2 + 1  # and the legend's


@pytest.mark.parametrize("frame", [wide(3), narrow(3)])
def test_a_higher_number_is_drawn_higher(frame: object) -> None:
    assert wide(3).y(9, 10) < wide(3).y(4, 10)
    assert narrow(3).y(9, 10) < narrow(3).y(4, 10)


def test_the_words_of_a_chart_come_from_its_numbers() -> None:
    safety = Series("Safety", (5, Few(5), 10), Mark.TRIANGLE, "#b25900", SmallNumbers(5))
    effect = Series("Effectiveness", (0, 1, 0), Mark.SQUARE, "#00789c")
    assert words_of("Reports each month", SPRING, [safety, effect]) == (
        "Reports each month, March 2026 to May 2026. "
        "Safety: at least 15 reports, most in May 2026 (10), and fewer than 5 in 1 month. "
        "Effectiveness: 1 report, most in April 2026 (1)."
    )


@given(numbers=st.lists(st.integers(min_value=0, max_value=10**6), min_size=3, max_size=3))
def test_a_small_chart_says_and_shows_the_same_numbers(numbers: list[int]) -> None:
    chart = bar_chart(
        "k", "Discharge", SPRING, Series("All", tuple(numbers), Mark.SQUARE, "#005eb8"), 10, small()
    )
    root = ET.fromstring(chart.svg)  # noqa: S314 - our own text
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[: sum(map(bool, numbers))] == [f"{number:,}" for number in numbers if number]
    assert f"{sum(numbers):,} report" in chart.words


def test_titles_cannot_break_out_of_the_drawing() -> None:
    series = Series("<script>", (1, 2, 3), Mark.CIRCLE, "#4c6272")
    svg = line_chart("k", '"><script>alert(1)</script>', SPRING, [series], wide(3))
    assert "<script>" not in svg
    assert not re.search(r"\sstyle=", svg)


@given(most=st.integers(min_value=0, max_value=10**9))
def test_the_axis_begins_at_zero_reaches_the_highest_number_and_has_few_steps(most: int) -> None:
    ticks = ticks_to(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6


def test_themes_come_most_frequent_first_with_their_titles() -> None:
    counts = {("a", date(2026, 3, 1)): 2, ("b", date(2026, 4, 1)): 7}
    trends = theme_trends(SPRING, counts, {"a": "Access", "b": "Beds"}, SPRING.first, EXACT)
    assert [(each.title, each.total) for each in trends] == [("Beds", 7), ("Access", 2)]
    assert trends[0].numbers == (0, 7, 0)


def test_heat_is_darkest_where_most_reports_are() -> None:
    counts = {("a", "RZ1", "safety"): 9, ("a", "RZ2", "experience"): 2, ("b", "RZ1", "safety"): 4}
    heat = heat_of(counts, {"a": "Access", "b": "Beds"}, EXACT)
    assert heat.columns == ("RZ1", "RZ2")
    shades = [[row.cells[code].shade for code in heat.columns] for row in heat.rows]
    assert shades == [[3, 0], [1, 0]]
    assert heat.rows[0].cells["RZ1"].tenets == (0, 0, 9)


def test_a_share_of_nothing_is_no_data() -> None:
    assert share(0, 0) == "no data"
    assert share(1, 3) == "33%"


def test_imported_history_is_shown_where_it_is_and_not_as_an_empty_year() -> None:
    assert period(12, None, date(2019, 6, 1), date(2026, 11, 1)).last == date(2019, 6, 1)
    assert period(12, None, date(2026, 2, 1), date(2026, 11, 1)).last == date(2026, 11, 1)
    assert plus(date(2026, 1, 1), -1) == date(2025, 12, 1)


def test_unknown_filters_are_named_and_left_out() -> None:
    asked = {"tenet": "safety", "theme": "gone", "until": "2026-13", "months": "7", "utm": "x"}
    filters, errors = parse(asked, Choices(), date(2026, 11, 1))
    assert filters.query == "?tenet=safety"
    assert set(errors) == {"theme", "until", "months"}


@pytest.mark.parametrize(
    "until", ["2027-01", "0001-01", "1066-10", "2026-1", "yesterday", "²026-01"]
)
def test_absurd_last_months_are_refused(until: str) -> None:
    filters, errors = parse({"until": until}, Choices(), date(2026, 11, 1))
    assert filters.until is None
    assert "until" in errors


def test_filters_in_an_address_come_back_as_they_were() -> None:
    choices = Choices(themes={"a": "Access"}, providers={"RZ1": "Northfield"})
    asked = {"theme": "a", "provider": "RZ1", "months": "24", "until": "2026-03"}
    filters, errors = parse(asked, choices, date(2026, 11, 1))
    assert not errors
    assert dict(pair.split("=") for pair in filters.query[1:].split("&")) == asked
