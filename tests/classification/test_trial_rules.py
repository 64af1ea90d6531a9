"""What another version would change: one report compared, many added up; and how fast history may follow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classification.domain import Decision
from services.classification.domain.pace import how_many
from services.classification.domain.trial import (
    ENOUGH_DECIDED,
    Agreement,
    Comparison,
    Findings,
    ThemeCount,
    add_up,
    compare,
)
from services.classification.model.verdict import Verdict
from shared.contracts.reports import Tenet
from shared.contracts.themes import AssignedTheme, DecidedBy, Hint

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NONE: frozenset[str] = frozenset()


def _themes(*keys: str) -> tuple[AssignedTheme, ...]:
    return tuple(AssignedTheme(theme=key, title=key.title(), confidence=0.9) for key in keys)


def _decision(*keys: str, by: DecidedBy = DecidedBy.MODEL) -> Decision:
    return Decision(1, Tenet.SAFETY, _themes(*keys), 3, (), by, "list-1", "model-1", NOW)


def _verdict(
    *keys: str,
    tenet: Tenet = Tenet.SAFETY,
    sentiment: int | None = 3,
    hints: tuple[Hint, ...] = (),
) -> Verdict:
    return Verdict(tenet, _themes(*keys), sentiment, hints, "list-2", "model-2")


def _by_model(before: set[str], after: set[str]) -> Comparison:
    return Comparison(
        DecidedBy.MODEL,
        frozenset(before),
        frozenset(after - before),
        frozenset(before - after),
    )


def _by_person(decided: set[str], against: set[str], candidate: set[str]) -> Comparison:
    return Comparison(
        DecidedBy.PERSON,
        frozenset(decided),
        frozenset(candidate - decided),
        frozenset(decided - candidate),
        frozenset(against),
    )


def test_what_a_report_would_gain_and_lose() -> None:
    one = compare(_decision("letters", "staff"), _verdict("letters", "waiting"), None)
    assert one.gained == {"waiting"}
    assert one.lost == {"staff"}
    assert one.after == {"letters", "waiting"}
    assert one.changed
    assert one.against is None


def test_the_same_themes_in_another_order_and_with_other_confidence_are_no_change() -> None:
    assert not compare(_decision("letters", "staff"), _verdict("staff", "letters"), None).changed


@pytest.mark.parametrize(
    ("verdict", "what"),
    [
        (_verdict("letters", tenet=Tenet.EXPERIENCE), "tenet_changed"),
        (_verdict("letters", sentiment=4), "sentiment_changed"),
        (_verdict("letters", sentiment=None), "sentiment_changed"),
        (_verdict("letters", hints=(Hint.SAFEGUARDING,)), "hints_changed"),
    ],
)
def test_what_else_changes_is_a_change_of_its_own(verdict: Verdict, what: str) -> None:
    one = compare(_decision("letters"), verdict, None)
    assert one.changed
    told = {"tenet_changed", "sentiment_changed", "hints_changed"}
    assert {name for name in told if getattr(one, name)} == {what}
    assert not one.gained | one.lost


def test_sums_are_by_theme_and_reports_that_change_in_several_ways_change_once() -> None:
    found = add_up(
        [
            (_by_model({"a"}, {"a"}), 10),
            (_by_model({"a"}, {"b"}), 3),
            (_by_model(set(), {"a", "b"}), 2),
            (Comparison(DecidedBy.MODEL, NONE, NONE, NONE, sentiment_changed=True), 1),
        ]
    )
    assert (found.compared, found.changed, found.unchanged) == (16, 6, 10)
    assert (found.tenets, found.sentiments, found.hints) == (0, 1, 0)
    assert found.themes == {
        "a": ThemeCount(before=13, after=12, gained=2, lost=3),
        "b": ThemeCount(before=0, after=5, gained=5, lost=0),
    }


def test_what_people_decided_is_held_against_both_versions_and_counted_nowhere_else() -> None:
    found = add_up([(_by_person({"a", "b"}, {"a"}, {"a", "b", "c"}), 30)])
    assert (found.compared, found.changed, found.themes) == (0, 0, {})
    assert found.in_force == Agreement(right=30, wrong=0, missed=30)
    assert found.candidate == Agreement(right=60, wrong=30, missed=0)
    assert found.in_force.micro_f1 == pytest.approx(2 / 3)
    assert found.candidate.micro_f1 == pytest.approx(0.8)
    assert found.enough_decided


def test_too_few_decisions_say_nothing() -> None:
    assert not add_up([(_by_person({"a"}, {"a"}, {"a"}), ENOUGH_DECIDED - 1)]).enough_decided
    assert add_up([]) == Findings()


def test_two_that_find_nothing_where_there_is_nothing_agree() -> None:
    assert Agreement().micro_f1 == 1
    assert Agreement(wrong=3).micro_f1 == 0


keys = st.frozensets(st.sampled_from("abcd"))
outcomes = st.lists(
    st.tuples(st.builds(_by_model, keys.map(set), keys.map(set)), st.integers(1, 9)), max_size=20
)


@given(outcomes)
def test_sums_add_up_in_any_order(found: list[tuple[Comparison, int]]) -> None:
    sums = add_up(found)
    assert sums == add_up(reversed(found))
    for count in sums.themes.values():
        assert count.before + count.gained - count.lost == count.after
    assert 0 <= sums.changed <= sums.compared == sum(reports for _, reports in found)


@pytest.mark.parametrize(
    ("awaited", "seconds", "expected"),
    [
        (0, 0.25, 12),  # 50 a second
        (0, 0.01, 0),
        (0, 3_600, 200),  # a long pause earns no flood
        (195, 1, 5),
        (200, 60, 0),
        (250, 60, 0),  # the setting was higher before
    ],
)
def test_history_follows_as_fast_as_it_may_and_as_it_is_answered(
    awaited: int, seconds: float, expected: int
) -> None:
    room = how_many(awaited=awaited, since=timedelta(seconds=seconds), at_once=200, per_second=50)
    assert room == expected
