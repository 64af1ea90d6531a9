"""Decisions: a person's supersedes the model's, keeps its evidence, and the text is cut where evidence stands."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classification import domain
from services.classification.model.versions import SHIPPED, load
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme, DecidedBy, Span
from tests.classification.newest import classify

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 9, tzinfo=UTC)
NEWEST = SHIPPED.newest(Kind.EVENT)
EVENTS = load(NEWEST.name).taxonomy


def _first(text: str) -> domain.Decision:
    return domain.first_decision(classify(text, Kind.EVENT, Tenet.SAFETY), NOW)


def _correction(*themes: str) -> domain.Correction:
    return domain.Correction(
        themes=frozenset(themes),
        tenet=Tenet.EXPERIENCE,
        reason="It was the clerk's manner",
        member_id=uuid4(),
        person="Helen Marsh",
    )


def test_a_correction_is_the_next_revision_and_says_who_and_why() -> None:
    correction = _correction("staff-attitude")
    decision = domain.corrected(_first("warfarin not given"), correction, EVENTS, LATER)
    assert decision.revision == 2
    assert decision.decided_by is DecidedBy.PERSON
    assert (decision.person, decision.member_id) == (correction.person, correction.member_id)
    assert decision.reason == correction.reason
    assert decision.tenet is Tenet.EXPERIENCE
    assert [theme.theme for theme in decision.themes] == ["staff-attitude"]
    assert decision.decided_at == LATER


def test_a_theme_a_person_agrees_with_keeps_its_words() -> None:
    first = _first("warfarin not given")
    decision = domain.corrected(first, _correction("medications"), EVENTS, LATER)
    assert decision.themes[0].evidence == first.themes[0].evidence
    assert decision.themes[0].confidence == 1


def test_a_person_may_find_nothing_to_classify() -> None:
    decision = domain.corrected(_first("warfarin"), _correction(), EVENTS, LATER)
    assert decision.themes == ()
    assert decision.certainty == 1


def test_a_theme_of_another_taxonomy_is_refused() -> None:
    with pytest.raises(ValueError, match="not in care-interface"):
        domain.corrected(_first("warfarin"), _correction("general/parking"), EVENTS, LATER)


def test_a_verdict_is_as_certain_as_its_least_certain_theme() -> None:
    decision = _first("The ward clerk was rude and hung up. Warfarin.")
    assert decision.certainty == min(theme.confidence for theme in decision.themes) < 1


def test_nothing_to_classify_is_reviewed_first() -> None:
    assert _first("").certainty == 0


def test_saving_what_stands_is_agreement() -> None:
    first = _first("warfarin not given")
    assert domain.agrees(first, {"medications"}, Tenet.SAFETY)
    assert not domain.agrees(first, {"medications"}, Tenet.EXPERIENCE)
    assert not domain.agrees(first, set(), Tenet.SAFETY)


def test_the_fact_carries_the_whole_decision() -> None:
    report_id = uuid4()
    fact = domain.themes_assigned(report_id, _first("warfarin not given"))
    assert (fact.report_id, fact.revision, fact.decided_by) == (report_id, 1, DecidedBy.MODEL)
    assert (fact.taxonomy_version, fact.model_version) == (NEWEST.taxonomy, NEWEST.model)


def test_overlapping_evidence_is_one_stretch_with_both_titles() -> None:
    themes = [_theme("one", Span(start=0, end=8)), _theme("two", Span(start=4, end=12))]
    assert domain.segments("abcdefghijklmnop", themes) == [
        domain.Segment("abcdefghijkl", ("one", "two")),
        domain.Segment("mnop"),
    ]


@given(
    text=st.text(max_size=60),
    places=st.lists(st.tuples(st.integers(0, 70), st.integers(1, 20)), max_size=8),
)
def test_segments_put_together_are_the_text(text: str, places: list[tuple[int, int]]) -> None:
    themes = [_theme(f"t{i}", Span(start=a, end=a + n)) for i, (a, n) in enumerate(places)]
    found = domain.segments(text, themes)
    assert "".join(segment.text for segment in found) == text
    assert all(segment.text for segment in found)


def _theme(title: str, *evidence: Span) -> AssignedTheme:
    return AssignedTheme(theme="medications", title=title, confidence=0.9, evidence=evidence)
