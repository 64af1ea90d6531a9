"""Taxonomies and the lexicon are data: what they must hold, and what is refused when it is loaded."""

import json
from hashlib import sha256

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
from tests.intake.samples import SHARED_DATA

CODE_LISTS = SHARED_DATA / "taxonomies" / "lfpse_v5_code_systems.json"
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.toml") if not path.stem.startswith("cues"))
LEXICONS = sorted(path.stem for path in FOLDER.glob("cues-*.toml"))
LEXICON = SHIPPED.newest(Kind.EVENT).lexicon or ""
PUBLISHED = {
    "care-interface-1": "c1fd8549d1bbac3b",
    "care-interface-2": "8bb0311c38cb1f04",
    "cues-1": "33ce24d804a5e4d9",
    "cues-2": "34c6056765db1c30",
    "experience-1": "087a4b705f4675af",
}
"""First 16 digits of each published file's SHA-256."""
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


def _titles(taxonomy: Taxonomy) -> dict[str, str]:
    themes = {theme.slug: theme.title for theme in taxonomy.themes}
    return themes | {s.slug: s.title for theme in taxonomy.themes for s in theme.sub_themes}


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


@pytest.mark.parametrize("lexicon", LEXICONS)
def test_every_hint_has_words_that_raise_it(lexicon: str) -> None:
    read = Reader(load_lexicon(lexicon).abbreviations).read
    raised = {
        hint
        for hint, phrases in load_lexicon(lexicon).hints.items()
        if phrases and all(phrase_of(phrase, read) for phrase in phrases)
    }
    assert raised == set(Hint)


def test_a_published_file_is_never_edited() -> None:
    found = {
        path.stem: sha256(path.read_bytes()).hexdigest()[:16] for path in FOLDER.glob("*.toml")
    }
    assert found == PUBLISHED


def test_a_later_version_of_the_events_keeps_every_slug_and_title_of_the_first() -> None:
    first, *later = (load_taxonomy(each) for each in VERSIONS if each.startswith("care-interface"))
    assert later
    for taxonomy in later:
        assert _titles(first).items() <= _titles(taxonomy).items()


def test_every_code_mapped_to_is_in_its_national_list_with_the_same_words() -> None:
    if not CODE_LISTS.exists():
        pytest.skip(f"the national code lists are not beside the repository: {CODE_LISTS}")
    lists = json.loads(CODE_LISTS.read_text(encoding="utf-8"))
    published = {
        (each["id"], code["code"], code["display"]) for each in lists for code in each["codes"]
    }
    mapped = {
        (mapping.code_list, mapping.code, mapping.display)
        for version in VERSIONS
        for theme in load_taxonomy(version).themes
        for mapping in theme.mappings
    }
    assert mapped
    assert mapped <= published


def test_codes_without_a_source_are_refused() -> None:
    mapped = {"code_list": "agent-type-5", "code": "4", "display": "Medications"}
    theme = {"slug": "drugs", "title": "Drugs", "description": "Drugs.", "tenets": ["safety"]}
    with pytest.raises(ValidationError, match="mappings need code_lists"):
        Taxonomy.model_validate(_plain(themes=[theme | {"mappings": [mapped]}]))


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
