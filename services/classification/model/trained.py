"""`TrainedModel.classify`: a model that was fitted to labelled texts.

Two linear models are averaged: one over the stems of a text and pairs of neighbours (TF-IDF), one over the mean of its words'
vectors. Both also see which of the taxonomy's cues were found, and what the person was asked. Where there was enough text to learn them
from, filters over three words in a row count as much as these together. All of it is a sum over places in the text, so each verdict can be
traced to the words that moved it most.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from services.classification.model.comments import NOT, Comment, CommentReader
from services.classification.model.scoring import Parts, Scorer, Scores
from services.classification.model.taxonomy import Lexicon, Taxonomy
from services.classification.model.telling import Said
from services.classification.model.verdict import (
    CONSIDERED,
    FEELING,
    MOST_CONSIDERED,
    THRESHOLD,
    Asked,
    Verdict,
    assigned,
    confidence_of,
    evidence_of,
    hints_of,
    label_of,
)
from services.classification.model.weights import HINT, SENTIMENT_STEPS, Floats, Weights
from services.classification.model.words import NUMBER
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme, Hint, Span

_BLAME = -2.0
_NEGATIVE, _FEW = 4, 6
_NEAR = 1.0
_CHOSEN = 1.0
"""Both in logits."""
_AT_ONCE = 32
"""More texts together are no sooner done, and take more memory."""
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
        self._hints = {
            Hint(key.removeprefix(HINT)): place
            for place, key in enumerate(weights.labels)
            if key.startswith(HINT)
        }
        self._count = len(weights.labels) - len(self._hints)
        """Of themes; hints come after them."""
        self._praise = [
            place
            for place, key in enumerate(weights.labels)
            if key.partition("/")[2] == taxonomy.empty_answer
        ]
        trained = set(weights.labels)
        untrained = [(k, label) for k, label in self._cue_labels.items() if k not in trained]
        self._untrained = [label for key, label in untrained if _theme_of(key) not in trained]
        self._named: dict[str, list[int]] = {}
        self._parts = [label for key, label in untrained if _theme_of(key) in trained]

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict:
        """As `CueModel.classify`. A question that the model was not trained with is as good as none."""
        return self.classify_all([Asked(text, tenet, question)])[0]

    def classify_all(self, asked: Sequence[Asked]) -> list[Verdict]:
        """The same verdicts as one by one, sooner."""
        parts = (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
        return [verdict for part in parts for verdict in self._classify(part)]

    def _classify(self, asked: Sequence[Asked]) -> list[Verdict]:
        comments = [self._reader.read(one.text, one.question) for one in asked]
        scores = self._scorer.score(comments, [one.question for one in asked])
        confidences = self._with_services(self._scorer.confidences(scores), asked)
        by_cues = [self._by_cues(comment) for comment in comments]
        given = self._given(comments, by_cues, confidences)
        felt = 1 + (scores.total[:, -SENTIMENT_STEPS:] > 0).sum(axis=1)
        feelings = np.maximum(felt, [_least_felt(comment) for comment in comments])
        verdicts = []
        for place, (one, comment) in enumerate(zip(asked, comments, strict=True)):
            if comment.blank or not _is_understood(comment, scores.stems[place]):
                verdicts.append(self._of_cues(one))
                continue
            said = self._said_in(comment, scores, place, confidences[place])
            labels = np.flatnonzero(given[place, : self._count]).tolist()
            themes = self._themes(said, labels, by_cues[place])
            verdicts.append(
                Verdict(
                    tenet=one.tenet or self._reader.cue_model.tenet_of(themes),
                    themes=themes,
                    sentiment=int(feelings[place]) if self.taxonomy.kind is Kind.FEEDBACK else None,
                    hints=hints_of(comment.hits, one.harm, self._learnt(said, given[place])),
                    taxonomy_version=self.taxonomy.version,
                    model_version=self.version,
                )
            )
        return verdicts

    def considered(self, text: str, question: str | None = None) -> tuple[AssignedTheme, ...]:
        """What came near to being assigned, most confident first, with the words that spoke for it."""
        said, given = self._said(text, question)
        if given is None:
            return ()
        near = np.flatnonzero(((said.confidences >= CONSIDERED) & ~given)[: self._count])
        return self._themes(said, near.tolist(), ())[:MOST_CONSIDERED]

    def hinted(self, text: str, question: str | None = None) -> Mapping[Hint, tuple[Span, ...]]:
        """The words behind each hint, its cues and those that moved its sum most."""
        said, given = self._said(text, question)
        hits = said.comment.hits
        learnt = {} if given is None else self._learnt(said, given)
        return {
            hint: evidence_of(hits.get(label_of(hint), []), learnt.get(hint, ()))
            for hint in hints_of(hits, None, learnt)
        }

    def _said(self, text: str, question: str | None) -> tuple[Said, NDArray[np.bool_] | None]:
        """One text, and which labels it gets; none where the model knows nothing of it."""
        comment = self._reader.read(text, question)
        scores = self._scorer.score([comment], [question])
        confidences = self._scorer.confidences(scores)
        said = self._said_in(comment, scores, 0, confidences[0])
        if comment.blank or not _is_understood(comment, scores.stems[0]):
            return said, None
        return said, self._given([comment], [self._by_cues(comment)], confidences)[0]

    def _said_in(self, comment: Comment, scores: Scores, place: int, confidences: Floats) -> Said:
        by_phrases = partial(self._scorer.by_phrases, scores, place, len(comment.line))
        return Said(comment, scores.stems[place], scores.pairs[place], by_phrases, confidences)

    def _learnt(self, said: Said, given: NDArray[np.bool_]) -> dict[Hint, list[tuple[int, int]]]:
        """The hints that are given, with the words that spoke for each. What no word speaks for is a guess, as with themes."""
        found = {
            hint: list(said.telling(label)) for hint, label in self._hints.items() if given[label]
        }
        return {hint: places for hint, places in found.items() if places}

    def _given(
        self, comments: Sequence[Comment], by_cues: Sequence[list[int]], confidences: Floats
    ) -> NDArray[np.bool_]:
        """Comments x L. Where no theme reaches its threshold, the one that comes nearest is given, unless it is far off. Praise is
        never given to words of blame alone: plain blame is too rare in the training texts for the model to know it."""
        thresholds = self._scorer.weights.threshold
        blamed = np.array([_blames(comment) for comment in comments], dtype=bool)
        confidences = confidences.copy()
        for label in self._praise:
            confidences[blamed, label] = 0
        given = confidences >= thresholds
        short = (_logit(confidences) - _logit(thresholds))[:, : self._count]
        nothing = ~given[:, : self._count].any(axis=1)
        nothing &= ~np.array([bool(labels) for labels in by_cues], dtype=bool)
        alone = np.flatnonzero(nothing & (short.max(axis=1) >= -_NEAR))
        given[alone, short[alone].argmax(axis=1)] = True
        return given

    def _with_services(self, confidences: Floats, asked: Sequence[Asked]) -> Floats:
        """Surer of the themes that the chosen service's own name speaks for."""
        for place, one in enumerate(asked):
            if one.service and (named := self._labels_named(one.service)):
                confidences[place, named] = _logistic(_logit(confidences[place, named]) + _CHOSEN)
        return confidences

    def _labels_named(self, service: str) -> list[int]:
        if service not in self._named:
            themes = self._reader.cue_model.themes_named(service)
            keys = enumerate(self._scorer.weights.labels)
            self._named[service] = [label for label, key in keys if key in themes]
        return self._named[service]

    def _of_cues(self, asked: Asked) -> Verdict:
        """Of a text that says nothing, or in words that the model does not know."""
        (verdict,) = self._reader.cue_model.classify_all([asked])
        return replace(verdict, model_version=self.version)

    def _by_cues(self, comment: Comment) -> list[int]:
        """Cue labels that training knew too few examples of: they are left to their cues."""
        return [label for label in self._untrained if _sure_of(comment, label)]

    def _themes(
        self, said: Said, labels: Iterable[int], by_cues: Iterable[int]
    ) -> tuple[AssignedTheme, ...]:
        """Most confident first. What no word of the text speaks for is a guess, and left out."""
        keys = self._scorer.weights.labels
        guessed = [self._assigned(self._cue_labels[keys[label]], label, said) for label in labels]
        found = [part for theme in guessed if theme.evidence for part in self._divided(theme, said)]
        for label in by_cues:
            hits = said.comment.hits[label]
            found.append(assigned(self._reader.cue_model.targets[label], confidence_of(hits), hits))
        return tuple(sorted(found, key=lambda t: (-t.confidence, t.theme, t.sub_theme or "")))

    def _divided(self, theme: AssignedTheme, said: Said) -> Iterator[AssignedTheme]:
        """The theme's parts that its cues tell, as sure as both together; or the theme itself."""
        targets = self._reader.cue_model.targets
        parts = [
            label
            for label in self._parts
            if targets[label].theme.slug == theme.theme and _sure_of(said.comment, label)
        ]
        for label in parts:
            hits = said.comment.hits[label]
            confidence = round(theme.confidence * confidence_of(hits), 4)
            places = [(span.start, span.end) for span in theme.evidence]
            yield assigned(targets[label], confidence, hits, places)
        if not parts:
            yield theme

    def _assigned(self, cue_label: int, label: int, said: Said) -> AssignedTheme:
        return assigned(
            self._reader.cue_model.targets[cue_label],
            round(float(said.confidences[label]), 4),
            said.comment.hits.get(cue_label, []),
            said.telling(label),
        )


def _logit(confidences: Floats) -> Floats:
    inside = np.clip(confidences, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))


def _logistic(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _theme_of(key: str) -> str:
    return key.partition("/")[0]


def _sure_of(comment: Comment, label: int) -> bool:
    return label in comment.hits and confidence_of(comment.hits[label]) >= THRESHOLD


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
    known = len(stems.places)
    return known >= _KNOWN_SHARE * len(comment.stems) and any(
        stem != NUMBER for stem in stems.words
    )
