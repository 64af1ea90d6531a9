"""Filters over three neighbouring words: what they learn, and that it can be traced to words."""

from itertools import product

import numpy as np
import pytest

from deploy.training.phrases import Bools, Lines, fit, gradients_of, start_of, sums
from services.classification.model.phrases import PhraseScorer, Places, lay
from services.classification.model.weights import Floats, Phrases

WORDS = ("nurse", "doctor", "rang", "ward", "the", "a")
STEMS = {word: number for number, word in enumerate(WORDS)}
NURSE, DOCTOR, RANG, WARD, THE, A = range(len(WORDS))


def of(line: str) -> Places:
    return np.array([STEMS.get(word, len(WORDS)) for word in line.split()], np.int64)


def lines(*texts: str) -> Lines:
    own = np.random.default_rng(2).normal(size=(len(WORDS), 80)).astype(np.float32)
    return Lines([of(text) for text in texts], start_of(own, len(WORDS)), len(WORDS))


CALLS = ["nurse rang doctor", "doctor rang nurse"]
"""The same words: who rang whom is told by their order alone."""
TEXTS = [
    f"{before} {call} {after}".strip()
    for call, before, after in product(CALLS, ("", "the", "a ward", "the a"), ("", "ward", "a the"))
] * 12
WANTED = np.array([[CALLS[0] in text, CALLS[1] in text] for text in TEXTS])
KNOWN = np.ones_like(WANTED)


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return fit(lines(*TEXTS), WANTED, KNOWN, seed=3)[0]


def heard_by_hand(phrases: Phrases, line: Places) -> Floats:
    """Word by word, with nothing before the first and after the last."""
    vectors = [phrases.vectors[stem] * phrases.scale[stem] for stem in (-1, *line, -1)]
    threes = [np.concatenate(vectors[at : at + 3]) for at in range(len(line))]
    sounds = [three @ phrases.filters for three in threes] or [0 * phrases.bias]
    return np.asarray(np.maximum(np.max(sounds, axis=0) + phrases.bias, 0))


def test_an_order_of_words_is_learnt_that_a_bag_of_them_does_not_have(phrases: Phrases) -> None:
    first, second = sums(lines("ward a nurse rang doctor", "ward a doctor rang nurse"), phrases)
    assert first[0] - first[1] > 2
    assert second[1] - second[0] > 2


def test_a_sum_is_what_can_be_added_up_by_hand(phrases: Phrases) -> None:
    texts = [*TEXTS[:30], "", "somebody", "the nurse"]
    together = sums(lines(*texts), phrases)
    for text, total in zip(texts, together, strict=True):
        heard = heard_by_hand(phrases, of(text))
        np.testing.assert_allclose(heard @ phrases.weights, total, rtol=1e-4, atol=1e-4)


def test_what_a_phrase_says_is_traced_to_its_words_and_to_no_others(phrases: Phrases) -> None:
    scorer = PhraseScorer(phrases)
    line = of("the a somebody nurse rang doctor")
    pushes = scorer.pushes(scorer.hear([of("ward"), line]), 1, 0, len(line))
    assert len(pushes) == len(line)
    assert sum(pushes[3:]) > 2 * sum(pushes[:3])
    assert pushes[2] == 0  # a word that is not known says nothing


def test_pushes_add_up_to_the_sum(phrases: Phrases) -> None:
    without = Phrases(
        phrases.vectors, phrases.scale, phrases.filters, 0 * phrases.bias, phrases.weights
    )
    scorer = PhraseScorer(without)
    line = of(TEXTS[5])
    told = scorer.hear([line])
    pushed = sum(scorer.pushes(told, 0, 1, len(line)))
    assert pushed == pytest.approx(float(scorer.total(told)[0, 1]), rel=1e-4)


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(phrases: Phrases) -> None:
    again, other = (fit(lines(*TEXTS), WANTED, KNOWN, seed=seed)[0] for seed in (3, 4))
    np.testing.assert_array_equal(again.filters, phrases.filters)
    np.testing.assert_array_equal(again.vectors, phrases.vectors)
    assert not np.array_equal(other.filters, phrases.filters)


def test_a_rare_word_keeps_the_meaning_that_it_came_with() -> None:
    all_move = lines(*TEXTS)
    some = Lines(all_move.of_texts, all_move.start, trained=WARD)
    vectors = fit(some, WANTED, KNOWN, seed=3)[0]
    now = vectors.vectors * vectors.scale[:, None]
    np.testing.assert_allclose(now[WARD:-1], some.start[WARD:], atol=0.02)
    assert np.abs(now[NURSE] - some.start[NURSE]).max() > 0.1
    assert not now[-1].any()


@pytest.mark.parametrize("name", ["moved", "filters", "bias", "weights", "intercept"])
def test_gradients_are_the_slopes_of_the_loss(name: str) -> None:
    random = np.random.default_rng(8)
    some = lines(*TEXTS[:20])
    shapes = {
        "moved": (len(WORDS), 64),
        "filters": (3 * 64, 256),
        "bias": (256,),
        "weights": (256, 2),
        "intercept": (2,),
    }
    at = {key: random.normal(0, 0.1, shape).astype(np.float32) for key, shape in shapes.items()}
    wanted, known = WANTED[:20], random.random((20, 2)) < 0.8
    laid = lay(some.of_texts, len(WORDS))
    kept = [np.ones((len(laid.stems), 64), np.float32), np.ones((20, 256), np.float32)]
    gradient = gradients_of(at, some, laid, wanted, known, kept)[name]
    # Along the gradient itself: the loss's rise over a short way is the gradient's length times the way.
    way = 1e-2 / np.linalg.norm(gradient)
    ahead, behind = (
        _loss(at | {name: at[name] + sign * way * gradient}, some, wanted, known)
        for sign in (1, -1)
    )
    slope = (ahead - behind) / (2 * 1e-2)
    assert slope == pytest.approx(float(np.linalg.norm(gradient)), rel=0.02)


def _loss(at: dict[str, Floats], some: Lines, wanted: Bools, known: Bools) -> float:
    table = np.concatenate([some.start + at["moved"], np.zeros((1, 64), np.float32)])
    made = Phrases(table, np.ones(len(table), np.float32), at["filters"], at["bias"], at["weights"])
    logits = (sums(some, made) + at["intercept"]).astype(np.float64)
    each = np.logaddexp(0, logits) - wanted * logits
    return float((each * known).sum() / len(wanted))
