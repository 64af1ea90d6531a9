"""Organisations of different volumes side by side."""

from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from services.reporting.domain.spc import Measure, Unit, UnusableSeries, Zone, funnel
from services.reporting.domain.spc.funnel import PROBABILITIES
from services.reporting.domain.spc.quantiles import binomial_quantiles, poisson_quantiles


@given(mean=st.floats(0.01, 1000))
def test_counts_outside_of_poisson_limits_are_as_rare_as_the_limits_say(mean: float) -> None:
    found = poisson_quantiles(mean, PROBABILITIES)
    _are_as_rare_as_told(found, stats.poisson(mean))


@given(trials=st.integers(1, 3000), chance=st.floats(0.001, 0.999))
def test_counts_outside_of_binomial_limits_are_as_rare_as_the_limits_say(
    trials: int, chance: float
) -> None:
    found = binomial_quantiles(trials, chance, PROBABILITIES)
    _are_as_rare_as_told(found, stats.binom(trials, chance))


def _are_as_rare_as_told(limits: list[float], counts: Any) -> None:
    """By scipy's chances: the first whole count outside of each limit is rare enough, and the second one inside is not."""
    for limit, probability in zip(limits, PROBABILITIES, strict=True):
        if probability > 0.5:
            outside = floor(limit) + 1
            assert counts.sf(outside - 1) <= 1 - probability + 1e-9
            assert counts.sf(outside - 3) >= 1 - probability - 1e-9
        else:
            outside = ceil(limit) - 1
            assert counts.cdf(outside) <= probability + 1e-9
            assert counts.cdf(outside + 2) >= probability - 1e-9


def test_one_of_one_is_no_signal_where_one_of_nine_is_to_be_expected() -> None:
    units = [Unit("tiny", 1, 1), Unit("a", 20, 180), Unit("b", 22, 200)]
    made = funnel(units, Measure.PROPORTION)
    assert {each.zone for each in made.placed} == {Zone.WITHIN}


def test_an_exact_limit_worked_out_by_hand() -> None:
    """Two coins: P(0) = 1/4, P(1) = 1/2. The 97.5% point is 3 less (1 - 0.975) / 0.25, so 2, as more there are not; the 2.5%
    point is below 0, so 0. The 97.5% point of ten with the chance 1/10: P(X <= 3) = 0.98720 and P(3) = 0.05740."""
    assert binomial_quantiles(2, 0.5, [0.025, 0.975]) == pytest.approx([0, 2])
    expected = 4 - (0.98720 - 0.975) / 0.05740
    assert binomial_quantiles(10, 0.1, [0.975]) == pytest.approx([expected], abs=1e-3)


def test_the_same_proportion_is_chance_in_a_small_place_and_a_signal_in_a_large_one() -> None:
    units = [Unit("small", 5, 10), Unit("large", 500, 1000), Unit("rest", 2700, 9000)]
    found = {each.unit.key: each for each in funnel(units, Measure.PROPORTION).placed}
    assert found["small"].value == found["large"].value == 0.5
    assert found["small"].zone is Zone.WITHIN
    assert found["large"].zone is Zone.FAR_ABOVE
    assert found["rest"].zone is Zone.FAR_BELOW


def test_rates_are_compared_with_the_rate_of_all_together() -> None:
    units = [Unit("a", 10, 10), Unit("b", 20, 20), Unit("c", 30, 10), Unit("d", 40, 60)]
    made = funnel(units, Measure.RATE)
    assert made.centre == 1
    assert [each.zone for each in made.placed] == [
        Zone.WITHIN,
        Zone.WITHIN,
        Zone.FAR_ABOVE,
        Zone.BELOW,
    ]


def test_beyond_the_inner_limit_is_told_from_beyond_the_outer_one() -> None:
    """An organisation of which 100 are expected: limits of about 70, 80, 120 and 132."""
    for count, zone in (
        (69, Zone.FAR_BELOW),
        (78, Zone.BELOW),
        (110, Zone.WITHIN),
        (125, Zone.ABOVE),
        (135, Zone.FAR_ABOVE),
    ):
        rest = Unit("rest", 100_000 - count, 99_900)
        assert funnel([Unit("one", count, 100), rest], Measure.RATE).placed[0].zone is zone


def test_organisations_that_differ_by_more_than_chance_widen_the_limits_and_not_all_stand_out() -> (
    None
):
    """Twenty of volume 400, half at 19% and half at 31%: chance alone would put most of them outside."""
    units = [Unit(str(at), 76 if at % 2 else 124, 400) for at in range(20)]
    made = funnel(units, Measure.PROPORTION)
    assert made.widened
    assert made.dispersion == pytest.approx(7.8, abs=0.4)
    assert {each.zone for each in made.placed} == {Zone.WITHIN}
    few = funnel(units[:9], Measure.PROPORTION)
    assert not few.widened
    assert Zone.WITHIN not in {each.zone for each in few.placed}


def test_one_that_really_differs_still_stands_out_among_many_alike() -> None:
    units = [Unit(str(at), 20 + at % 3, 100) for at in range(20)] + [Unit("other", 60, 100)]
    made = funnel(units, Measure.PROPORTION)
    assert [each.unit.key for each in made.placed if each.zone is not Zone.WITHIN] == ["other"]


def test_nothing_is_said_of_who_has_no_volume_and_of_fewer_than_three() -> None:
    made = funnel([Unit("a", 1, 5), Unit("new", 0, 0)], Measure.PROPORTION)
    assert [unit.key for unit in made.empty] == ["new"]
    assert not made.enough
    with pytest.raises(UnusableSeries):
        funnel([Unit("new", 0, 0)], Measure.RATE)


@pytest.mark.parametrize("count", [0, 7])
def test_where_nobody_or_everybody_has_it_the_limits_close_on_the_centre(count: int) -> None:
    made = funnel([Unit(str(at), count, 7) for at in range(12)], Measure.PROPORTION)
    assert {each.zone for each in made.placed} == {Zone.WITHIN}
    assert made.curve[0][1].upper_998 == made.centre
    assert made.flat
    assert not made.telling


def test_beyond_the_inner_limits_is_unusual_and_only_beyond_the_outer_ones_a_claim() -> None:
    units = [Unit("rest", 30_000, 100_000), Unit("unusual", 41, 100), Unit("far", 60, 100)]
    made = funnel(units, Measure.PROPORTION)
    assert [each.unit.key for each in made.far] == ["far"]
    assert [each.unit.key for each in made.unusual] == ["unusual"]
    for zone in Zone:
        assert ("likely more than chance" in zone.value) == zone.far
    two = funnel(units[::2], Measure.PROPORTION)
    assert two.placed[1].zone is Zone.FAR_ABOVE
    assert two.far == ()


@pytest.mark.parametrize(
    "unit", [Unit("x", 3, 2), Unit("x", -1, 2), Unit("x", 1, 2.5), Unit("x", 1, float("inf"))]
)
def test_counts_that_cannot_be_are_refused(unit: Unit) -> None:
    with pytest.raises(UnusableSeries, match="x has"):
        funnel([unit, Unit("y", 1, 2)], Measure.PROPORTION)


units_strategy = st.lists(
    st.tuples(st.integers(1, 5000), st.floats(0, 1)), min_size=1, max_size=30
).map(lambda pairs: [Unit(str(at), int(n * share), n) for at, (n, share) in enumerate(pairs)])


@settings(max_examples=30)
@given(units_strategy, st.sampled_from(Measure))
def test_limits_are_in_order_around_the_centre_and_close_in_with_the_volume(
    units: list[Unit], measure: Measure
) -> None:
    made = funnel(units, measure)
    for _, limits in made.curve:
        inner = limits.lower_95 - 1e-9 <= made.centre + 1 / min(v for v, _ in made.curve)
        assert limits.lower_998 <= limits.lower_95 <= limits.upper_95 <= limits.upper_998
        assert inner
    widths = [limits.upper_998 - limits.lower_998 for _, limits in made.curve]
    assert widths[-1] <= widths[0] + 1e-9
