"""Puts a model together: vocabulary, vectors, two regressions, calibration and thresholds, from the rows it is given and nothing else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from scipy.special import logit

from deploy.training.calibrating import SHRINK, calibrate, thresholds
from deploy.training.features import Example, Vocabulary, learn, shares, side_rows, word_rows
from deploy.training.regression import Matrix, fit, logistic
from deploy.training.rows import Row, by_author, folds
from deploy.training.vectors import REACH, Meaning, distil, text_vectors
from services.classification.model.comments import CommentReader
from services.classification.model.weights import HINT, SENTIMENT_STEPS, Weights
from shared.contracts.reports import Kind

STEPS = 40
INNER_FOLDS = 4
LEAST_EXAMPLES = 3
"""A label with fewer is left to its cues."""


@dataclass(frozen=True)
class Method:
    """What was chosen by cross-validation, for a kind of texts."""

    words: float
    vectors: float
    """How strongly each regression follows the texts."""
    cues: float = 1.0
    """How much of a cue both see. Less holds its weight back: who chose the cues had seen some of the texts."""
    shrink: float = SHRINK
    """Of thresholds, towards the common one."""
    least_likely: float = 0.0
    """No theme is given that is less likely than this, however good that would be for the F1: a wrong one costs more trust than one that is
    missed and comes before a person."""


METHODS = {
    # Each text is there twice, with its question and without.
    Kind.FEEDBACK: Method(words=5.0, vectors=0.5),
    # One threshold for all themes is best for who has not seen their authors.
    Kind.EVENT: Method(words=10.0, vectors=0.5, cues=0.5, shrink=np.inf, least_likely=0.45),
}


@dataclass(frozen=True)
class Corpus:
    """Rows, read. Parts of it are chosen by their places."""

    method: Method
    rows: Sequence[Row]
    groups: NDArray[np.int64]
    """Rows of one stay together where some are left out: texts alike and, of events, those by one author."""
    asked: Sequence[Example]
    unasked: Sequence[Example]
    meaning: Meaning
    cues: int

    def examples(self, places: NDArray[np.int64]) -> list[Example]:
        """Those that ask for nothing are there once."""
        asked = [self.asked[place] for place in places]
        unasked = [self.unasked[place] for place in places]
        return [example for example in asked if example.question] + unasked


@dataclass(frozen=True)
class _Regressions:
    words: Matrix
    vectors: Matrix
    word_intercept: Matrix
    vector_intercept: Matrix


@dataclass(frozen=True)
class _Features:
    words: csr_array
    vectors: Matrix
    sides: csr_array

    def part(self, rows: NDArray[np.int64]) -> "_Features":
        return _Features(self.words[rows], self.vectors[rows], self.sides[rows])


def read(
    rows: Sequence[Row], groups: NDArray[np.int64], reader: CommentReader, meaning: Meaning
) -> Corpus:
    kind = reader.cue_model.taxonomy.kind
    return Corpus(
        METHODS[kind],
        rows,
        by_author(rows, groups) if kind is Kind.EVENT else groups,
        asked=[
            Example(place, reader.read(row.text, row.question), row.question)
            for place, row in enumerate(rows)
        ],
        unasked=[
            Example(place, reader.read(row.text, None), None) for place, row in enumerate(rows)
        ],
        meaning=meaning,
        cues=len(reader.cue_names) + 1,
    )


def train(corpus: Corpus, places: NDArray[np.int64], seed: int) -> Weights:
    """A model from these rows. Calibration and thresholds come from rows that an inner model has not seen."""
    examples = corpus.examples(places)
    labels = _labels(corpus.rows[place] for place in places)
    vocabulary = learn(examples, corpus.meaning.words, corpus.cues)
    parts = shares(examples, vocabulary)
    own = np.array([corpus.meaning.words[stem] for stem in vocabulary.stems])
    once = parts[len(examples) - len(places) :]
    vectors, scale, centre = distil(once, own, corpus.meaning.texts[places])
    features = _Features(
        word_rows(examples, vocabulary),
        text_vectors(parts, vectors * scale[:, None], centre),
        side_rows(examples, vocabulary, corpus.method.cues),
    )
    wanted, known = targets([corpus.rows[example.row] for example in examples], labels)
    part = folds(corpus.groups[[example.row for example in examples]], INNER_FOLDS, seed)
    unseen = _unseen_logits(features, wanted, known, part, corpus.method)
    confidence = _confidence(labels, unseen, wanted, corpus.method)
    found = _fit(features, wanted, known, corpus.method)
    return _weights(
        labels, vocabulary, found, (vectors, scale, centre), confidence, corpus.method.cues
    )


def targets(
    rows: Sequence[Row], labels: Sequence[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows x (labels, then the steps of sentiment): what is wanted, and what is known."""
    wanted = np.zeros((len(rows), len(labels) + SENTIMENT_STEPS), bool)
    known = np.ones_like(wanted)
    for place, row in enumerate(rows):
        wanted[place, : len(labels)] = [label in row.taught for label in labels]
        if row.sentiment is None:
            known[place, len(labels) :] = False
        else:
            wanted[place, len(labels) :] = [
                row.sentiment > step for step in range(1, SENTIMENT_STEPS + 1)
            ]
    return wanted, known


def _labels(rows: Iterable[Row]) -> tuple[str, ...]:
    """Hints come last."""
    counts = Counter(label for row in rows for label in row.taught)
    enough = [label for label, count in counts.items() if count >= LEAST_EXAMPLES]
    return tuple(sorted(enough, key=lambda label: (label.startswith(HINT), label)))


def _confidence(
    labels: Sequence[str], unseen: Matrix, wanted: NDArray[np.bool_], method: Method
) -> tuple[Matrix, Matrix, Matrix]:
    """Slope, offset and threshold of each label. What is best for themes says nothing of hints."""
    count = len(labels)
    slope, offset = calibrate(unseen[:, :count], wanted[:, :count])
    logits = slope * unseen[:, :count] + offset
    hints = next((place for place, key in enumerate(labels) if key.startswith(HINT)), count)
    least = [
        thresholds(logits[:, some], wanted[:, :count][:, some], method.shrink)
        for some in (slice(hints), slice(hints, count))
    ]
    least[0] = np.maximum(least[0], logit(method.least_likely))
    return slope, offset, logistic(np.concatenate(least))


def _fit(
    features: _Features, wanted: NDArray[np.bool_], known: NDArray[np.bool_], method: Method
) -> _Regressions:
    words, word_intercept = fit(
        hstack([features.words, features.sides], format="csr"), wanted, known, method.words, STEPS
    )
    dense = hstack([csr_array(features.vectors), features.sides], format="csr")
    vectors, vector_intercept = fit(dense, wanted, known, method.vectors, STEPS)
    return _Regressions(words, vectors, word_intercept, vector_intercept)


def _logits(features: _Features, found: _Regressions) -> Matrix:
    by_words = (
        hstack([features.words, features.sides], format="csr") @ found.words + found.word_intercept
    )
    by_vectors = (
        hstack([csr_array(features.vectors), features.sides], format="csr") @ found.vectors
        + found.vector_intercept
    )
    return np.asarray((by_words + by_vectors) / 2)


def _unseen_logits(
    features: _Features,
    wanted: NDArray[np.bool_],
    known: NDArray[np.bool_],
    part: NDArray[np.int64],
    method: Method,
) -> Matrix:
    """For each example, the logits of a model that has seen neither it nor another one of its group."""
    logits = np.zeros(wanted.shape)
    for number in range(INNER_FOLDS):
        seen, left_out = np.flatnonzero(part != number), np.flatnonzero(part == number)
        found = _fit(features.part(seen), wanted[seen], known[seen], method)
        logits[left_out] = _logits(features.part(left_out), found)
    return logits


def _weights(
    labels: tuple[str, ...],
    vocabulary: Vocabulary,
    found: _Regressions,
    vectors: tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]],
    confidence: tuple[Matrix, Matrix, Matrix],
    cues: float,
) -> Weights:
    """The two regressions' average as one sum: halves of each."""
    words, dense = found.words / 2, found.vectors / 2
    trained, pairs = vocabulary.trained, len(vocabulary.pairs)
    dimensions = vectors[0].shape[1]
    sides = words[trained + pairs :] + dense[dimensions:]
    slope, offset, threshold = (each.astype(np.float32) for each in confidence)
    return Weights(
        labels=labels,
        questions=vocabulary.questions,
        stems=vocabulary.stems,
        pairs=vocabulary.pairs,
        stem_idf=vocabulary.stem_idf,
        pair_idf=vocabulary.pair_idf,
        vectors=vectors[0],
        vector_scale=vectors[1],
        centre=vectors[2],
        stem_weights=words[:trained].astype(np.float16),
        pair_weights=words[trained : trained + pairs].astype(np.float16),
        vector_weights=(REACH * dense[:dimensions]).astype(np.float32),
        cue_weights=(cues * sides[: vocabulary.cues]).astype(np.float32),
        question_weights=sides[vocabulary.cues :].astype(np.float32),
        intercept=((found.word_intercept + found.vector_intercept) / 2).astype(np.float32),
        slope=slope,
        offset=offset,
        threshold=threshold,
    )
