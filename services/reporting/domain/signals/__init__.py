"""Signals: where the numbers changed by more than chance. Pure: counts in, what is to be told out.

`subjects` says what is watched, `lines` makes the charts of a subject, `findings` reads the signals from them and compares them with
those that were told before, `sight` says who sees which, and
`cards` what a page shows of them. How charts are judged is `spc`'s.
"""

from services.reporting.domain.signals.cards import Card, at, because, card_of
from services.reporting.domain.signals.findings import (
    RECENT_MONTHS,
    Changes,
    Kept,
    Signal,
    Signals,
    changes,
    joint_signals,
    settled_before,
    signals_of,
)
from services.reporting.domain.signals.lines import (
    Counted,
    Days,
    Forms,
    Line,
    Monthly,
    forms_of,
    lines_of,
    needs_days,
    watched_from,
)
from services.reporting.domain.signals.sight import Sight, State, sight_of
from services.reporting.domain.signals.subjects import EVERYWHERE, Subject, subjects_of

__all__ = [
    "EVERYWHERE",
    "RECENT_MONTHS",
    "Card",
    "Changes",
    "Counted",
    "Days",
    "Forms",
    "Kept",
    "Line",
    "Monthly",
    "Sight",
    "Signal",
    "Signals",
    "State",
    "Subject",
    "at",
    "because",
    "card_of",
    "changes",
    "forms_of",
    "joint_signals",
    "lines_of",
    "needs_days",
    "settled_before",
    "sight_of",
    "signals_of",
    "subjects_of",
    "watched_from",
]
