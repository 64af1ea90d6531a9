"""Taxonomies and the lexicon are data: what they must hold, and what is refused when it is loaded."""

import pytest
from pydantic import ValidationError

from services.classification.model.cues import phrase_of
from services.classification.model.taxonomy import (
    FOLDER,
    Taxonomy,
    load_lexicon,
    load_taxonomy,
)
from services.classification.model.versions import SHIPPED, load
from services.classification.model.words import Reader
from shared.contracts.reports import Kind
from shared.contracts.themes import Hint

VERSIONS = sorted(path.stem for path in FOLDER.glob("*.toml") if not path.stem.startswith("cues"))
LEXICON = SHIPPED.newest(Kind.EVENT).model
REQUIRED_AREAS = {
    "radiology-and-imaging",
    "obstetrics-and-gynaecology",
    "district-nursing",
    "ear-care-in-the-community",
    "urgent-communications",
    "missed-appointments",
    "referrals",
    "notification-of-deaths",
    "blood-tests-and-test-results",
    "emergency-admission",
    "discharge-and-discharge-summaries",
    "medications",
    "safe-high-quality-care",
    "clinic-letters",
    "inappropriate-transfer-of-work",
    "access-and-waiting",
    "communication",
    "staff-attitude",
    "documentation-and-information-governance",
    "equipment",
}


def _newest(kind: Kind) -> Taxonomy:
    return load(SHIPPED.newest(kind).name).taxonomy


def _plain(**changes: object) -> dict[str, object]:
    theme = {"slug": "staff", "title": "Staff", "description": "People.", "tenets": ["experience"]}
    weights = {"strong": 0.8, "fair": 0.5, "weak": 0.2, "against": -0.5}
    return {"version": "t-1", "kind": "event", "weights": weights, "themes": [theme]} | changes


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_is_called_as_its_file(version: str) -> None:
    assert load_taxonomy(version).version == version


@pytest.mark.parametrize("version", VERSIONS)
def test_each_cue_can_be_found_in_a_text_that_says_it(version: str) -> None:
    taxonomy = load_taxonomy(version)
    read = Reader(load_lexicon(LEXICON).abbreviations).read
    cues = {theme.slug: theme.cues for theme in taxonomy.themes}
    cues |= {each.slug: each.cues for theme in taxonomy.themes for each in theme.sub_themes}
    for slug, of_theme in cues.items():
        phrases = [phrase for phrase, _ in of_theme.weighted(taxonomy.weights)]
        assert len(phrases) == len(set(phrases)), f"{slug} has a cue twice"
        for phrase in phrases:
            assert phrase_of(phrase, read)


def test_feedback_has_the_framework_of_10_themes_and_32_sub_themes() -> None:
    themes = _newest(Kind.FEEDBACK).themes
    assert len(themes) == 10
    assert sum(len(theme.sub_themes) for theme in themes) == 32


def test_events_have_every_area_of_the_care_interface() -> None:
    assert {theme.slug for theme in _newest(Kind.EVENT).themes} >= REQUIRED_AREAS


def test_every_hint_has_words_that_raise_it() -> None:
    assert {hint for hint, phrases in load_lexicon(LEXICON).hints.items() if phrases} == set(Hint)


def test_a_slug_used_twice_is_refused() -> None:
    themes = _plain()["themes"]
    assert isinstance(themes, list)
    with pytest.raises(ValidationError, match="used more than once: staff"):
        Taxonomy.model_validate(_plain(themes=[*themes, *themes]))


def test_a_field_that_nobody_reads_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Taxonomy.model_validate(_plain(colour="blue"))


def test_an_empty_answer_must_be_one_of_the_sub_themes() -> None:
    with pytest.raises(ValidationError, match="empty_answer"):
        Taxonomy.model_validate(_plain(empty_answer="praise"))
