"""Which fact and which timer lead to which use case."""

from services.actions import use_cases
from services.actions.domain.case import TimerKind
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.sessions import SessionEnded
from shared.contracts.themes import ThemesAssigned
from shared.directory.use_cases import record_organisations
from shared.platform.consumers import Consumers
from shared.platform.timers import Timers
from shared.sessions.use_cases import record_endings


def build_consumers() -> Consumers:
    return (
        Consumers()
        .on(OrganisationRecorded, record_organisations)
        .on(SessionEnded, record_endings)
        .on(ReportSubmitted, use_cases.open_cases)
        .on(ReportWithdrawn, use_cases.withdraw_cases)
        .on(ThemesAssigned, use_cases.record_themes)
    )


def build_timers() -> Timers:
    return (
        Timers()
        .on(TimerKind.DUE_SOON, use_cases.raise_due_soon)
        .on(TimerKind.OVERDUE, use_cases.raise_overdue)
        .on(TimerKind.CLOSE_UNANSWERED, use_cases.close_unanswered)
    )
