"""What a case is, and what a change of it leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.cases import (
    CaseFact,
    CaseState,
    ClosedBecause,
    ContributoryFactor,
    LearningMethod,
)
from shared.contracts.reports import Harm, Kind


class Refused(Exception):
    """A rule of the case does not allow this now. The message is for the person who asked."""


class TimerKind(StrEnum):
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    CLOSE_UNANSWERED = "close-unanswered"


class Step(StrEnum):
    """What an entry of the history says was done."""

    OPENED = "opened"
    DUE_SOON = "became due soon"
    OVERDUE = "became overdue"
    ACKNOWLEDGED = "acknowledged"
    LEARNING_RESPONSE_RECORDED = "learning response recorded"
    LEARNING_RESPONSE_CHANGED = "learning response changed"
    ACTION_PLANNED = "action planned"
    ACTION_COMPLETED = "action completed"
    OUTCOME_RECORDED = "outcome recorded"
    OUTCOME_CONFIRMED = "outcome confirmed"
    OUTCOME_DISPUTED = "outcome disputed"
    CLOSED_UNANSWERED = "closed unanswered"
    WITHDRAWN = "closed by withdrawal"


@dataclass(frozen=True)
class Person:
    """Who acts, and for which organisation."""

    member_id: UUID | None
    name: str
    organisation: str


@dataclass(frozen=True)
class LearningResponse:
    method: LearningMethod
    what_happened: str
    why: str
    factors: tuple[ContributoryFactor, ...]


@dataclass(frozen=True)
class ActionItem:
    action_id: UUID
    description: str
    owner: str
    due_on: date
    completed_on: date | None = None


@dataclass(frozen=True)
class Case:
    """One report's way to an answer. Its identity and reference are the report's."""

    report_id: UUID
    reference: str
    kind: Kind
    harm: Harm | None
    reporter: str
    provider: str
    state: CaseState
    revision: int
    opened_at: datetime
    due_at: datetime | None
    """None for imported history, for which nobody waits."""
    due_soon_at: datetime | None
    close_unanswered_after_days: int | None
    """From the policy in force at opening, as are the two times above."""
    due_soon_raised: bool = False
    overdue_raised: bool = False
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    late: bool | None = None
    owner: str | None = None
    next_step: str | None = None
    learning: LearningResponse | None = None
    outcome: str | None = None
    answered_at: datetime | None = None
    close_at: datetime | None = None
    """When an outcome that the practice leaves unanswered closes the case."""
    dispute_reason: str | None = None
    disputed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_because: ClosedBecause | None = None


@dataclass(frozen=True)
class Change:
    """A case after a rule was applied: what to keep, what to tell, what to write into the history."""

    case: Case
    step: Step
    facts: tuple[CaseFact, ...]
    before: Mapping[str, object]
    after: Mapping[str, object]
