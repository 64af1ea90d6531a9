"""The total beside a chart agrees with what is said of its months."""

import pytest

from services.reporting.domain.charted import Charted, Subject
from services.reporting.domain.judging import PLAIN
from services.reporting.domain.months import plus
from services.reporting.domain.numbers import SmallNumbers
from services.reporting.domain.spc import Form
from services.reporting.pages.lines import Line
from tests.reporting.series import LAST, STEADY, series, shown_of, window


def told(chart: Charted) -> str:
    return Line(chart, "", None, None, None, None).total_told


@pytest.mark.parametrize("running", [0, 6])
def test_reports_of_the_month_that_runs_are_told_apart(running: int) -> None:
    shown = shown_of(series(STEADY, running), window(), PLAIN)
    assert shown.why == "Shown by month: 24 months with 10.0 reports each on average."
    after = f", {running} of them after October 2026" if running else ""
    assert told(shown) == f"{240 + running} reports{after}"


def test_reports_of_earlier_months_that_are_not_charted_are_told_apart() -> None:
    months = series(STEADY, 6)
    late = window(first=plus(LAST, -19))
    shown = shown_of(months, late, PLAIN)
    assert (
        told(shown)
        == "246 reports, 6 of them after October 2026 and 40 in other months that are not charted"
    )


def test_what_has_no_chart_or_one_of_days_has_a_total_and_nothing_more() -> None:
    thin = shown_of(series([0, 1] * 6, 2), window(12), PLAIN)
    assert thin.form is Form.NOT_YET
    assert told(thin) == "8 reports"
    hidden = shown_of(Subject("k", "T", {LAST: 40}), window(rule=SmallNumbers(5)), PLAIN)
    assert told(hidden) == "At least 40 reports"
