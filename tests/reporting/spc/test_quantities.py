"""Percentages and days are told as such: in the drawing, in its words and in the table."""

import re
from datetime import date, timedelta

import pytest

from services.reporting.domain.drawing import WIDE, Labels, Quantity, xmr_chart
from services.reporting.domain.spc import GAPS, Direction, Options, Point, Step, days_between, xmr
from tests.reporting.spc.series import chart


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize(
    ("quantity", "value", "said"),
    [
        (Quantity.NUMBER, 43, "43"),
        (Quantity.NUMBER, 5e-7, "5e-07"),
        (Quantity.PERCENT, 43.21, "43.2%"),
        (Quantity.DAYS, 1, "1 day"),
        (Quantity.DAYS, 1.4, "1.4 days"),
        (Quantity.DAYS, 0.4, "0 days"),
        (Quantity.DAYS, 7e-5, "0 days"),
    ],
)
def test_values_are_told_in_their_unit(quantity: Quantity, value: float, said: str) -> None:
    assert quantity.with_unit(value) == said


def test_percentages_have_their_sign_on_the_axis_and_in_words() -> None:
    shares = chart([91.0, 97, 88, 99, 94, 96, 90] * 2, Direction.INCREASE)
    made = xmr_chart("k", shares, Labels("In time", Step.MONTH, quantity=Quantity.PERCENT), WIDE)
    assert "Mean 93.6%. Limits 77.4% to above 100%." in made.words
    drawn = texts(made.svg)
    assert drawn[:6] == ["75%", "80%", "85%", "90%", "95%", "100%"]
    assert "Mean 93.6%" in drawn
    assert "Upper above 100%" in drawn


def test_a_chart_of_days_calls_its_centre_a_typical_gap_and_tells_no_fractions_of_a_day() -> None:
    gaps = [0, 1, 31, 2, 60, 0, 9, 44, 1, 3, 70, 0, 25, 12, 1]
    days = [date(2025, 1, 1)]
    for each in gaps:
        days.append(days[-1] + timedelta(each))
    made = days_between(days, days[-1], Direction.DECREASE).chart
    labels = Labels("T", Step.DAY, GAPS, Quantity.DAYS, evenly=True, address=lambda _: "/x")
    drawn = xmr_chart("k", made, labels, WIDE)
    assert "Mean" not in drawn.svg
    assert re.search(r"Typical gap [\d.]+ days\. Limits 0 to [\d.]+ days\.", drawn.words)
    assert ": 1 day" in drawn.svg
    assert ": 1 days" not in drawn.svg
    assert "e-" not in " ".join([drawn.words, *texts(drawn.svg)])


def test_a_single_percentage_is_told_like_the_others() -> None:
    one = xmr([Point(date(2026, 1, 1), 50.0)], Options(target=80))
    made = xmr_chart("k", one, Labels("T", Step.MONTH, quantity=Quantity.PERCENT), WIDE)
    assert "Latest: 50%. Mean 50%. Target 80%." in made.words
