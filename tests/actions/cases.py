"""Cases and people to begin a test with."""

from datetime import UTC, datetime, timedelta

from services.actions.domain import rules
from services.actions.domain.case import Case, Change, LearningResponse, Person
from shared.contracts.cases import ContributoryFactor, LearningMethod
from shared.contracts.directory import ResponsePolicy
from tests.support.reports import SUBMITTED_AT, report

JO = Person(None, "Jo Lee", "RZ1")
KIM = Person(None, "Kim Howe", "RZ1")
POLICY = ResponsePolicy()
DUE_AT = SUBMITTED_AT + timedelta(hours=24)
LEARNED = LearningResponse(
    LearningMethod.ROOT_CAUSE_ANALYSIS,
    "The letter waited in a queue nobody looked at.",
    "Two systems, and nobody owned the queue.",
    (ContributoryFactor.ORGANISATION, ContributoryFactor.TOOLS_AND_TECHNOLOGY),
)


def at(hours: float) -> datetime:
    """So many hours after the report was accepted."""
    return SUBMITTED_AT.astimezone(UTC) + timedelta(hours=hours)


def opened(policy: ResponsePolicy = POLICY, **changes: object) -> Change:
    return rules.open_case(report(0, None, **changes), policy, at(0))


def changed(change: Change | None) -> Case:
    """The case after a change that must have been one."""
    assert change is not None
    return change.case


def acknowledged() -> Case:
    return changed(rules.acknowledge(opened().case, JO, "Jo Lee", "We look into it.", at(1)))


def learned() -> Case:
    return changed(rules.record_learning_response(acknowledged(), LEARNED, at(2)))


def answered(outcome: str = "We now check the queue every day.") -> Case:
    return changed(rules.record_outcome(learned(), outcome, at(3)))


def disputed() -> Case:
    return changed(rules.dispute(answered(), "The medicine is not mentioned.", at(4)))
