"""Words with their neighbours: filters over three words in a row, each heard once in a text, where it is strongest.

A convolution with the maximum over time (Kim 2014, "Convolutional neural networks for sentence classification"). What a filter adds to an
output stands at one place of the text, so that a verdict can still be traced to its words.
"""

from collections.abc import Mapping, Sequence
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
    """What filters heard in comments, and from which of the three words."""

    strengths: Floats
    places: Places
    shares: Floats
    """3 x comments x F: how much of it each of the three words made, the one before the middle first. Words that spoke against it made
    nothing."""


class PhraseScorer:
    def __init__(self, phrases: Phrases, stems: Mapping[str, int]) -> None:
        self._phrases = phrases
        self._stems = stems
        self._nothing = len(phrases.vectors) - 1
        self._filters = np.split(phrases.filters, _WORDS)

    def hear(self, lines: Sequence[Sequence[str]]) -> Told:
        find, nothing = self._stems.get, self._nothing
        laid = lay([[find(stem, nothing) for stem in line] for line in lines], nothing)
        rows = self._phrases.vectors[laid.stems] * self._phrases.scale[laid.stems, None]
        rows = rows.astype(np.float32, copy=False)
        count = len(rows) - _WORDS + 1
        by_word = [rows[at : at + count] @ each for at, each in enumerate(self._filters)]
        found = strongest(np.asarray(sum(by_word), np.float32), laid)
        where = np.array([begin for begin, _ in laid.spans])[:, None] + found.places
        parts = np.maximum([each[where, np.arange(where.shape[1])] for each in by_word], 0)
        strengths = np.maximum(found.strengths + self._phrases.bias, 0)
        return Told(strengths, found.places, parts / (parts.sum(axis=0) + _TINY))

    def total(self, told: Told) -> Floats:
        """Comments x T."""
        return np.asarray(told.strengths @ self._phrases.weights)

    def pushes(self, told: Told, comment: int, label: int, words: int) -> list[float]:
        """What each of the first so many words of a comment's line adds to a label."""
        each = told.strengths[comment] * self._phrases.weights[:, label]
        added = np.zeros(words + _WORDS - 1)
        for offset, share in enumerate(told.shares[:, comment]):
            added += np.bincount(
                told.places[comment] + offset, weights=each * share, minlength=len(added)
            )
        return [float(push) for push in added[1:-1]]
