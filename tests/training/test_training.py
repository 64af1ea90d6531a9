"""From labelled comments to a model, its figures and its card."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from deploy.training import fitting, regression
from deploy.training.calibrating import calibrate, thresholds
from deploy.training.card import comments_table, render_comments
from deploy.training.measuring import SEED, Figures, cross_validate
from deploy.training.rows import Row
from services.classification.model.trained import TrainedModel
from services.classification.model.verdict import Asked
from services.classification.model.versions import COMMENTS
from services.classification.model.weights import Weights, load_weights
from tests.training.conftest import FOOD, LEXICON, MANNER, TAXONOMY, WAITING


@pytest.fixture(scope="module")
def weights(corpus: fitting.Corpus) -> Weights:
    return fitting.train(corpus, np.arange(len(corpus.rows)), SEED)


@pytest.fixture(scope="module")
def model(weights: Weights) -> TrainedModel:
    return TrainedModel(TAXONOMY, LEXICON, "comments-test", weights)


def test_what_it_was_taught_it_says(model: TrainedModel) -> None:
    for text, label in (("soup again", FOOD), ("abrupt once more", MANNER), ("overdue", WAITING)):
        (theme,) = model.classify(text).themes
        assert f"{theme.theme}/{theme.sub_theme}" == label
        shown = {text[span.start : span.end] for span in theme.evidence}
        assert text.split()[0] in shown


def test_the_same_rows_give_the_same_bytes_and_they_come_back_as_they_were(
    corpus: fitting.Corpus, weights: Weights, tmp_path: Path
) -> None:
    again = fitting.train(corpus, np.arange(len(corpus.rows)), SEED)
    for name, each in (("one", weights), ("two", again)):
        each.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    loaded = load_weights(tmp_path / "one")
    assert (loaded.stems, loaded.labels) == (weights.stems, weights.labels)
    np.testing.assert_array_equal(loaded.vectors, weights.vectors)


def test_weights_that_hold_more_than_numbers_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "evil.npz").open("wb") as file:
        np.savez(file, labels=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        load_weights(tmp_path / "evil.npz")


def test_many_at_once_are_the_same_as_one_by_one(
    model: TrainedModel, corpus: fitting.Corpus
) -> None:
    texts = [*(row.text for row in corpus.rows[:40]), "", "N/A", "待ち時間", "zzz qqq", "7", "!"]
    asked = [Asked(text, None, "What was good?") for text in texts]
    assert model.classify_all(asked) == [model.classify(*each[:3]) for each in asked]


def test_cross_validation_sees_what_was_left_out_only_and_its_card_has_its_figures(
    corpus: fitting.Corpus,
) -> None:
    measured = cross_validate(corpus, TAXONOMY, LEXICON, lambda _: None)
    assert measured.asked.comments == measured.unasked.comments == len(corpus.rows)
    assert 0.5 < measured.asked.sub_themes.micro < 1
    card = render_comments(COMMENTS, TAXONOMY, measured, trained=3)
    assert f"| sub-themes, micro-F1 | {measured.asked.sub_themes.micro:.3f} |" in card
    assert f"{measured.asked.sub_themes.macro:15.3f}" in comments_table(measured)


def test_labels_that_are_noise_cannot_be_learnt(corpus: fitting.Corpus) -> None:
    """Where a fold's own labels leaked into its model, this would look learnt."""
    shuffled = np.random.default_rng(3).permutation(len(corpus.rows))
    rows = [
        Row(row.text, row.question, corpus.rows[other].labels, row.sentiment)
        for row, other in zip(corpus.rows, shuffled, strict=True)
    ]
    noise = replace(corpus, rows=rows)
    assert cross_validate(noise, TAXONOMY, LEXICON, lambda _: None).asked.sub_themes.micro < 0.5


def test_a_regression_finds_the_line_that_made_the_data() -> None:
    random = np.random.default_rng(5)
    features = random.normal(size=(4_000, 2))
    truth = np.array([[2.0], [-1.0]])
    wanted = random.random((4_000, 1)) < regression.logistic(features @ truth + 0.5)
    known = np.ones_like(wanted)
    weights, intercept = regression.fit(csr_array(features), wanted, known, 10.0, 100)
    np.testing.assert_allclose(weights, truth, atol=0.2)
    np.testing.assert_allclose(intercept, [0.5], atol=0.15)


def test_calibration_mends_logits_that_are_too_sure() -> None:
    random = np.random.default_rng(6)
    honest = random.normal(size=(5_000, 1)) * 2
    wanted = random.random((5_000, 1)) < regression.logistic(honest)
    slope, offset = calibrate(honest * 3 + 1, wanted)
    assert slope[0] == pytest.approx(1 / 3, abs=0.05)
    assert offset[0] == pytest.approx(-1 / 3, abs=0.1)


def test_a_threshold_is_where_the_f1_is_best_and_a_rare_label_follows_the_others() -> None:
    logits = np.concatenate([np.full(100, -4.0), np.full(100, 1.5)])[:, None] * np.ones((1, 2))
    wanted = np.zeros((200, 2), bool)
    wanted[100:, 0] = True
    wanted[199, 1] = True
    common, rare = thresholds(logits, wanted)
    assert -4 < common < 1.5
    assert abs(rare - common) < 1.5
    alone, too = thresholds(logits, wanted, np.inf)
    assert alone == too


def test_the_calibration_error_is_what_can_be_counted_by_hand() -> None:
    figures = Figures(confidences=[(0.95, True), (0.95, False), (0.25, False)])
    assert figures.calibration_error == pytest.approx((2 * 0.45 + 0.25) / 3)
    figures.sentiments = [(1, 1), (1, 3), (5, 4)]
    assert figures.sentiment_error == 1.0
    assert figures.majority_error == pytest.approx(4 / 3)
