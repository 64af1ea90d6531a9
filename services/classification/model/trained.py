"""`TrainedModel.classify`: the model for feedback that was fitted to labelled comments.

Two linear models are averaged: one over the stems of a text and pairs of neighbours (TF-IDF), one over the mean of its words'
vectors. Both also see which of the taxonomy's cues were found, and what the person was asked. All of it is a sum over words, so each
verdict can be traced to the words that moved it most.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.classification.model.comments import NOT, Comment, CommentReader
from services.classification.model.scoring import Parts, Scorer
from services.classification.model.taxonomy import Lexicon, Taxonomy
from services.classification.model.verdict import (
    CONSIDERED,
    FEELING,
    HINTS,
    MOST_CONSIDERED,
    THRESHOLD,
    Asked,
    Verdict,
    assigned,
    confidence_of,
    label_of,
)
from services.classification.model.weights import SENTIMENT_STEPS, Floats, Weights
from services.classification.model.words import NUMBER
from shared.contracts.reports import Tenet
from shared.contracts.themes import AssignedTheme

_TELLING, _LEAST_PUSH = 0.4, 0.15
"""A word is shown from this share of the strongest word's push on, if it moves the logit by at least so much."""
_MOST_WORDS = 4
_BLAME = -2.0
_NEGATIVE, _FEW = 4, 6
_NEAR = 1.0
"""In logits."""
_KNOWN_SHARE = 0.5
"""So many of a text's different words must be known for the model to say anything about it."""


class TrainedModel:
    """One trained version. `classify` is pure, deterministic and never raises."""

    def __init__(
        self, taxonomy: Taxonomy, lexicon: Lexicon, version: str, weights: Weights
    ) -> None:
        self.taxonomy = taxonomy
        self.version = version
        self._reader = CommentReader(taxonomy, lexicon)
        self._scorer = Scorer(weights)
        self._cue_labels = dict(zip(self._reader.cue_names, self._reader.cue_labels, strict=True))
        self._praise = [
            place
            for place, key in enumerate(weights.labels)
            if key.partition("/")[2] == taxonomy.empty_answer
        ]
        self._untrained = [
            label for key, label in self._cue_labels.items() if key not in weights.labels
        ]

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict:
        """As `CueModel.classify`. A question that the model was not trained with is as good as none."""
        return self.classify_all([Asked(text, tenet, question)])[0]

    def classify_all(self, asked: Sequence[Asked]) -> list[Verdict]:
        """The same verdicts as one by one, sooner."""
        comments = [self._reader.read(text, question) for text, _, question in asked]
        scores = self._scorer.score(comments, [question for _, _, question in asked])
        confidences = self._scorer.confidences(scores)
        by_cues = [self._by_cues(comment) for comment in comments]
        given = self._given(comments, by_cues, confidences)
        felt = 1 + (scores.total[:, -SENTIMENT_STEPS:] > 0).sum(axis=1)
        feelings = np.maximum(felt, [_least_felt(comment) for comment in comments])
        verdicts = []
        for place, ((text, tenet, question), comment) in enumerate(
            zip(asked, comments, strict=True)
        ):
            if comment.blank or not _is_understood(comment, scores.stems[place]):
                verdicts.append(self._of_cues(text, tenet, question))
                continue
            said = _Said(comment, scores.stems[place], scores.pairs[place], confidences[place])
            labels = np.flatnonzero(given[place]).tolist()
            themes = self._themes(said, labels, by_cues[place])
            verdicts.append(
                Verdict(
                    tenet=tenet or self._reader.cue_model.tenet_of(themes),
                    themes=themes,
                    sentiment=int(feelings[place]),
                    hints=tuple(hint for hint in HINTS if label_of(hint) in comment.hits),
                    taxonomy_version=self.taxonomy.version,
                    model_version=self.version,
                )
            )
        return verdicts

    def considered(self, text: str, question: str | None = None) -> tuple[AssignedTheme, ...]:
        """What came near to being assigned, most confident first, with the words that spoke for it."""
        comment = self._reader.read(text, question)
        scores = self._scorer.score([comment], [question])
        confidences = self._scorer.confidences(scores)[0]
        said = _Said(comment, scores.stems[0], scores.pairs[0], confidences)
        if comment.blank or not _is_understood(comment, scores.stems[0]):
            return ()
        given = self._given([comment], [self._by_cues(comment)], confidences[None])[0]
        near = np.flatnonzero((confidences >= CONSIDERED) & ~given)
        return self._themes(said, near.tolist(), ())[:MOST_CONSIDERED]

    def _given(
        self, comments: Sequence[Comment], by_cues: Sequence[list[int]], confidences: Floats
    ) -> NDArray[np.bool_]:
        """Comments x L. Where nothing reaches its threshold, the label that comes nearest is given, unless it is far off. Praise is
        never given to words of blame alone: plain blame is too rare in the training texts for the model to know it."""
        thresholds = self._scorer.weights.threshold
        blamed = np.array([_blames(comment) for comment in comments], dtype=bool)
        confidences = confidences.copy()
        for label in self._praise:
            confidences[blamed, label] = 0
        given = confidences >= thresholds
        short = _logit(confidences) - _logit(thresholds)
        nothing = ~given.any(axis=1) & ~np.array([bool(labels) for labels in by_cues], dtype=bool)
        alone = np.flatnonzero(nothing & (short.max(axis=1) >= -_NEAR))
        given[alone, short[alone].argmax(axis=1)] = True
        return given

    def _of_cues(self, text: str, tenet: Tenet | None, question: str | None) -> Verdict:
        """Of a text that says nothing, or in words that the model does not know."""
        verdict = self._reader.cue_model.classify(text, tenet, question)
        return replace(verdict, model_version=self.version)

    def _by_cues(self, comment: Comment) -> list[int]:
        """Cue labels of sub-themes that training knew too few examples of: they are left to their cues."""
        return [
            label
            for label in self._untrained
            if label in comment.hits and confidence_of(comment.hits[label]) >= THRESHOLD
        ]

    def _themes(
        self, said: "_Said", labels: Iterable[int], by_cues: Iterable[int]
    ) -> tuple[AssignedTheme, ...]:
        """Most confident first. What no word of the text speaks for is a guess, and left out."""
        keys = self._scorer.weights.labels
        guessed = [self._assigned(self._cue_labels[keys[label]], label, said) for label in labels]
        found = [theme for theme in guessed if theme.evidence]
        for label in by_cues:
            hits = said.comment.hits[label]
            found.append(assigned(self._reader.cue_model.targets[label], confidence_of(hits), hits))
        return tuple(sorted(found, key=lambda t: (-t.confidence, t.theme, t.sub_theme or "")))

    def _assigned(self, cue_label: int, label: int, said: "_Said") -> AssignedTheme:
        return assigned(
            self._reader.cue_model.targets[cue_label],
            round(float(said.confidences[label]), 4),
            said.comment.hits.get(cue_label, []),
            said.telling(label),
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """One comment, and what its words say."""

    comment: Comment
    stems: Parts
    pairs: Parts
    confidences: Floats

    def telling(self, label: int) -> Iterator[tuple[int, int]]:
        """Where the few words stand that spoke most for a label."""
        pushes = [
            *zip(self.stems.pushes[:, label].tolist(), self.stems.words, strict=True),
            *zip(self.pairs.pushes[:, label].tolist(), self.pairs.words, strict=True),
        ]
        most = nlargest(_MOST_WORDS, pushes)
        words = self.comment.words
        for push, word in most:
            if push >= max(_LEAST_PUSH, _TELLING * most[0][0]):
                first, _, second = word.partition(" ")
                place = _place(self.comment.line, first, second)
                yield words.starts[place], words.ends[place + bool(second)]


def _logit(confidences: Floats) -> Floats:
    inside = np.clip(confidences, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))


def _place(stems: list[str], first: str, second: str) -> int:
    """Where a stem, or a pair of neighbours, stands first."""
    if not second:
        return stems.index(first)
    return next(place for place, pair in enumerate(pairwise(stems)) if pair == (first, second))


def _blames(comment: Comment) -> bool:
    """Whether its words of feeling are plainly of blame: on the whole, or one like "not happy"."""
    feelings = [hit.cue for hit in comment.hits.get(FEELING, ())]
    denied = any(cue.weight < 0 and cue.phrase[0] == "not" for cue in feelings)
    total = sum(cue.weight for cue in feelings)
    return total <= _BLAME or (denied and total < 0)


def _least_felt(comment: Comment) -> int:
    """Of a few words that are plain blame ("Terrible service"), at least negative: no comment so short and so plain was there to be
    learnt from. Of all others, anything."""
    weights = [hit.cue.weight for hit in comment.hits.get(FEELING, ())]
    plain = bool(weights) and min(weights) <= _BLAME and max(weights) < 0
    denied = any(stem.startswith(NOT) for stem in comment.stems)
    return _NEGATIVE if plain and not denied and len(comment.stems) <= _FEW else 1


def _is_understood(comment: Comment, stems: Parts) -> bool:
    """Another language, or no language at all, is not: most of its words are unknown."""
    known = [stem for stem in stems.words if stem != NUMBER]
    return bool(known) and len(stems.words) >= _KNOWN_SHARE * len(comment.stems)
