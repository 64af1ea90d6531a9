"""Puts a model together: vocabulary, vectors, two regressions, phrases, calibration and thresholds, from the rows it is given and nothing
else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from deploy.training.calibrating import calibrate, thresholds
from deploy.training.features import (
    Example,
    Vocabulary,
    learn,
    lines,
    shares,
    side_rows,
    word_rows,
)
from deploy.training.method import METHODS, Method
from deploy.training.phrases import Lines, start_of
from deploy.training.regression import Matrix, logistic
from deploy.training.rows import Row, by_author, folds
from deploy.training.sums import Features, Sums, fit, unseen_logits
from deploy.training.vectors import REACH, Meaning, distil, text_vectors
from services.classification.model.comments import CommentReader
from services.classification.model.weights import HINT, SENTIMENT_STEPS, Weights
from shared.contracts.reports import Kind

INNER_FOLDS = 4
LEAST_EXAMPLES = 3
"""A label with fewer is left to its cues."""


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
    features = Features(
        word_rows(examples, vocabulary),
        text_vectors(parts, vectors * scale[:, None], centre),
        side_rows(examples, vocabulary, corpus.method.cues),
        Lines(lines(examples, vocabulary), start_of(own, vocabulary.trained), vocabulary.trained),
    )
    wanted, known = targets([corpus.rows[example.row] for example in examples], labels)
    part = folds(corpus.groups[[example.row for example in examples]], INNER_FOLDS, seed)
    unseen = unseen_logits(features, wanted, known, part, corpus.method, seed)
    confidence = _confidence(labels, unseen, wanted, corpus.method)
    found = fit(features, wanted, known, corpus.method, seed)
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


def _weights(
    labels: tuple[str, ...],
    vocabulary: Vocabulary,
    found: Sums,
    vectors: tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]],
    confidence: tuple[Matrix, Matrix, Matrix],
    cues: float,
) -> Weights:
    words, dense = found.words, found.vectors
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
        intercept=found.intercept.astype(np.float32),
        slope=slope,
        offset=offset,
        threshold=threshold,
        phrases=found.phrases,
    )
