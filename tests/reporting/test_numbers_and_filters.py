"""Numbers as readers may see them, the months they are of, and what an address asks for."""

from dataclasses import replace
from datetime import date

import pytest

from services.reporting.domain.filters import Choices, parse
from services.reporting.domain.heat import heat_of
from services.reporting.domain.judging import parse_judging
from services.reporting.domain.months import period, plus
from services.reporting.domain.numbers import EXACT, share

NOW = date(2026, 11, 1)


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
    def last(newest: date) -> date:
        whole = plus(NOW, -1)
        return period(12, None, None, newest=newest, current=NOW, whole=whole).last

    assert last(date(2019, 6, 1)) == date(2019, 6, 1)
    assert last(date(2026, 2, 1)) == NOW
    assert plus(date(2026, 1, 1), -1) == date(2025, 12, 1)


def test_a_period_is_of_whole_months_and_those_that_run_come_on_top() -> None:
    found = period(12, None, None, newest=NOW, current=NOW, whole=date(2026, 10, 1))
    assert (found.first, found.last) == (date(2025, 11, 1), NOW)
    assert period(6, None, date(2026, 3, 1), newest=NOW, current=NOW, whole=NOW).first == date(
        2025, 10, 1
    )


def test_unknown_filters_are_named_and_left_out() -> None:
    asked = {"tenet": "safety", "theme": "gone", "until": "2026-13", "months": "7", "colour": "x"}
    filters, errors = parse(asked, Choices(), NOW)
    assert filters.query == "?tenet=safety"
    assert set(errors) == {"theme", "until", "months", "filters"}
    assert "x" not in errors["filters"]


@pytest.mark.parametrize(
    "until", ["2027-01", "0001-01", "1066-10", "2026-1", "yesterday", "\u00b2026-01"]
)
def test_absurd_last_months_are_refused(until: str) -> None:
    filters, errors = parse({"until": until}, Choices(), NOW)
    assert filters.until is None
    assert "until" in errors


def test_a_list_may_be_of_any_length_and_a_chart_of_20_years() -> None:
    asked, choices = {"since": "1996-03", "until": "2026-11"}, Choices(any_months=True)
    filters, errors = parse(asked, choices, NOW)
    assert errors == {"since": "A period can be 20 years at most"}
    filters, errors = parse(asked, choices, NOW, of_any_length=True)
    assert (filters.since, errors) == (date(1996, 3, 1), {})


def test_a_reversed_period_is_refused_whole() -> None:
    asked = {"since": "2026-03", "until": "2025-03"}
    filters, errors = parse(asked, Choices(any_months=True), NOW)
    assert (filters.since, filters.until) == (None, None)
    assert set(errors) == {"since"}


def test_filters_in_an_address_come_back_as_they_were() -> None:
    choices = Choices({"a": "Access"}, {"RZ1": "Northfield"}, any_months=True)
    asked = {"theme": "a", "provider": "RZ1", "harm": "low", "since": "2024-01", "until": "2026-03"}
    filters, errors = parse(asked, choices, NOW)
    assert not errors
    assert dict(pair.split("=") for pair in filters.query[1:].split("&")) == asked


def test_a_service_is_asked_for_with_its_provider_and_without_a_theme() -> None:
    choices = Choices({"a": "Access"}, {"RZ1": "Northfield"})
    filters, errors = parse({"service": "wards"}, choices, NOW)
    assert filters.query == ""
    assert errors == {"provider": "Choose a provider first: each provider has services of its own"}
    choices = replace(choices, services={"wards": "Wards"})
    asked = {"provider": "RZ1", "service": "wards"}
    filters, errors = parse(asked, choices, NOW)
    assert not errors
    assert filters.query == "?provider=RZ1&service=wards"
    assert filters.unthemed == "service"
    filters, errors = parse(asked | {"theme": "a"}, choices, NOW)
    assert set(errors) == {"service"}
    assert filters.query == "?theme=a&provider=RZ1"


def test_how_a_chart_is_judged_comes_back_as_it_was() -> None:
    asked = {"target": "4.5", "baseline": "13", "screen": "no", "rebase": "2026-03-16"}
    judging, errors = parse_judging(asked | {"because": "New letter"}, NOW)
    assert not errors
    assert judging.pairs == asked | {"because": "New letter"}


@pytest.mark.parametrize(
    "asked",
    [
        {"target": "-1"},
        {"target": "nan"},
        {"target": "1e999"},
        {"target": "many"},
        {"baseline": "11"},
        {"baseline": "\u00b2\u00b2"},
        {"baseline": "999999999"},
        {"screen": "maybe"},
        {"rebase": "2026-03-16"},  # without its reason
        {"because": "New letter"},  # without its date
        {"rebase": "2999-01-01", "because": "x"},
        {"rebase": "2026-02-30", "because": "x"},
        {"rebase": "2026-03-16", "because": "x" * 101},
        {"rebase": "2026-03-16", "because": "one\ntwo"},
        {"action": "1"},
    ],
)
def test_what_a_chart_cannot_be_judged_by_is_refused(asked: dict[str, str]) -> None:
    judging, errors = parse_judging(asked, NOW)
    assert len(errors) == 1
    assert not judging.pairs
