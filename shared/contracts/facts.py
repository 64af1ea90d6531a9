"""Every fact that is published, by its type: what a consumer may meet, and what the golden schemas and AsyncAPI are made from."""

from shared.contracts.base import Fact
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
from shared.contracts.operations import DeadLetter, DeadLetterDecided, DeadLetterSettled
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.sessions import SessionEnded
from shared.contracts.signals import SignalRaised, SignalWithdrawn
from shared.contracts.themes import ThemesAssigned

PUBLISHED: tuple[type[Fact], ...] = (
    ReportSubmitted,
    ReportWithdrawn,
    OrganisationRecorded,
    ThemesAssigned,
    ReclassificationRequested,
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
    MessageSettled,
    SignalRaised,
    SignalWithdrawn,
    SessionEnded,
    DeadLetter,
    DeadLetterDecided,
    DeadLetterSettled,
)

FACTS: dict[str, type[Fact]] = {fact.type: fact for fact in PUBLISHED}
