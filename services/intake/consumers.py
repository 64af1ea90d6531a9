"""Which facts lead to which use case."""

from services.intake.settings import Settings
from services.intake.use_cases import follow_cases
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
from shared.platform.consumers import Consumers


def build_consumers(_: Settings) -> Consumers:
    return (
        Consumers()
        .on(CaseOpened, follow_cases)
        .on(CaseDueSoon, follow_cases)
        .on(CaseOverdue, follow_cases)
        .on(CaseAcknowledged, follow_cases)
        .on(LearningResponseRecorded, follow_cases)
        .on(ActionPlanned, follow_cases)
        .on(ActionCompleted, follow_cases)
        .on(OutcomeRecorded, follow_cases)
        .on(OutcomeConfirmed, follow_cases)
        .on(OutcomeDisputed, follow_cases)
        .on(CaseClosed, follow_cases)
    )
