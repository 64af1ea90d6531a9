"""Which chart a series of shares can carry."""

from datetime import date
from random import Random

from services.reporting.domain.months import plus
from services.reporting.domain.spc import Form, Options, Point, Share, carried_share, xmr

JANUARY = date(2024, 1, 1)


def series(*parts: tuple[int, int]) -> list[Share]:
    return [Share(plus(JANUARY, at), part, whole) for at, (part, whole) in enumerate(parts)]


def test_enough_months_of_enough_are_shown_by_month_as_percentages() -> None:
    found = carried_share(series(*[(17, 20)] * 13))
    assert found.form is Form.MONTHS
    assert {point.value for point in found.points} == {85.0}
    assert found.why == "Shown by month: 17.0 of 20.0 a month on average."


def test_the_rarer_side_decides_whichever_it_is() -> None:
    assert carried_share(series(*[(1, 40)] * 13)).form is Form.NOT_YET
    assert carried_share(series(*[(39, 40)] * 13)).form is Form.NOT_YET
    assert carried_share(series(*[(38, 40)] * 13)).form is Form.MONTHS


def test_too_few_by_month_are_pooled_to_whole_quarters() -> None:
    found = carried_share(series(*[(1, 4)] * 39))
    assert found.form is Form.QUARTERS
    assert found.points[0] == Point(JANUARY, 25.0)
    assert len(found.points) == 13
    assert len(carried_share(series(*[(1, 4)] * 41)).points) == 13


def test_a_month_of_none_has_no_share_and_keeps_its_place() -> None:
    found = carried_share(series(*[(5, 10)] * 7, (0, 0), *[(5, 10)] * 6))
    assert found.form is Form.MONTHS
    assert [point.value for point in found.points].count(None) == 1


def test_what_is_not_enough_says_when_there_will_be() -> None:
    early = carried_share(series(*[(5, 10)] * 10))
    assert early.why.endswith("There will be enough after January 2025.")
    assert early.enough_from == date(2025, 1, 1)
    thin = carried_share(series(*[(1, 3)] * 12))
    assert thin.form is Form.NOT_YET
    assert "enough by quarter after about" in thin.why
    rare = carried_share(series(*[(0, 3)] * 11, (1, 3)))
    assert rare.enough_from is None
    assert rare.why.endswith("even by quarter.")
    assert carried_share([]).enough_from is None
    assert carried_share(series((0, 0))).why.startswith("Not enough data yet: no whole month")


def test_few_charts_of_shares_on_which_nothing_changes_signal_in_the_latest_month() -> None:
    """The bound that the rule rests on, at the fewest that it lets through."""
    random = Random(3)  # noqa: S311 - a seeded simulation
    signals = carried = 0
    for _ in range(300):
        parts = [(sum(random.random() < 0.12 for _ in range(20)), 20) for _ in range(24)]
        found = carried_share(series(*parts))
        if found.form is Form.MONTHS:
            carried += 1
            signals += xmr(found.points, Options()).latest.special
    assert carried > 150
    assert signals / carried < 0.05
