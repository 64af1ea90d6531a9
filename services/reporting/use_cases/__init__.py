"""What reporting does: counts what it hears, looks for signals in the counts, and keeps what people answered."""

from services.reporting.use_cases.counting import (
    apply_verdicts,
    count_messages,
    count_reports,
    follow_cases,
    follow_directory,
    list_dead_letters,
)
from services.reporting.use_cases.signals import answer_signals, look_for_signals

__all__ = [
    "answer_signals",
    "apply_verdicts",
    "count_messages",
    "count_reports",
    "follow_cases",
    "follow_directory",
    "list_dead_letters",
    "look_for_signals",
]
