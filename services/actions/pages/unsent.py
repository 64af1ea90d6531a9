"""What a person had begun to write on a case and not sent."""

from collections.abc import Collection, Sequence

from services.actions.domain.case import Case
from services.actions.pages.tasks import Task
from shared.contracts.cases import CaseState
from shared.web.drafts import Unfinished, Unsent

TITLES = {
    "acknowledge": "Acknowledge the alert",
    "learning-response": "Learning response",
    "actions": "Action plan",
    "outcome": "Outcome",
    "dispute": "Dispute the outcome",
}
"""By the last part of the form's address."""


def unsent_of(case: Case, drafts: Sequence[Unfinished], tasks: Collection[Task]) -> list[Unsent]:
    """In the order of the drafts; open are the forms whose turn it is."""
    open_pages = {task.page for task in tasks if task.page}
    if case.state is CaseState.ANSWERED:
        open_pages.add("dispute")
    pages = [(each, each.form.rpartition("/")[2]) for each in drafts]
    return [
        Unsent(each.form, TITLES[page], each.saved_at, is_open=page in open_pages)
        for each, page in pages
        if page in TITLES
    ]
