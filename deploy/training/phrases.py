"""Filters over three neighbouring words, learnt by gradient descent (AdamW) in plain NumPy: one layer is not worth a framework."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import cos, pi

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from deploy.training.regression import logistic
from deploy.training.vectors import as_bytes
from services.classification.model.phrases import (
    Laid,
    PhraseScorer,
    Places,
    lay,
    strongest,
    windows,
)
from services.classification.model.weights import Floats, Phrases

DIMENSIONS, FILTERS = 64, 256
_REACH = 0.5
"""Root mean square of the words' first vectors."""
_EPOCHS, _BATCH, _BUCKET = 20, 64, 16
_RATE, _WARM_UP, _DECAY = 7e-3, 0.1, 0.01
_FORGET_MEAN, _FORGET_SQUARE, _TINY = 0.9, 0.999, 1e-8
_DROPPED, _WORDS_DROPPED = 0.3, 0.1
"""Parts of a vector and filters, and whole words, that are left out of a step by chance."""
_MOST_WORDS = 250
"""Of a training text. Few are longer."""
_WEIGHED = frozenset({"filters", "weights"})
"""Held back by _DECAY; vectors and offsets are not."""

Bools = NDArray[np.bool_]
Parameters = dict[str, Floats]


@dataclass(frozen=True)
class Lines:
    """Texts as numbers of stems."""

    of_texts: Sequence[Places]
    start: Floats
    """Stems x DIMENSIONS: what the words mean before anything is learnt."""
    trained: int
    """The first so many stems move; the others are too rare and stay."""

    def part(self, rows: Places) -> "Lines":
        return replace(self, of_texts=[self.of_texts[row] for row in rows])


def start_of(own: Floats, trained: int) -> Floats:
    """Stems x DIMENSIONS from how the encoder sees them: the directions in which the trained ones differ most (PCA)."""
    mean = own[:trained].mean(axis=0)
    spread = (own[:trained] - mean).astype(np.float64)
    _, directions = np.linalg.eigh(spread.T @ spread)
    kept = (own - mean) @ directions[:, ::-1][:, :DIMENSIONS]
    return np.asarray(_REACH * kept / np.sqrt((kept[:trained] ** 2).mean()), dtype=np.float32)


def fit(lines: Lines, wanted: Bools, known: Bools, seed: int) -> tuple[Phrases, Floats]:
    """The phrases and the outputs' intercepts that make the logistic loss of what is `known` (both texts x outputs) small."""
    random = np.random.default_rng(seed)
    learner = _Learner(lines, _first(lines, wanted, known, random), random)
    batches = [batch for _ in range(_EPOCHS) for batch in _batches(lines.of_texts, random)]
    for number, batch in enumerate(batches):
        learner.step(batch, wanted[batch], known[batch], _rate(number / len(batches)))
    return learner.phrases(), learner.parameters["intercept"]


def sums(lines: Lines, phrases: Phrases) -> Floats:
    """Texts x outputs, without the intercept: by the very code that services run."""
    scorer, texts = PhraseScorer(phrases), lines.of_texts
    parts = (texts[begin : begin + _BATCH] for begin in range(0, len(texts), _BATCH))
    return np.concatenate([scorer.total(scorer.hear(part)) for part in parts])


def _first(lines: Lines, wanted: Bools, known: Bools, random: np.random.Generator) -> Parameters:
    width = 3 * DIMENSIONS
    yes = np.maximum((wanted & known).sum(axis=0), 0.5) / np.maximum(known.sum(axis=0), 1)
    return {
        "moved": np.zeros((lines.trained, DIMENSIONS), np.float32),
        "filters": random.normal(0, (2 / width) ** 0.5, (width, FILTERS)).astype(np.float32),
        "bias": np.zeros(FILTERS, np.float32),
        "weights": np.zeros((FILTERS, wanted.shape[1]), np.float32),
        "intercept": np.log(yes / np.maximum(1 - yes, 1e-3)).astype(np.float32),
    }


def _batches(of_texts: Sequence[Places], random: np.random.Generator) -> Iterator[Places]:
    """Texts of about the same length together, in a new order each time."""
    lengths = np.array([len(text) // _BUCKET for text in of_texts])
    order = random.permutation(len(of_texts))
    order = order[np.argsort(lengths[order], kind="stable")]
    batches = [order[begin : begin + _BATCH] for begin in range(0, len(order), _BATCH)]
    yield from (batches[at] for at in random.permutation(len(batches)))


def _rate(done: float) -> float:
    """Rises at the beginning and falls along a cosine."""
    if done < _WARM_UP:
        return _RATE * done / _WARM_UP
    return _RATE * (1 + cos(pi * (done - _WARM_UP) / (1 - _WARM_UP))) / 2


@dataclass
class _Learner:
    lines: Lines
    parameters: Parameters
    random: np.random.Generator
    mean: Parameters = field(init=False)
    square: Parameters = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.mean = {name: np.zeros_like(value) for name, value in self.parameters.items()}
        self.square = {name: np.zeros_like(value) for name, value in self.parameters.items()}

    def step(self, batch: Places, wanted: Bools, known: Bools, rate: float) -> None:
        nothing = len(self.lines.start)
        laid = lay([self.lines.of_texts[row][:_MOST_WORDS] for row in batch], nothing)
        gone = self.random.random(len(laid.stems)) < _WORDS_DROPPED
        laid = replace(laid, stems=np.where(gone, nothing, laid.stems))
        kept = [self._kept((len(laid.stems), DIMENSIONS)), self._kept((len(batch), FILTERS))]
        gradients = gradients_of(self.parameters, self.lines, laid, wanted, known, kept)
        self._move(gradients, rate)

    def _kept(self, shape: tuple[int, int]) -> Floats:
        """What is left out is made up for by the rest."""
        kept = self.random.random(shape, dtype=np.float32) >= _DROPPED
        return kept.astype(np.float32) / np.float32(1 - _DROPPED)

    def _move(self, gradients: Parameters, rate: float) -> None:
        """AdamW (Loshchilov and Hutter 2019)."""
        self.steps += 1
        for name, gradient in gradients.items():
            mean, square, value = self.mean[name], self.square[name], self.parameters[name]
            mean += (1 - _FORGET_MEAN) * (gradient - mean)
            square += (1 - _FORGET_SQUARE) * (gradient**2 - square)
            seen = np.sqrt(square / (1 - _FORGET_SQUARE**self.steps)) + _TINY
            if name in _WEIGHED:
                value -= np.float32(rate * _DECAY) * value
            value -= np.float32(rate / (1 - _FORGET_MEAN**self.steps)) * (mean / seen)

    def phrases(self) -> Phrases:
        """With the vectors as bytes."""
        vectors, scale = as_bytes(_table(self.parameters, self.lines))
        return Phrases(
            vectors=vectors,
            scale=scale,
            filters=self.parameters["filters"],
            bias=self.parameters["bias"],
            weights=self.parameters["weights"],
        )


def _table(parameters: Parameters, lines: Lines) -> Floats:
    """Vectors as they are now; the last is nothing."""
    table = np.concatenate([lines.start, np.zeros((1, DIMENSIONS), np.float32)])
    table[: lines.trained] += parameters["moved"]
    return table


def gradients_of(
    parameters: Parameters,
    lines: Lines,
    laid: Laid,
    wanted: Bools,
    known: Bools,
    kept: Sequence[Floats],
) -> Parameters:
    """Of the mean logistic loss over the texts. `kept` is what of vectors and of filters is not left out by chance."""
    rows = _table(parameters, lines)[laid.stems] * kept[0]
    seen = windows(rows)
    found = strongest(seen @ parameters["filters"], laid)
    audible = (found.strengths + parameters["bias"] > 0) * kept[1]
    strengths = (found.strengths + parameters["bias"]) * audible
    logits = strengths @ parameters["weights"] + parameters["intercept"]
    pull = ((logistic(logits) - wanted) * known / len(wanted)).astype(np.float32)
    back = (pull @ parameters["weights"].T) * audible
    begins = np.array([begin for begin, _ in laid.spans])
    sounds = np.zeros((len(seen), FILTERS), np.float32)
    sounds[begins[:, None] + found.places, np.arange(FILTERS)] = back
    into = np.split(sounds @ parameters["filters"].T, 3, axis=1)
    vectors = np.zeros_like(rows)
    for offset, part in enumerate(into):
        vectors[offset : offset + len(part)] += part
    return {
        "moved": _by_stem(laid.stems, vectors * kept[0], lines.trained),
        "filters": seen.T @ sounds,
        "bias": back.sum(axis=0),
        "weights": strengths.T @ pull,
        "intercept": pull.sum(axis=0),
    }


def _by_stem(stems: Places, vectors: Floats, trained: int) -> Floats:
    """Added up over the places where each trained stem stands."""
    moved = stems < trained
    places = np.flatnonzero(moved)
    where = csr_array(
        (np.ones(len(places), np.float32), (stems[places], places)), shape=(trained, len(stems))
    )
    return np.asarray(where @ vectors)
