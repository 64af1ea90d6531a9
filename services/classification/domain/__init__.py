"""The rules of verdicts: `decision` is the model's or a person's, which supersedes it; `one_click` changes one thing in it;
`segments` shows the words that led there; `reading` is a second person's, `agreement` says how far two readers agree, and `picture` draws it.

Pure: time and people are values that come in.
"""

from services.classification.domain.agreement import Agreement, Pair, agreement_of
from services.classification.domain.decision import (
    ChosenFrom,
    Correction,
    Decision,
    agrees,
    certainty_of,
    choices,
    corrected,
    described,
    first_decision,
    key_of,
    next_decision,
    outdated,
    themes_assigned,
    title_of,
)
from services.classification.domain.one_click import (
    AGREED,
    REASONS,
    Because,
    also_about,
    keys_of,
    not_about,
)
from services.classification.domain.picture import Picture, picture_of
from services.classification.domain.reading import (
    Reading,
    compared,
    described_reading,
    why_not_read,
)
from services.classification.domain.segments import Segment, segments

__all__ = [
    "AGREED",
    "REASONS",
    "Agreement",
    "Because",
    "ChosenFrom",
    "Correction",
    "Decision",
    "Pair",
    "Picture",
    "Reading",
    "Segment",
    "agreement_of",
    "agrees",
    "also_about",
    "certainty_of",
    "choices",
    "compared",
    "corrected",
    "described",
    "described_reading",
    "first_decision",
    "key_of",
    "keys_of",
    "next_decision",
    "not_about",
    "outdated",
    "picture_of",
    "segments",
    "themes_assigned",
    "title_of",
    "why_not_read",
]
