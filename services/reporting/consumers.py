"""Topic to use case."""

from services.reporting import use_cases
from shared.contracts.cases import (
    ActionCompleted,
    ActionPlanned,
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseOpened,
    CaseOverdue,
    LearningResponseRecorded,
    OutcomeConfirmed,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.messages import MessageSettled
from shared.contracts.operations import DeadLetter, DeadLetterSettled
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.sessions import SessionEnded
from shared.contracts.themes import ThemesAssigned
from shared.platform.consumers import Consumers
from shared.sessions.use_cases import record_endings

CASES = (
    CaseOpened,
    CaseDueSoon,
    CaseOverdue,
    CaseAcknowledged,
    LearningResponseRecorded,
    ActionPlanned,
    ActionCompleted,
    OutcomeRecorded,
    OutcomeConfirmed,
    OutcomeDisputed,
    CaseClosed,
)


def build_consumers() -> Consumers:
    """Every topic but the signals, which are reporting's own, and the heartbeats, which `health_board` keeps in memory."""
    consumers = (
        Consumers()
        .on(OrganisationRecorded, use_cases.follow_directory)
        .on(SessionEnded, record_endings)
        .on(ReportSubmitted, use_cases.count_reports)
        .on(ReportWithdrawn, use_cases.take_out_reports)
        .on(ThemesAssigned, use_cases.apply_verdicts)
        .on(MessageSettled, use_cases.count_messages)
        .on(DeadLetter, use_cases.list_dead_letters)
        .on(DeadLetterSettled, use_cases.settle_dead_letters)
    )
    for fact in CASES:
        consumers.on(fact, use_cases.follow_cases)
    return consumers
