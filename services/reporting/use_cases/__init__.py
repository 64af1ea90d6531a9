"""What reporting does: counts what it hears, looks for signals in the counts, and keeps what people answered."""

from services.reporting.use_cases.counting import (
    apply_verdicts,
    count_messages,
    count_reports,
    follow_cases,
    follow_directory,
    take_out_reports,
)
from services.reporting.use_cases.letters import (
    DECIDED_AT_ONCE,
    decide_about_letters,
    list_dead_letters,
    settle_dead_letters,
)
from services.reporting.use_cases.signals import answer_signals, look_for_signals

__all__ = [
    "DECIDED_AT_ONCE",
    "answer_signals",
    "apply_verdicts",
    "count_messages",
    "count_reports",
    "decide_about_letters",
    "follow_cases",
    "follow_directory",
    "list_dead_letters",
    "look_for_signals",
    "settle_dead_letters",
    "take_out_reports",
]
