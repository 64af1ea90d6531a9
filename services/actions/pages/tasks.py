"""The provider's tasks on a case, as the task list shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.actions.domain.case import ActionItem, Case
from services.actions.pages.words import Tag
from shared.contracts.cases import CaseState

_PROVIDERS_TURN = frozenset({CaseState.ACKNOWLEDGED, CaseState.DISPUTED})

COMPLETED = "Completed"
CANNOT_START = "Cannot start yet"
NOT_STARTED = Tag("Not yet started", "blue")
IN_PROGRESS = Tag("In progress", "white")
AGAIN = Tag("Answer again", "orange")


@dataclass(frozen=True)
class Task:
    title: str
    page: str | None
    """The page of the case that does it; None when there is nothing to do."""
    status: str | Tag


def tasks(case: Case, actions: Sequence[ActionItem]) -> list[Task]:
    return [_acknowledge(case), _learn(case), _plan(case, actions), _answer(case)]


def _acknowledge(case: Case) -> Task:
    title = "Acknowledge the alert"
    if case.state is CaseState.OPEN:
        return Task(title, "acknowledge", NOT_STARTED)
    return Task(title, None, COMPLETED)


def _learn(case: Case) -> Task:
    title = "Learning response"
    if case.acknowledged_at is None:
        return Task(title, None, CANNOT_START)
    page = "learning-response" if case.state in _PROVIDERS_TURN else None
    return Task(title, page, COMPLETED if case.learning else NOT_STARTED)


def _plan(case: Case, actions: Sequence[ActionItem]) -> Task:
    title = "Action plan"
    if case.acknowledged_at is None:
        return Task(title, None, CANNOT_START)
    if not actions:
        page = None if case.state is CaseState.CLOSED else "actions"
        return Task(title, page, "No actions")
    is_done = all(action.completed_on for action in actions)
    return Task(title, "actions", COMPLETED if is_done else IN_PROGRESS)


def _answer(case: Case) -> Task:
    title = "Outcome"
    if case.acknowledged_at is None or case.learning is None:
        return Task(title, None, CANNOT_START)
    if case.state is CaseState.DISPUTED:
        return Task(title, "outcome", AGAIN)
    if case.state is CaseState.ACKNOWLEDGED:
        return Task(title, "outcome", NOT_STARTED)
    return Task(title, None, COMPLETED)
