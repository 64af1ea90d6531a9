"""The rules of verdicts: `decision` is the model's or a person's, which supersedes it; `segments` shows the words that led there.

Pure: time and people are values that come in.
"""

from services.classification.domain.decision import (
    Correction,
    Decision,
    agrees,
    certainty_of,
    choices,
    corrected,
    described,
    first_decision,
    key_of,
    themes_assigned,
    title_of,
)
from services.classification.domain.segments import Segment, segments

__all__ = [
    "Correction",
    "Decision",
    "Segment",
    "agrees",
    "certainty_of",
    "choices",
    "corrected",
    "described",
    "first_decision",
    "key_of",
    "segments",
    "themes_assigned",
    "title_of",
]
