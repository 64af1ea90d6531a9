"""How well the method does on comments that it has not seen: 5-fold cross-validation of the very code that services run."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from deploy.training.fitting import Corpus, train
from deploy.training.rows import Row, folds
from services.classification.model.taxonomy import Lexicon, Taxonomy
from services.classification.model.trained import TrainedModel
from services.classification.model.verdict import Asked, Verdict

FOLDS = 5
SEED = 1
_BINS = 10
_SHORT = 3


@dataclass
class Score:
    """Right, wrongly given and missed, by label."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, wanted: set[str], given: set[str]) -> None:
        self.right.update(wanted & given)
        self.wrong.update(given - wanted)
        self.missed.update(wanted - given)

    @property
    def micro(self) -> float:
        return _f1(self.right.total(), self.wrong.total(), self.missed.total())

    @property
    def macro(self) -> float:
        """Over the labels that occur in what was wanted."""
        each = [self.of(label) for label in self.wanted]
        return sum(each) / len(each) if each else 0.0

    @property
    def wanted(self) -> list[str]:
        """Labels that occur, the commonest first."""
        counts = self.right + self.missed
        return sorted(counts, key=lambda label: (-counts[label], label))

    def of(self, label: str) -> float:
        return _f1(self.right[label], self.wrong[label], self.missed[label])

    def precision(self, label: str | None = None) -> float:
        """Of one label, or of all together."""
        right = self._count(self.right, label)
        return right / max(1, right + self._count(self.wrong, label))

    def recall(self, label: str | None = None) -> float:
        right = self._count(self.right, label)
        return right / max(1, right + self._count(self.missed, label))

    @staticmethod
    def _count(counts: Counter[str], label: str | None) -> int:
        return counts.total() if label is None else counts[label]


@dataclass
class Figures:
    comments: int = 0
    sub_themes: Score = field(default_factory=Score)
    themes: Score = field(default_factory=Score)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    """Of each label given, and whether it was right."""
    sentiments: list[tuple[int, int]] = field(default_factory=list)
    """Labelled and given; a verdict without one counts as 3."""

    def add(self, row: Row, verdict: Verdict) -> None:
        given = {f"{theme.theme}/{theme.sub_theme}" for theme in verdict.themes}
        self.comments += 1
        self.sub_themes.add(set(row.labels), given)
        self.themes.add(_themes(row.labels), _themes(given))
        self.confidences.extend(
            (theme.confidence, f"{theme.theme}/{theme.sub_theme}" in row.labels)
            for theme in verdict.themes
        )
        if row.sentiment is not None:
            self.sentiments.append((row.sentiment, verdict.sentiment or 3))

    @property
    def calibration_error(self) -> float:
        return calibration_error(self.confidences)

    @property
    def sentiment_error(self) -> float:
        """Mean absolute error, in steps of the scale from 1 to 5."""
        return _mean([abs(wanted - given) for wanted, given in self.sentiments])

    @property
    def majority_error(self) -> float:
        """The same for always guessing the commonest sentiment."""
        commonest = Counter(wanted for wanted, _ in self.sentiments).most_common(1)
        return _mean([abs(wanted - commonest[0][0]) for wanted, _ in self.sentiments])


@dataclass
class Measured:
    """Figures with the question asked in sight and without; all others are with it."""

    asked: Figures = field(default_factory=Figures)
    unasked: Figures = field(default_factory=Figures)
    unseen_by_cues: Figures = field(default_factory=Figures)
    """Of the rows that the cues' author did not see."""
    short: Figures = field(default_factory=Figures)
    """Of texts of up to three words."""
    long: Figures = field(default_factory=Figures)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """A label missed, and another one wrongly given on the same text."""

    def add(self, row: Row, verdict: Verdict, *, seen_by_cues: bool) -> None:
        self.asked.add(row, verdict)
        if not seen_by_cues:
            self.unseen_by_cues.add(row, verdict)
        (self.short if len(row.text.split()) <= _SHORT else self.long).add(row, verdict)
        given = {f"{theme.theme}/{theme.sub_theme}" for theme in verdict.themes}
        self.confused.update(product(row.labels - given, given - row.labels))


def cross_validate(
    corpus: Corpus, taxonomy: Taxonomy, lexicon: Lexicon, told: Callable[[str], None]
) -> Measured:
    """Folds are grouped, so that texts alike stay together; everything is learnt, calibrated and chosen inside the training part."""
    measured = Measured()
    part = folds(corpus.groups, FOLDS, SEED)
    for number in range(FOLDS):
        told(f"fold {number + 1} of {FOLDS}")
        weights = train(corpus, np.flatnonzero(part != number), SEED)
        model = TrainedModel(taxonomy, lexicon, "fold", weights)
        left_out = np.flatnonzero(part == number).tolist()
        rows = [corpus.rows[place] for place in left_out]
        for place, row, asked, unasked in zip(
            left_out,
            rows,
            _verdicts(model, rows, asked=True),
            _verdicts(model, rows, asked=False),
            strict=True,
        ):
            # Cues were written with every other row in sight, beginning with the first.
            measured.add(row, asked, seen_by_cues=place % 2 == 0)
            measured.unasked.add(row, unasked)
    return measured


def calibration_error(confidences: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error of labels given with these confidences, and whether each was right, over ten bins of equal width."""
    said = np.array([confidence for confidence, _ in confidences])
    right = np.array([was_right for _, was_right in confidences], dtype=float)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(said[bins == each].mean() - right[bins == each].mean()) * (bins == each).sum()
        for each in np.unique(bins)
    ]
    return float(sum(gaps) / len(said)) if len(said) else 0.0


def _verdicts(model: TrainedModel, rows: Sequence[Row], *, asked: bool) -> Iterator[Verdict]:
    yield from model.classify_all(
        [Asked(row.text, None, row.question if asked else None) for row in rows]
    )


def _themes(labels: Iterable[str]) -> set[str]:
    return {label.partition("/")[0] for label in labels}


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0
