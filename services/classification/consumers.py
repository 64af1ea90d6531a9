"""Topic -> use case."""

from services.classification import use_cases
from services.classification.settings import Settings
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.reports import ReportSubmitted
from shared.contracts.sessions import SessionEnded
from shared.directory.use_cases import record_organisations
from shared.platform.consumers import Consumers
from shared.sessions.use_cases import record_endings


def build_consumers(_: Settings) -> Consumers:
    return (
        Consumers()
        .on(OrganisationRecorded, record_organisations)
        .on(SessionEnded, record_endings)
        .on(ReportSubmitted, use_cases.assign_themes)
    )
