"""The cue model: what it finds, why, and that no text upsets it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classification.model.verdict import (
    CONSIDERED,
    MOST_CONSIDERED,
    THRESHOLD,
    CueModel,
    Verdict,
)
from services.classification.model.versions import VERSIONS, Version, load
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import Hint
from tests.classification.newest import classify

NEARLY = (
    "paperwork",
    "wrong",
    "equipment",
    "scan",
    "waiting",
    "money",
    "phone",
    "busy",
    "tired",
    "family",
)
"""Words that speak for themes, none of them enough alone."""


def _feedback(text: str, question: str | None = None) -> Verdict:
    return classify(text, Kind.FEEDBACK, None, question)


def _event(text: str) -> Verdict:
    return classify(text, Kind.EVENT)


def _slugs(verdict: Verdict) -> set[str]:
    return {theme.sub_theme or theme.theme for theme in verdict.themes}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d/c summary not rec'd", "discharge-summaries"),
        ("DC summary never received", "discharge-summaries"),
        ("pt DNA'd and was taken off the list", "missed-appointments"),
        ("2ww ref rejected by dermatology", "referral-rejected"),
        ("consultant letter asks GP to refer on to pain clinic", "onward-referral"),
        ("Referred in June and has still not been seen", "referral-delayed"),
        ("gold fax sat in a tray all weekend", "urgent-communications"),
        ("DNs could not visit", "district-nursing"),
        ("wax removal is no longer offered", "ear-care-in-the-community"),
        ("CXR report took a month", "radiology-and-imaging"),
        ("nobody told the practice, we were unaware he had died", "notification-of-deaths"),
        ("samples haemolysed again", "blood-tests-and-test-results"),
        ("secretary was RUDE and hung up", "staff-attitude"),
        ("told to see GP for a fit note", "inappropriate-transfer-of-work"),
    ],
)
def test_an_event_is_understood_as_staff_write_it(text: str, expected: str) -> None:
    assert expected in _slugs(_event(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Staff were friendly and helpful", "staff-manner-and-personal-attributes"),
        ("Waited 4hrs on the floor", "timeliness-of-care"),
        ("Nowhere to park the car", "parking"),
        ("She listened to me", "staff-listening-understanding-and-involving-patients"),
        ("On hold for twenty minutes", "contacting-services"),
        ("More things to do on the ward, I am bored", "activities-and-access-to-fresh-air"),
    ],
)
def test_feedback_is_understood_as_patients_write_it(text: str, expected: str) -> None:
    assert expected in _slugs(_feedback(text))


def test_one_text_may_be_about_several_themes() -> None:
    found = _slugs(_event("Discharged without his warfarin tablets, and the ward clerk was rude"))
    assert {"discharge-arrangements", "medications", "staff-attitude"} <= found


def test_evidence_points_at_the_words_that_led_there() -> None:
    text = "Pt home since Monday — no discharge summary yet."
    theme = next(t for t in _event(text).themes if t.sub_theme == "discharge-summaries")
    assert "discharge summary" in {text[span.start : span.end] for span in theme.evidence}


def test_a_phrase_does_not_reach_into_the_next_sentence() -> None:
    assert "discharge-summaries" not in _slugs(_event("Seen for ear discharge. Summary below."))


def test_not_happy_is_not_read_as_happy() -> None:
    assert "positive-experience-and-gratitude" not in _slugs(_feedback("I am not happy with this"))


def test_more_cues_make_it_more_certain() -> None:
    one = _event("problem with her insulin").themes[0]
    two = _event("problem with her insulin prescription").themes[0]
    assert one.theme == two.theme == "medications"
    assert THRESHOLD <= one.confidence < two.confidence <= 1


def test_a_cue_repeated_does_not_make_it_more_certain() -> None:
    cues = load("events-1")
    once = cues.classify("warfarin").themes[0]
    thrice = cues.classify("warfarin, warfarin and warfarin").themes[0]
    assert thrice.confidence == once.confidence
    assert len(thrice.evidence) == 3


def test_the_reporters_tenet_stands() -> None:
    verdict = classify("the ward clerk was rude", Kind.EVENT, Tenet.SAFETY)
    assert verdict.tenet is Tenet.SAFETY


def test_without_the_reporters_choice_the_likeliest_theme_gives_the_tenet() -> None:
    assert _event("the ward clerk was rude").tenet is Tenet.EXPERIENCE
    assert _event("wrong dose of warfarin").tenet is Tenet.SAFETY


@pytest.mark.parametrize("text", ["Terrible service", "Awful", "Worst hospital ever.", "Useless"])
def test_a_few_words_of_plain_blame_are_at_least_negative(text: str) -> None:
    for question in (None, "What was good?"):
        assert (_feedback(text, question).sentiment or 0) >= 4


def test_praise_feels_better_than_complaint() -> None:
    praise = _feedback("Excellent, kind and very helpful staff").sentiment
    complaint = _feedback("Rude staff, disgusting food and a dreadful wait").sentiment
    assert praise is not None
    assert complaint is not None
    assert praise <= 2 < 4 <= complaint


def test_events_have_no_sentiment() -> None:
    assert _event("the ward clerk was rude").sentiment is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Given the wrong dose and later collapsed", Hint.POSSIBLE_HARM),
        ("Unexplained injury, child protection informed", Hint.SAFEGUARDING),
        ("The family were not told what had gone wrong", Hint.DUTY_OF_CANDOUR),
    ],
)
def test_a_hint_is_raised_and_decides_nothing(text: str, hint: Hint) -> None:
    verdict = classify(text, Kind.EVENT, Tenet.EXPERIENCE)
    assert hint in verdict.hints
    assert verdict.tenet is Tenet.EXPERIENCE


@pytest.mark.parametrize(
    "text", ["", " ", "N/A", "n/a.", "None", "🙂🙂", "...", "\0\x1b\n", "----"]
)
@pytest.mark.parametrize("kind", Kind)
def test_nothing_to_classify_is_a_verdict(text: str, kind: Kind) -> None:
    verdict = classify(text, kind)
    assert verdict.themes == ()
    assert verdict.sentiment is None
    assert verdict.hints == ()


def test_nothing_is_praise_where_faults_were_asked_for() -> None:
    verdict = _feedback("N/A", "How could we improve?")
    assert _slugs(verdict) == {"positive-experience-and-gratitude"}
    assert verdict.sentiment == 2


def test_nothing_is_no_praise_where_praise_was_asked_for() -> None:
    assert _feedback("Nothing.", "What was good?").themes == ()


@pytest.mark.parametrize(
    "text",
    [
        "Der Arzt war sehr freundlich, aber wir haben lange gewartet.",
        "مرحبا بالعالم",
        "待ち時間が長い",
        "943 476 5919, RZ1 123, AB12 3CD",
        "a" * 100_000,
        "discharge summary " * 6_000,
        "İSTANBUL İĞNE ﬁne Straße",
        "\ud800 lone surrogate",
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_odd_texts_get_a_verdict_with_bounded_evidence(text: str, kind: Kind) -> None:
    verdict = classify(text, kind, None, "What could we do better?")
    for theme in verdict.themes:
        assert len(theme.evidence) <= 12
        assert all(0 <= span.start < span.end <= len(text) for span in theme.evidence)


_words = st.sampled_from(
    [
        "no",
        "discharge",
        "summary",
        "d/c",
        "rec'd",
        "rude",
        "waited",
        "4hrs",
        "on",
        "hold",
        ".",
        "!",
        "nothing",
        "the",
        "İ",
        "—",
        "🙂",
        "\x00",
        "\n",
        "x",
    ]
)
_texts = st.one_of(st.text(), st.lists(_words, max_size=30).map(" ".join))


@given(text=_texts, kind=st.sampled_from(Kind), question=st.none() | st.text(max_size=30))
def test_any_text_gets_the_same_verdict_twice_with_evidence_inside_it(
    text: str, kind: Kind, question: str | None
) -> None:
    verdict = classify(text, kind, None, question)
    assert verdict == classify(text, kind, None, question)
    confidences = [theme.confidence for theme in verdict.themes]
    assert confidences == sorted(confidences, reverse=True)
    for theme in verdict.themes:
        assert 0 < theme.confidence <= 1
        assert theme.evidence
        assert all(0 <= span.start < span.end <= len(text) for span in theme.evidence)


@pytest.mark.parametrize("version", [each.name for each in VERSIONS])
@given(text=st.text(max_size=400) | st.lists(st.sampled_from(NEARLY), max_size=12).map(" ".join))
def test_what_was_considered_is_the_best_three_that_were_not_assigned(
    version: str, text: str
) -> None:
    model = load(version)
    considered, verdict = model.considered(text), model.classify(text)
    confidences = [each.confidence for each in considered]
    assert confidences == sorted(confidences, reverse=True)
    assert all(each >= CONSIDERED for each in confidences)
    if isinstance(model, CueModel):
        assert all(each < THRESHOLD for each in confidences)
    assert len(considered) <= MOST_CONSIDERED
    assigned = {(each.theme, each.sub_theme) for each in verdict.themes}
    assert not assigned & {(each.theme, each.sub_theme) for each in considered}
    assert not {each.theme for each in verdict.themes} & {
        each.theme for each in considered if each.sub_theme is None
    }
    assert model.considered(text) == considered
    assert all(span.end <= len(text) for each in considered for span in each.evidence)


def test_something_is_considered() -> None:
    """So that the test above is about something."""
    assert len(load("events-1").considered(" ".join(NEARLY))) == MOST_CONSIDERED


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_of_no_texts_there_are_no_verdicts(version: Version) -> None:
    """A batch may hold reports of the other kind only."""
    assert load(version.name).classify_all([]) == []
