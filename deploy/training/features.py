"""Texts as sparse rows, by a vocabulary that is learnt from the training part alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from services.classification.model.comments import Comment

LEAST_TEXTS = 2
"""A stem or pair must be in so many training texts to have weights of its own."""


@dataclass(frozen=True)
class Example:
    """A text with what the person was asked, or without, as training sees it."""

    row: int
    comment: Comment
    question: str | None


@dataclass(frozen=True)
class Vocabulary:
    stems: tuple[str, ...]
    """Those with weights of their own first; then those that have a vector only."""
    trained: int
    pairs: tuple[str, ...]
    questions: tuple[str, ...]
    stem_idf: NDArray[np.float32]
    pair_idf: NDArray[np.float32]
    cues: int


def learn(examples: Sequence[Example], others: Iterable[str], cues: int) -> Vocabulary:
    """`others` are stems that have a vector whether or not the training texts have them."""
    once = [example for example in examples if example.question is None]
    stems = Counter(stem for example in once for stem in example.comment.stems)
    pairs = Counter(pair for example in once for pair in example.comment.pairs)
    trained = sorted(stem for stem, count in stems.items() if count >= LEAST_TEXTS)
    rare = sorted(({*others} | stems.keys()) - set(trained))
    kept_pairs = sorted(pair for pair, count in pairs.items() if count >= LEAST_TEXTS)
    return Vocabulary(
        stems=(*trained, *rare),
        trained=len(trained),
        pairs=tuple(kept_pairs),
        questions=tuple(sorted({one.question for one in examples if one.question})),
        stem_idf=_idf([*trained, *rare], stems, len(once)),
        pair_idf=_idf(kept_pairs, pairs, len(once)),
        cues=cues,
    )


def word_rows(examples: Sequence[Example], vocabulary: Vocabulary) -> csr_array:
    """Trained stems and pairs by TF-IDF, each row of length 1."""
    stems = _places(vocabulary.stems[: vocabulary.trained])
    pairs = _places(vocabulary.pairs)
    idf = np.concatenate([vocabulary.stem_idf[: vocabulary.trained], vocabulary.pair_idf])
    found = [
        [stems[stem] for stem in example.comment.stems if stem in stems]
        + [len(stems) + pairs[pair] for pair in example.comment.pairs if pair in pairs]
        for example in examples
    ]
    return _unit_rows(found, idf)


def shares(examples: Sequence[Example], vocabulary: Vocabulary) -> csr_array:
    """How much of each text is each stem that has a vector: by idf, each row of length 1."""
    places = _places(vocabulary.stems)
    found = [
        [places[stem] for stem in example.comment.stems if stem in places] for example in examples
    ]
    return _unit_rows(found, vocabulary.stem_idf)


def lines(examples: Sequence[Example], vocabulary: Vocabulary) -> list[NDArray[np.int64]]:
    """Each text's stems in its order, by their numbers; the number after the last is any other's."""
    places = _places(vocabulary.stems)
    return [
        np.array([places.get(stem, len(places)) for stem in example.comment.line], np.int64)
        for example in examples
    ]


def side_rows(examples: Sequence[Example], vocabulary: Vocabulary, cues: float) -> csr_array:
    """Cues' confidences and the feeling, `cues` times each, then the question, 1 for the one that was asked."""
    questions = _places(vocabulary.questions)
    found = [
        [
            *((place, cues * confidence) for place, confidence in example.comment.cues),
            *(
                [(vocabulary.cues + questions[example.question], 1.0)]
                if example.question in questions
                else []
            ),
        ]
        for example in examples
    ]
    return _rows(
        [[place for place, _ in row] for row in found],
        np.array([value for row in found for _, value in row]),
        vocabulary.cues + len(questions),
    )


def _idf(words: Sequence[str], counts: Mapping[str, int], texts: int) -> NDArray[np.float32]:
    seen = np.array([counts.get(word, 0) for word in words], dtype=np.float64)
    return (np.log((texts + 1) / (seen + 1)) + 1).astype(np.float32)


def _places(words: Sequence[str]) -> dict[str, int]:
    return {word: place for place, word in enumerate(words)}


def _unit_rows(found: Sequence[Sequence[int]], idf: NDArray[np.float32]) -> csr_array:
    values = idf[np.array([place for row in found for place in row], dtype=np.int64)].astype(
        np.float64
    )
    rows = _rows(found, values, len(idf))
    lengths = np.sqrt(np.asarray((rows * rows).sum(axis=1))).ravel()
    rows.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.indptr))
    return rows


def _rows(found: Sequence[Sequence[int]], values: NDArray[np.float64], width: int) -> csr_array:
    ends = np.cumsum([0, *(len(row) for row in found)])
    places = np.array([place for row in found for place in row], dtype=np.int64)
    return csr_array((values, places, ends), shape=(len(found), width))
