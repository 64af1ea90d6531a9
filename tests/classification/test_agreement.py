"""How far two readers agree, held against values worked out by hand and against what must always be so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classification.domain import Pair, agreement_of, picture_of
from services.classification.domain.agreement import (
    Agreement,
    Answers,
    Kappa,
    kappa,
    standard_error,
)

KEYS = ("staff", "waiting", "letters/late", "letters/wrong")
answers = st.frozensets(st.sampled_from(KEYS))
pairs = st.lists(st.builds(Pair, answers, answers, st.integers(1, 4)), max_size=25)
counts = st.integers(0, 60)


def pair(first: str, second: str, reports: int = 1) -> Pair:
    """`pair("ab", "b")`: one reader chose themes a and b, the other b."""
    return Pair(frozenset(first), frozenset(second), reports)


def swapped(all_of: list[Pair]) -> list[Pair]:
    return [Pair(each.second, each.first, each.reports) for each in all_of]


def test_kappa_is_what_it_is_by_hand() -> None:
    # observed (20 + 15) / 50 = 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5; (0.7 - 0.5) / (1 - 0.5)
    found = Answers(both=20, first_only=5, second_only=10, neither=15)
    assert (found.observed, found.expected) == pytest.approx((0.7, 0.5))
    told = kappa(found)
    assert told is not None
    assert told.value == pytest.approx(0.4)
    # 0.10972 + 0.10188 - 0.01 = 0.2016; 0.2016 / (50 * 0.25) = 0.016128; its root is 0.126996
    assert standard_error(found) == pytest.approx(0.126996, abs=1e-6)
    assert (told.low, told.high) == pytest.approx((0.151087, 0.648913), abs=1e-5)


def test_a_rare_theme_that_is_mostly_answered_no_has_less_than_its_raw_agreement() -> None:
    # 95 of 100 alike, but chance alone would bring 0.07 * 0.08 + 0.93 * 0.92 = 0.8612
    told = kappa(Answers(both=5, first_only=2, second_only=3, neither=90))
    assert told is not None
    assert told.value == pytest.approx((0.95 - 0.8612) / 0.1388)


def test_two_readers_who_do_the_opposite_have_minus_one() -> None:
    told = kappa(Answers(both=0, first_only=10, second_only=10, neither=0))
    assert told is not None
    assert told.value == pytest.approx(-1)


@pytest.mark.parametrize(
    "found", [Answers(9, 0, 0, 0), Answers(0, 0, 0, 9), Answers(0, 0, 0, 0)], ids=str
)
def test_where_nobody_varies_there_is_no_kappa(found: Answers) -> None:
    assert kappa(found) is None


def test_over_several_themes_what_is_seen_and_what_chance_brings_are_added_up_first() -> None:
    # theme a as above over 50 reports: 0.2 of 0.5. Theme b: both 10, neither 40: 0.32 of 0.32.
    told = agreement_of(
        [
            pair("ab", "ab", 10),
            pair("a", "a", 10),
            pair("a", "", 5),
            pair("", "a", 10),
            pair("", "", 15),
        ]
    )
    assert told.kappa is not None
    assert told.kappa.value == pytest.approx((0.2 + 0.32) / (0.5 + 0.32))
    assert (told.reports, told.same, told.is_enough) == (50, 35, True)
    assert [each.key for each in told.themes] == ["a", "b"]


def test_of_fewer_than_thirty_reports_it_says_so() -> None:
    assert not agreement_of([pair("a", "a", 29)]).is_enough
    assert agreement_of([pair("a", "a", 29), pair("", "a")]).is_enough


def test_without_reports_there_is_nothing_to_say() -> None:
    assert agreement_of([]) == Agreement(reports=0, same=0, kappa=None, themes=())


@given(counts, counts, counts, counts)
def test_kappa_lies_between_minus_one_and_one_and_inside_its_interval(
    both: int, first: int, second: int, neither: int
) -> None:
    told = kappa(Answers(both, first, second, neither))
    if told is not None:
        low = told.value if told.low is None else told.low
        high = told.value if told.high is None else told.high
        assert -1.000001 <= low <= told.value <= high <= 1.000001  # but for rounding


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_readers_who_know_nothing_of_each_other_have_none(a: int, b: int, c: int, d: int) -> None:
    """The first says yes to a of a + b reports, the second to c of c + d, whatever the other says."""
    told = kappa(Answers(both=a * c, first_only=a * d, second_only=b * c, neither=b * d))
    assert told is not None
    assert told.value == pytest.approx(0, abs=1e-9)


@given(pairs)
def test_it_does_not_matter_who_is_first(all_of: list[Pair]) -> None:
    one, other = agreement_of(all_of), agreement_of(swapped(all_of))
    assert (one.reports, one.same) == (other.reports, other.same)
    _alike(one.kappa, other.kappa)
    assert [each.key for each in one.themes] == [each.key for each in other.themes]
    for each, its in zip(one.themes, other.themes, strict=True):
        _alike(each.kappa, its.kappa)


@given(st.lists(answers, min_size=1, max_size=25))
def test_identical_readers_have_one_and_no_interval_to_guess_at(read: list[frozenset[str]]) -> None:
    told = agreement_of([Pair(each, each) for each in read])
    assert told.same == told.reports == len(read)
    for kappa_ in (told.kappa, *(each.kappa for each in told.themes)):
        assert kappa_ is None or (round(kappa_.value, 9), kappa_.low) == (1, None)


@given(pairs)
def test_reports_counted_together_are_as_if_counted_one_by_one(all_of: list[Pair]) -> None:
    singly = [Pair(each.first, each.second) for each in all_of for _ in range(each.reports)]
    together, apart = agreement_of(all_of), agreement_of(singly)
    assert (together.reports, together.same) == (apart.reports, apart.same)
    assert [each.answers for each in together.themes] == [each.answers for each in apart.themes]
    _alike(together.kappa, apart.kappa)


@given(pairs)
def test_the_pooled_interval_is_that_of_leaving_out_one_report_at_a_time(
    all_of: list[Pair],
) -> None:
    singly = [Pair(each.first, each.second) for each in all_of for _ in range(each.reports)]
    told = agreement_of(singly).kappa
    if told is None or told.low is None or told.high is None:
        return
    left = [agreement_of(singly[:at] + singly[at + 1 :]).kappa for at in range(len(singly))]
    values = [told.value if each is None else each.value for each in left]
    mean = sum(values) / len(values)
    error = ((len(values) - 1) / len(values) * sum((each - mean) ** 2 for each in values)) ** 0.5
    assert told.low == pytest.approx(max(-1, told.value - 1.96 * error), abs=1e-6)
    assert told.high == pytest.approx(min(1, told.value + 1.96 * error), abs=1e-6)


def _alike(one: Kappa | None, other: Kappa | None) -> None:
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.value == pytest.approx(other.value, abs=1e-9)
        assert (one.low is None) == (other.low is None)
        if one.low is not None:
            assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-6)


def test_the_picture_says_in_words_what_it_draws_and_takes_no_title_for_markup() -> None:
    told = agreement_of(
        [pair("a", "a", 20), pair("a", "", 5), pair("", "a", 10), pair("b", "b", 15)]
    )
    picture = picture_of("k", "Kappa by theme", told.themes, {"a": "<b>Staff</b>", "b": "Letters"})
    assert picture is not None
    assert picture.words == (
        "Kappa by theme. <b>Staff</b>: 0.40, between 0.15 and 0.65. Letters: 1.00."
    )
    assert "<b>" not in picture.svg
    assert picture.svg.count("<circle") == 2
    assert picture.svg.count("insight-chart__line") == 1  # nobody disagreed on the other
    assert "style=" not in picture.svg


def test_where_no_theme_has_a_kappa_there_is_no_picture() -> None:
    assert picture_of("k", "Kappa", agreement_of([pair("a", "a", 40)]).themes, {}) is None
