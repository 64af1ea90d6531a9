"""How well the newest version does on labelled comments: `python -m services.classification.model.evaluate FILE`.

FILE is a CSV with `text`, `question`, `sub_themes` (titles, separated by a bar) and `sentiment`. Cues were written with every other
row of the labelled file in sight, beginning with the first, so the two halves are measured apart.
"""

import csv
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.classification.model.versions import classify
from shared.contracts.reports import Kind

Row = Mapping[str, str]
NOT_POSSIBLE = "Labelling not possible"


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
        labels = self.right.keys() | self.missed.keys()
        each = [_f1(self.right[x], self.wrong[x], self.missed[x]) for x in labels]
        return sum(each) / len(each) if each else 0.0


@dataclass(frozen=True)
class Figures:
    comments: int
    sub_themes: Score
    sentiment_error: float
    """Mean absolute error, in steps of the scale from 1 to 5; a comment without any feeling counts as 3."""
    majority_error: float
    """The same for always guessing the commonest sentiment of these rows."""
    per_second: float
    """Of processor time, whatever else the machine does."""


def evaluate(rows: Sequence[Row]) -> Figures:
    """Rows labelled only "Labelling not possible" are left out. Raises KeyError for a missing column."""
    usable = [row for row in rows if row["sub_themes"] not in ("", NOT_POSSIBLE)]
    began = time.process_time()
    verdicts = [
        classify(row["text"], Kind.FEEDBACK, None, row["question"] or None) for row in usable
    ]
    seconds = time.process_time() - began
    score = Score()
    for row, verdict in zip(usable, verdicts, strict=True):
        score.add(
            set(row["sub_themes"].split("|")), {t.sub_theme_title or "" for t in verdict.themes}
        )
    felt = [
        (int(row["sentiment"]), verdict.sentiment or 3)
        for row, verdict in zip(usable, verdicts, strict=True)
        if row["sentiment"]
    ]
    commonest = Counter(wanted for wanted, _ in felt).most_common(1)[0][0] if felt else 3
    return Figures(
        comments=len(usable),
        sub_themes=score,
        sentiment_error=_mean(abs(wanted - given) for wanted, given in felt),
        majority_error=_mean(abs(wanted - commonest) for wanted, _ in felt),
        per_second=len(usable) / seconds if seconds else 0.0,
    )


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def main(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    classify("", Kind.FEEDBACK)  # loading is not part of the speed
    for name, part in (("seen", rows[0::2]), ("unseen", rows[1::2])):
        figures = evaluate(part)
        sys.stdout.write(
            f"{name:6} {figures.comments:5} comments: sub-themes micro-F1 {figures.sub_themes.micro:.3f}, "
            f"macro-F1 {figures.sub_themes.macro:.3f}; sentiment error {figures.sentiment_error:.2f} "
            f"(commonest guess {figures.majority_error:.2f}); {figures.per_second:,.0f} comments/s\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
