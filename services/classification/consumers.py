"""Topic -> use case."""

from functools import partial

from services.classification import use_cases
from services.classification.model.versions import Versions
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.sessions import SessionEnded
from shared.directory.use_cases import record_organisations
from shared.platform.consumers import Consumers
from shared.sessions.use_cases import record_endings


def build_consumers(versions: Versions) -> Consumers:
    return (
        Consumers()
        .on(OrganisationRecorded, record_organisations)
        .on(SessionEnded, record_endings)
        .on(ReportSubmitted, partial(use_cases.assign_themes, versions=versions))
        .on(ReportWithdrawn, use_cases.leave_out)
    )


def build_background(versions: Versions) -> Consumers:
    """What new reports must not wait for."""
    return Consumers().on(
        ReclassificationRequested, partial(use_cases.reclassify, versions=versions)
    )
