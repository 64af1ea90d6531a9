"""`insight.cases.v1`: what became of a report. Published by actions, keyed by report id: a report has one case.

States: open -> acknowledged -> answered -> closed. A dispute takes an answered case back to `disputed`, from which the provider
answers again. Imported history is `history`: counted, never answered. Whatever is not closed is closed when its report is withdrawn.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.base import Fact, LongText, OrganisationCode, Reference, ShortText
from shared.contracts.reports import Harm, Kind

CASES_TOPIC = "insight.cases.v1"


class CaseState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    CLOSED = "closed"
    HISTORY = "history"


class ClosedBecause(StrEnum):
    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"
    """The practice neither confirmed nor disputed within the policy's days: counted apart."""
    WITHDRAWN = "withdrawn"
    """The report was withdrawn, however far the case had come: counted nowhere."""


class LearningMethod(StrEnum):
    """PSIRF's learning responses, and root cause analysis for those who use it."""

    ROOT_CAUSE_ANALYSIS = "root-cause-analysis"
    PATIENT_SAFETY_INCIDENT_INVESTIGATION = "patient-safety-incident-investigation"
    MULTIDISCIPLINARY_TEAM_REVIEW = "multidisciplinary-team-review"
    SWARM_HUDDLE = "swarm-huddle"
    AFTER_ACTION_REVIEW = "after-action-review"
    THEMATIC_REVIEW = "thematic-review"


class ContributoryFactor(StrEnum):
    """SEIPS work-system factors."""

    PERSON = "person"
    TASKS = "tasks"
    TOOLS_AND_TECHNOLOGY = "tools-and-technology"
    ORGANISATION = "organisation"
    INTERNAL_ENVIRONMENT = "internal-environment"
    EXTERNAL_ENVIRONMENT = "external-environment"


class CaseFact(Fact):
    """What all facts of a case carry, so that each can be read alone."""

    topic: ClassVar[str] = CASES_TOPIC

    report_id: UUID
    reference: Reference
    revision: int = Field(ge=1)
    """The case's change number: 1 for `CaseOpened`, then one more for each fact of the case."""
    state: CaseState
    """The state after this fact."""
    reporter: OrganisationCode
    provider: OrganisationCode

    @property
    def key(self) -> str:
        return str(self.report_id)


class CaseOpened(CaseFact):
    """The provider has been asked. Without `due_at` the case is history and nobody waits for it."""

    type: ClassVar[str] = "insight.case.opened.v1"

    kind: Kind
    harm: Harm | None = None
    due_at: AwareDatetime | None


class CaseDueSoon(CaseFact):
    """The response clock is close to its end and nobody has acknowledged."""

    type: ClassVar[str] = "insight.case.due-soon.v1"

    due_at: AwareDatetime


class CaseOverdue(CaseFact):
    """The response clock ran out unacknowledged."""

    type: ClassVar[str] = "insight.case.overdue.v1"

    due_at: AwareDatetime


class CaseAcknowledged(CaseFact):
    """Somebody at the provider owns it now."""

    type: ClassVar[str] = "insight.case.acknowledged.v1"

    due_at: AwareDatetime
    late: bool
    owner: ShortText
    """The name of who owns it, as the practice will see it."""
    next_step: ShortText
    """What happens next, as the practice will see it."""


class LearningResponseRecorded(CaseFact):
    """The provider has recorded what it learned; the words stay in actions."""

    type: ClassVar[str] = "insight.case.learning-response-recorded.v1"

    method: LearningMethod
    factors: tuple[ContributoryFactor, ...]


class ActionPlanned(CaseFact):
    type: ClassVar[str] = "insight.case.action-planned.v1"

    action_id: UUID
    due_on: date


class ActionCompleted(CaseFact):
    type: ClassVar[str] = "insight.case.action-completed.v1"

    action_id: UUID
    completed_on: date


class OutcomeRecorded(CaseFact):
    """The plain-English answer to the practice, which may now confirm or dispute it."""

    type: ClassVar[str] = "insight.case.outcome-recorded.v1"

    outcome: LongText


class OutcomeConfirmed(CaseFact):
    """The practice accepts the outcome. `CaseClosed` follows."""

    type: ClassVar[str] = "insight.case.outcome-confirmed.v1"


class OutcomeDisputed(CaseFact):
    """The practice does not accept the outcome: the case is open again."""

    type: ClassVar[str] = "insight.case.outcome-disputed.v1"

    reason: LongText


class CaseClosed(CaseFact):
    type: ClassVar[str] = "insight.case.closed.v1"

    state: Literal[CaseState.CLOSED] = CaseState.CLOSED
    because: ClosedBecause
