"""How well the events' model does on narratives of authors that it has not seen, by the very code that services run."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path

import numpy as np

from deploy.training.fitting import Corpus, train
from deploy.training.measuring import SEED, Score, calibration_error
from deploy.training.rows import Row
from services.classification.model.taxonomy import Lexicon, Taxonomy
from services.classification.model.trained import TrainedModel
from services.classification.model.verdict import Asked, CueModel, Verdict

FOLDER = Path(__file__).parent / "narratives"
TUNING, KEPT_APART = FOLDER / "tuning.csv", FOLDER / "kept_apart.csv"
_SHORT = 15
"""Words."""
_PARTS = 3
"""So many parts the authors are dealt in; each part is measured by a model from the others."""


@dataclass
class Found:
    """What came out for one set of narratives."""

    narratives: int = 0
    themes: Score = field(default_factory=Score)
    hints: Score = field(default_factory=Score)
    short: Score = field(default_factory=Score)
    """Of texts of fewer than fifteen words."""
    long: Score = field(default_factory=Score)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """A theme missed, and another one wrongly given on the same text."""
    by_reader: defaultdict[int, Score] = field(default_factory=lambda: defaultdict(Score))
    """Against each reader alone, 0 being the author."""

    def add(self, row: Row, verdict: Verdict) -> None:
        wanted, given = set(row.labels), {theme.theme for theme in verdict.themes}
        self.narratives += 1
        self.themes.add(wanted, given)
        for reader, reading in enumerate(row.readings):
            self.by_reader[reader].add(set(reading), given)
        self.hints.add(set(row.hints), {hint.value for hint in verdict.hints})
        (self.short if len(row.text.split()) < _SHORT else self.long).add(wanted, given)
        self.confidences += [(one.confidence, one.theme in wanted) for one in verdict.themes]
        self.confused.update(product(wanted - given, given - wanted))

    @property
    def calibration_error(self) -> float:
        return calibration_error(self.confidences)


@dataclass
class Measured:
    kept_apart: Found
    """Narratives that nothing was tuned on, by the model that ships."""
    by_cues: Found
    """The same narratives by the cues alone."""
    unseen_author: Found
    """The tuning narratives, a few authors' at a time, by a model from those of the others."""
    authors: Sequence[str]
    each_other: Score
    """The readers of the narratives kept apart against each other, two at a time."""


def measure(
    corpus: Corpus,
    kept_apart: Sequence[Row],
    taxonomy: Taxonomy,
    lexicon: Lexicon,
    told: Callable[[str], None],
) -> Measured:
    """`corpus` is the tuning narratives'."""
    authors = sorted({row.author for row in corpus.rows})
    written_by = np.array([row.author for row in corpus.rows])
    unseen = Found()
    for part in (authors[first::_PARTS] for first in range(min(_PARTS, len(authors)))):
        told(f"authors {', '.join(part)}")
        model = _model(corpus, np.flatnonzero(~np.isin(written_by, part)), taxonomy, lexicon)
        _add(unseen, [row for row in corpus.rows if row.author in part], model)
    told("kept apart")
    whole, alone = Found(), Found()
    _add(whole, kept_apart, _model(corpus, np.arange(len(corpus.rows)), taxonomy, lexicon))
    _add(alone, kept_apart, CueModel(taxonomy, lexicon))
    return Measured(whole, alone, unseen, authors, _each_other(kept_apart))


def _each_other(rows: Sequence[Row]) -> Score:
    score = Score()
    for row in rows:
        for one, other in combinations(row.readings, 2):
            score.add(set(one), set(other))
    return score


def _model(
    corpus: Corpus,
    places: np.ndarray[tuple[int], np.dtype[np.int64]],
    taxonomy: Taxonomy,
    lexicon: Lexicon,
) -> TrainedModel:
    return TrainedModel(taxonomy, lexicon, "measured", train(corpus, places, SEED))


def _add(found: Found, rows: Sequence[Row], model: TrainedModel | CueModel) -> None:
    verdicts = model.classify_all([Asked(row.text) for row in rows])
    for row, verdict in zip(rows, verdicts, strict=True):
        found.add(row, verdict)
