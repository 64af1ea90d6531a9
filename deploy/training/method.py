"""What was chosen by cross-validation, for each kind of texts."""

from dataclasses import dataclass

import numpy as np

from deploy.training.calibrating import SHRINK
from shared.contracts.reports import Kind


@dataclass(frozen=True)
class Method:
    """What was chosen by cross-validation, for a kind of texts."""

    words: float
    vectors: float
    """How strongly each regression follows the texts."""
    cues: float = 1.0
    """How much of a cue both see. Less holds its weight back: who chose the cues had seen some of the texts."""
    shrink: float = SHRINK
    """Of thresholds, towards the common one."""
    phrases: float = 0.0
    """How much of each sum is the phrases', the rest being the regressions' average. None where there are too few texts for them."""
    least_likely: float = 0.0
    """No theme is given that is less likely than this, however good that would be for the F1: a wrong one costs more trust than one that is
    missed and comes before a person."""


METHODS = {
    # Each text is there twice, with its question and without.
    Kind.FEEDBACK: Method(words=5.0, vectors=0.5),
    # One threshold for all themes is best for who has not seen their authors.
    Kind.EVENT: Method(
        words=10.0, vectors=0.5, cues=0.5, shrink=np.inf, phrases=0.5, least_likely=0.45
    ),
}
