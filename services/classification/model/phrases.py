"""Words with their neighbours: filters over three words in a row, each heard once in a text, where it is strongest.

A convolution with the maximum over time (Kim 2014, "Convolutional neural networks for sentence classification"). What a filter adds to an
output stands at one place of the text, so that a verdict can still be traced to its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from services.classification.model.weights import Floats, Phrases

Places = NDArray[np.int64]
_WORDS = 3
_TINY = np.float32(1e-9)


@dataclass(frozen=True, slots=True)
class Heard:
    """Comments x F."""

    strengths: Floats
    places: Places
    """The middle one of the three words, by its number in the comment's line."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Lines one after the other, with nothing before each and after the last, so that there is a window for a line without words, too."""

    stems: Places
    spans: list[tuple[int, int]]
    """Of each line among the windows, whose number is that of their first word."""


def lay(lines: Sequence[Sequence[int] | Places], nothing: int) -> Laid:
    """`lines` are numbers of stems, and `nothing` is that of no stem."""
    ends = np.cumsum([len(line) + 1 for line in lines]).tolist()
    stems = chain.from_iterable([nothing, *line] for line in lines)
    return Laid(
        stems=np.array([*stems, nothing, nothing], np.int64),
        spans=[(end - len(line) - 1, end - 1) for line, end in zip(lines, ends, strict=True)],
    )


def windows(rows: Floats) -> Floats:
    """Each three rows that are neighbours, side by side."""
    return np.concatenate([rows[:-2], rows[1:-1], rows[2:]], axis=1)


def strongest(sounds: Floats, laid: Laid) -> Heard:
    """`sounds` is windows x F. A line without words is silent."""
    filters = np.arange(sounds.shape[1])
    places = np.zeros((len(laid.spans), len(filters)), np.int64)
    strengths = np.zeros(places.shape, np.float32)
    for row, (begin, end) in enumerate(laid.spans):
        if begin < end:
            part = sounds[begin:end]
            places[row] = part.argmax(axis=0)
            strengths[row] = part[places[row], filters]
    return Heard(strengths, places)


@dataclass(frozen=True, slots=True)
class Told:
    """What filters heard in comments, and from which words."""

    strengths: Floats
    """Comments x F."""
    words: Places
    """Comments x 3 x F: the three words, by their numbers in the comment's line and one more; what is before the line is 0."""
    shares: Floats
    """Of the same: how much of the strength each word made. Words that spoke against it made nothing."""


class PhraseScorer:
    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._filters = np.split(phrases.filters, _WORDS)
        self._by_label = np.ascontiguousarray(phrases.weights.T)

    def hear(self, lines: Sequence[Sequence[int] | Places]) -> Told:
        """`lines` are numbers of stems; that after the last is any other's."""
        laid = lay(lines, nothing=len(self._phrases.vectors) - 1)
        stems, met = np.unique(laid.stems, return_inverse=True)  # each word of many texts once
        rows = self._phrases.vectors[stems] * self._phrases.scale[stems, None]
        count = len(met) - _WORDS + 1
        by_word = [(rows @ each)[met[at : at + count]] for at, each in enumerate(self._filters)]
        found = strongest(np.add.reduce(by_word), laid)
        where = np.array([begin for begin, _ in laid.spans])[:, None] + found.places
        parts = np.stack([each[where, np.arange(where.shape[1])] for each in by_word], axis=1)
        parts = np.maximum(parts, 0)
        return Told(
            strengths=np.maximum(found.strengths + self._phrases.bias, 0),
            words=found.places[:, None] + np.arange(_WORDS)[:, None],
            shares=parts / (parts.sum(axis=1, keepdims=True) + _TINY),
        )

    def total(self, told: Told) -> Floats:
        """Comments x T."""
        return np.asarray(told.strengths @ self._phrases.weights)

    def pushes(self, told: Told, comment: int, label: int, words: int) -> list[float]:
        """What each of the first so many words of a comment's line adds to a label."""
        each = told.shares[comment] * (told.strengths[comment] * self._by_label[label])
        added = np.bincount(told.words[comment].ravel(), weights=each.ravel(), minlength=words + 2)
        return list(added[1:-1].tolist())
