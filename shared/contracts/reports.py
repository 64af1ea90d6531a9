"""`insight.reports.v1`: what was reported, as intake accepted it, and what was taken back. Published by intake, keyed by report id."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import (
    Fact,
    LongText,
    OrganisationCode,
    Reference,
    ShortText,
    Slug,
    Value,
)

REPORTS_TOPIC = "insight.reports.v1"


class Kind(StrEnum):
    """An event is something that happened in care; feedback is what somebody felt about it."""

    EVENT = "event"
    FEEDBACK = "feedback"


class Tenet(StrEnum):
    """The three tenets of quality."""

    EXPERIENCE = "experience"
    EFFECTIVENESS = "effectiveness"
    SAFETY = "safety"


class Harm(StrEnum):
    """Physical harm as LFPSE grades it, and "unknown", which a reporter may always say."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    SEVERE = "severe"
    FATAL = "fatal"
    UNKNOWN = "unknown"


class Rating(StrEnum):
    """The Friends and Family Test's answers."""

    VERY_GOOD = "very-good"
    GOOD = "good"
    NEITHER = "neither"
    POOR = "poor"
    VERY_POOR = "very-poor"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """The door a report came through."""

    FORM = "form"
    API = "api"
    IMPORT = "import"


OTHER_SERVICE = "other"
"""A service that is not in the provider's list, or that the reporter does not know."""


class Past(Value):
    """Of imported history: what became of the report where it was kept before. A date is none where that is not known."""

    reported_on: date | None = None
    action_recorded_on: date | None = None
    outcome_recorded_on: date | None = None


class ReportSubmitted(Fact):
    """A report was accepted: it has a reference and will be classified, answered and counted."""

    topic: ClassVar[str] = REPORTS_TOPIC
    type: ClassVar[str] = "insight.report.submitted.v1"

    report_id: UUID
    reference: Reference
    kind: Kind
    tenet: Tenet
    """The reporter's own choice; classification may see it otherwise."""
    source: Source
    reporter: OrganisationCode
    """The organisation that reported."""
    provider: OrganisationCode
    """The organisation the report is about, which answers it."""
    service: Slug
    """The provider's service, from the provider's list in the directory, or `other`."""
    happened_on: date
    harm: Harm | None = None
    """For events."""
    rating: Rating | None = None
    """For feedback."""
    text: LongText
    """What happened, with identifiers already masked. Never to a log, span, metric, header or mail."""
    question: ShortText | None = None
    """What the person was asked, where feedback answers a survey's question."""
    historic: bool = False
    """Imported history: classified and counted, but it starts no clock and sends no alert."""
    past: Past | None = None
    """For history, where its source knew."""
    submitted_by: UUID | None = None
    """The member who sent it; none for imports and API clients."""

    @property
    def key(self) -> str:
        return str(self.report_id)


class WithdrawalReason(StrEnum):
    """Why a report is taken back. A choice and no words: there is nothing in it to mask."""

    SENT_BY_MISTAKE = "sent-by-mistake"
    SENT_TWICE = "sent-twice"
    WRONG_PROVIDER = "wrong-provider"
    WRONG_PATIENT_OR_DETAILS = "wrong-patient-or-details"


WITHDRAWN_BECAUSE: Mapping[WithdrawalReason, str] = {
    WithdrawalReason.SENT_BY_MISTAKE: "It was sent by mistake",
    WithdrawalReason.SENT_TWICE: "It was sent twice",
    WithdrawalReason.WRONG_PROVIDER: "It is about another provider",
    WithdrawalReason.WRONG_PATIENT_OR_DETAILS: "The patient or the details were wrong",
}
"""As both sides read it."""


class ReportWithdrawn(Fact):
    """The organisation that reported takes its report back: nobody answers it any more, and it counts nowhere."""

    topic: ClassVar[str] = REPORTS_TOPIC
    type: ClassVar[str] = "insight.report.withdrawn.v1"

    report_id: UUID
    reference: Reference
    reporter: OrganisationCode
    provider: OrganisationCode
    reason: WithdrawalReason
    withdrawn_by: UUID | None = None
    """The member who withdrew it; none for API clients."""

    @property
    def key(self) -> str:
        return str(self.report_id)
