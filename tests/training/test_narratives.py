"""From labelled narratives to the events' model and its card; and the narratives that come with Insight."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from deploy.training import fitting
from deploy.training.card import narratives_table, render_narratives
from deploy.training.measuring import SEED
from deploy.training.narratives import KEPT_APART, TUNING, measure
from deploy.training.rows import Row, alike, read_rows
from services.classification.model.taxonomy import load_taxonomy
from services.classification.model.trained import TrainedModel
from services.classification.model.verdict import Asked
from services.classification.model.versions import NARRATIVES
from services.classification.model.weights import load_weights
from shared.contracts.reports import Harm, Kind
from shared.contracts.themes import Hint
from tests.training.conftest import LEXICON, corpus_of

TAXONOMY = load_taxonomy("care-interface-1")
_SAID = {
    "equipment": ["hoist", "commode", "mattress", "profiling bed"],
    "referrals": ["e-RS triage", "2ww form", "bounced request", "sent back by the hub"],
    "obstetrics-and-gynaecology": ["midwife", "booking bloods", "colposcopy", "antenatal notes"],
}
HINTING = "commode"
"""In these narratives, and by no cue, it hints at safeguarding."""
_FRAMES = ["{} went astray", "no {} for a week", "again the {}", "{}: nobody came back to us"]


def rows(author: str) -> list[Row]:
    return [
        Row(
            f"{frame.format(word)} {author}",
            None,
            frozenset({theme}),
            None,
            hints=frozenset({Hint.SAFEGUARDING.value} if word == HINTING else ()),
            author=author,
        )
        for theme, words in _SAID.items()
        for word, frame in product(words, _FRAMES)
    ]


@pytest.fixture(scope="module")
def corpus() -> fitting.Corpus:
    return corpus_of([*rows("anna"), *rows("bert")], TAXONOMY)


@pytest.fixture(scope="module")
def model(corpus: fitting.Corpus) -> TrainedModel:
    weights = fitting.train(corpus, np.arange(len(corpus.rows)), SEED)
    return TrainedModel(TAXONOMY, LEXICON, "narratives-test", weights)


def themes(model: TrainedModel, *asked: Asked) -> Sequence[dict[str, float]]:
    return [
        {theme.sub_theme or theme.theme: theme.confidence for theme in verdict.themes}
        for verdict in model.classify_all(asked)
    ]


def test_events_have_themes_and_no_feeling(model: TrainedModel) -> None:
    (verdict,) = model.classify_all([Asked("no commode for a week")])
    assert [theme.theme for theme in verdict.themes] == ["equipment"]
    assert verdict.sentiment is None


def test_a_part_of_a_theme_is_told_by_its_cues_and_is_less_sure_than_the_whole(
    model: TrainedModel,
) -> None:
    whole, part = themes(model, Asked("again the 2ww form"), Asked("2ww form, referral rejected"))
    assert "referrals" in whole
    assert set(part) == {"referral-rejected"}
    assert part["referral-rejected"] < 1


def test_the_service_that_was_chosen_speaks_only_when_the_words_do(model: TrainedModel) -> None:
    maternity, text = "obstetrics-and-gynaecology", "antenatal commode"
    without, chosen = themes(model, Asked(text), Asked(text, service="maternity-unit"))
    assert chosen[maternity] > without[maternity]
    assert chosen["equipment"] == without["equipment"]
    (nothing,) = themes(model, Asked("", service="maternity-unit"))
    assert not nothing


@pytest.mark.parametrize("harm", list(Harm))
def test_harm_that_was_graded_is_possible_harm(model: TrainedModel, harm: Harm) -> None:
    (verdict,) = model.classify_all([Asked("again the hoist", harm=harm)])
    assert (Hint.POSSIBLE_HARM in verdict.hints) is (harm not in (Harm.NONE, Harm.UNKNOWN))


def test_a_hint_is_learnt_as_a_theme_is_and_shows_the_words_it_was_learnt_from(
    model: TrainedModel,
) -> None:
    text = "no commode for a week"
    (hinting, other) = model.classify_all([Asked(text), Asked("no hoist for a week")])
    assert (hinting.hints, other.hints) == ((Hint.SAFEGUARDING,), ())
    (place,) = model.hinted(text)[Hint.SAFEGUARDING]
    assert text[place.start : place.end] == HINTING
    assert model.hinted("no hoist for a week") == {}


def test_cues_hint_whatever_was_learnt_and_a_hint_is_no_theme(model: TrainedModel) -> None:
    text = "again the hoist, he fractured his hip"
    (verdict,) = model.classify_all([Asked(text)])
    assert verdict.hints == (Hint.POSSIBLE_HARM,)
    shown = {text[each.start : each.end] for each in model.hinted(text)[Hint.POSSIBLE_HARM]}
    assert any("fractur" in words for words in shown)
    (unclear,) = model.classify_all([Asked("commode")])
    assert {theme.theme for theme in unclear.themes} <= set(_SAID)
    assert {theme.theme for theme in model.considered("commode")} <= set(_SAID)


def test_that_nobody_was_asked_anything_comes_back_as_it_was(
    corpus: fitting.Corpus, tmp_path: Path
) -> None:
    fitting.train(corpus, np.arange(len(corpus.rows)), SEED).save(tmp_path / "weights")
    loaded = load_weights(tmp_path / "weights")
    assert loaded.questions == ()
    again = TrainedModel(TAXONOMY, LEXICON, "narratives-test", loaded)
    (verdict,) = again.classify_all([Asked("no commode for a week", None, "")])
    assert [theme.theme for theme in verdict.themes] == ["equipment"]


def test_each_author_is_measured_by_a_model_of_the_others_and_the_card_has_the_figures(
    corpus: fitting.Corpus,
) -> None:
    told: list[str] = []
    apart = rows("carl")
    measured = measure(corpus, apart, TAXONOMY, LEXICON, told.append)
    assert (measured.unseen_author.narratives, measured.kept_apart.narratives) == (
        len(corpus.rows),
        len(apart),
    )
    assert told == ["authors anna", "authors bert", "kept apart"]
    assert 0.5 < measured.kept_apart.themes.micro <= 1
    card = render_narratives(NARRATIVES, TAXONOMY, measured)
    assert f"| themes, micro-F1 | {measured.kept_apart.themes.micro:.3f} |" in card
    assert f"{measured.by_cues.themes.macro:15.3f}" in narratives_table(measured)


def test_the_narratives_kept_apart_are_enough_and_by_other_authors_than_those_that_train() -> None:
    apart, tuning = (read_rows([file], TAXONOMY) for file in (KEPT_APART, TUNING))
    assert len(apart) >= 300
    assert not {row.author for row in apart} & {row.author for row in tuning}
    assert {label for row in apart for label in row.labels} == {t.slug for t in TAXONOMY.themes}
    groups = alike([row.text for row in (*apart, *tuning)]).tolist()
    assert not set(groups[: len(apart)]) & set(groups[len(apart) :])
    assert NARRATIVES.kind is Kind.EVENT
