"""The sums that a model is made of: two regressions and, where there is text enough, phrases; fitted apart and averaged."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from deploy.training import phrases as learning
from deploy.training import regression
from deploy.training.method import Method
from deploy.training.phrases import Lines
from deploy.training.regression import Matrix
from services.classification.model.weights import Phrases

STEPS = 40
"""Of the regressions."""


@dataclass(frozen=True)
class Features:
    words: csr_array
    vectors: Matrix
    sides: csr_array
    lines: Lines

    def part(self, rows: NDArray[np.int64]) -> "Features":
        return Features(
            self.words[rows], self.vectors[rows], self.sides[rows], self.lines.part(rows)
        )


@dataclass(frozen=True)
class Sums:
    """Each weighed by its share, so that they only need adding up."""

    words: Matrix
    """(Words, then sides) x outputs."""
    vectors: Matrix
    """(Dimensions, then sides) x outputs."""
    intercept: Matrix
    phrases: Phrases | None


def fit(
    features: Features,
    wanted: NDArray[np.bool_],
    known: NDArray[np.bool_],
    method: Method,
    seed: int,
) -> Sums:
    words, word_intercept = regression.fit(
        _beside(features.words, features.sides), wanted, known, method.words, STEPS
    )
    vectors, vector_intercept = regression.fit(
        _beside(csr_array(features.vectors), features.sides), wanted, known, method.vectors, STEPS
    )
    share = (1 - method.phrases) / 2
    intercept = share * (word_intercept + vector_intercept)
    phrases = None
    if method.phrases:
        phrases, phrase_intercept = learning.fit(features.lines, wanted, known, seed)
        phrases = replace(phrases, weights=np.float32(method.phrases) * phrases.weights)
        intercept = intercept + method.phrases * phrase_intercept
    return Sums(share * words, share * vectors, intercept, phrases)


def unseen_logits(
    features: Features,
    wanted: NDArray[np.bool_],
    known: NDArray[np.bool_],
    part: NDArray[np.int64],
    method: Method,
    seed: int,
) -> Matrix:
    """For each text, the logits of a model that has seen neither it nor another one of its part."""
    logits = np.zeros(wanted.shape)
    for number in np.unique(part).tolist():
        seen, left_out = np.flatnonzero(part != number), np.flatnonzero(part == number)
        found = fit(features.part(seen), wanted[seen], known[seen], method, seed)
        logits[left_out] = _logits(features.part(left_out), found)
    return logits


def _logits(features: Features, found: Sums) -> Matrix:
    by_words = _beside(features.words, features.sides) @ found.words
    by_vectors = _beside(csr_array(features.vectors), features.sides) @ found.vectors
    logits = by_words + by_vectors + found.intercept
    if found.phrases:
        logits += learning.sums(features.lines, found.phrases)
    return np.asarray(logits)


def _beside(one: csr_array, other: csr_array) -> csr_array:
    return csr_array(hstack([one, other], format="csr"))
