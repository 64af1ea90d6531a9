"""Adds a trained model's weights up, for many comments at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from services.classification.model.comments import Comment
from services.classification.model.phrases import PhraseScorer, Places, Told
from services.classification.model.weights import Floats, Strings, Weights


@dataclass(frozen=True)
class Parts:
    """The known words of one comment, and what each adds to each output (words x T)."""

    vocabulary: Strings
    """Stems or pairs."""
    places: list[int]
    """Of each word in the vocabulary."""
    pushes: Floats

    @cached_property
    def words(self) -> list[str]:
        return [self.vocabulary[place] for place in self.places]


@dataclass(frozen=True, slots=True)
class Scores:
    stems: list[Parts]
    pairs: list[Parts]
    told: Told | None
    """None of a model without phrases."""
    total: Floats
    """Comments x T."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of all comments that a vocabulary has, one after the other."""

    vocabulary: Strings
    of_comments: list[list[int]]
    """The places of each comment's words in the vocabulary."""
    places: Places
    """The same, one after the other."""
    comment: Places
    """Whose word each is."""
    begins: Places


class Scorer:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._stems = {stem: place for place, stem in enumerate(weights.stems)}
        self._pairs = {pair: place for place, pair in enumerate(weights.pairs)}
        self._questions = {question: place for place, question in enumerate(weights.questions)}
        self._trained = len(weights.stem_weights)
        self._pushes = self._vectors(slice(None)) @ weights.vector_weights
        self._centre_push = weights.centre @ weights.vector_weights
        self._phrases = PhraseScorer(weights.phrases) if weights.phrases else None

    def score(self, comments: Sequence[Comment], questions: Sequence[str | None]) -> Scores:
        """What each output gets, and from which words. Texts and vectors have length 1, as in training."""
        stems = _known([one.stems for one in comments], self.weights.stems, self._stems)
        pairs = _known([one.pairs for one in comments], self.weights.pairs, self._pairs)
        count = len(comments)
        idf, pair_idf = self.weights.stem_idf[stems.places], self.weights.pair_idf[pairs.places]
        own = idf * (stems.places < self._trained)
        length = _lengths(stems.comment, own, count) + _lengths(pairs.comment, pair_idf, count)
        length = np.sqrt(np.maximum(length, 1e-9))
        weighed = np.minimum(stems.places, self._trained - 1)  # the others' own share is nothing
        by_stem = _rows(self.weights.stem_weights, weighed) * (own / length[stems.comment])[:, None]
        by_pair = _rows(self.weights.pair_weights, pairs.places)
        by_pair *= (pair_idf / length[pairs.comment])[:, None]
        shares = idf / np.sqrt(np.maximum(_lengths(stems.comment, idf, count), 1e-9))[stems.comment]
        pointed = (self._vectors(stems.places) * shares[:, None]).astype(np.float32, copy=False)
        direction = _sums(pointed, stems, count)
        reach = np.linalg.norm(direction - self.weights.centre, axis=1) + np.float32(1e-9)
        by_stem += self._pushes[stems.places] * (shares / reach[stems.comment])[:, None]
        total = self.weights.intercept - self._centre_push / reach[:, None]
        total = total + _sums(by_stem, stems, count) + _sums(by_pair, pairs, count)
        total += self._sides(comments, questions)
        told = self._phrases.hear(self._numbers(comments)) if self._phrases else None
        if self._phrases and told:
            total += self._phrases.total(told)
        return Scores(_parts(stems, by_stem), _parts(pairs, by_pair), told, total)

    def _numbers(self, comments: Sequence[Comment]) -> list[list[int]]:
        """Each comment's line by its stems' numbers; the number after the last is any other's."""
        find, other = self._stems.get, len(self._stems)
        return [[find(stem, other) for stem in one.line] for one in comments]

    def by_phrases(self, scores: Scores, comment: int, words: int, label: int) -> list[float]:
        """What each of a comment's first so many words adds to a label in its phrases; nothing in a model without phrases."""
        if self._phrases is None or scores.told is None:
            return []
        return self._phrases.pushes(scores.told, comment, label, words)

    def confidences(self, scores: Scores) -> Floats:
        """Comments x L: how often a label is right where the model says this of it."""
        line = (
            self.weights.slope * scores.total[:, : len(self.weights.labels)] + self.weights.offset
        )
        return np.asarray(1 / (1 + np.exp(-line)))

    def _vectors(self, places: Places | slice) -> Floats:
        """Made when they are needed: kept as bytes they take a quarter of the memory."""
        scale = self.weights.vector_scale[places]
        return (self.weights.vectors[places] * scale[:, None]).astype(np.float32, copy=False)

    def _sides(self, comments: Sequence[Comment], questions: Sequence[str | None]) -> Floats:
        cues = np.zeros((len(comments), len(self.weights.cue_weights)), np.float32)
        asked = np.zeros((len(comments), len(self.weights.question_weights)), np.float32)
        for row, (comment, question) in enumerate(zip(comments, questions, strict=True)):
            for cue, confidence in comment.cues:
                cues[row, cue] = confidence
            if question in self._questions:
                asked[row, self._questions[question]] = 1
        return np.asarray(cues @ self.weights.cue_weights + asked @ self.weights.question_weights)


def _rows(weights: NDArray[np.float16], places: Places) -> Floats:
    """Widened when they are needed, as vectors are."""
    return weights[places].astype(np.float32)


def _known(
    of_comments: Sequence[Sequence[str]], vocabulary: Strings, places: dict[str, int]
) -> _Known:
    find = places.get
    found = [[place for place in map(find, of_one) if place is not None] for of_one in of_comments]
    counts = np.array([len(of_one) for of_one in found], dtype=np.int64)
    return _Known(
        vocabulary,
        found,
        places=np.array(list(chain.from_iterable(found)), dtype=np.int64),
        comment=np.repeat(np.arange(len(found)), counts),
        begins=np.cumsum(counts) - counts,
    )


def _lengths(comment: Places, values: Floats, count: int) -> Floats:
    """Squared lengths."""
    return np.bincount(comment, weights=values**2, minlength=count).astype(np.float32)


def _sums(rows: Floats, known: _Known, count: int) -> Floats:
    """Each comment's rows added up; those of a comment without words are none."""
    sums = np.zeros((count, rows.shape[1]), np.float32)
    filled = np.array([bool(of_one) for of_one in known.of_comments])
    if len(rows):
        sums[filled] = np.add.reduceat(rows, known.begins[filled], axis=0)
    return sums


def _parts(known: _Known, pushes: Floats) -> list[Parts]:
    return [
        Parts(known.vocabulary, places, pushes[begin : begin + len(places)])
        for places, begin in zip(known.of_comments, known.begins.tolist(), strict=True)
    ]
