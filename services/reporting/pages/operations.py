"""The operations page: how the estate is, in numbers. No free text and no record's contents."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from services.reporting.domain.numbers import EXACT, SmallNumbers
from services.reporting.domain.reconciliation import Reconciliation, Stage
from services.reporting.health_board import HealthBoard, ProcessHealth
from services.reporting.pages import letter_words
from services.reporting.pages.views import rule_of
from services.reporting.repository import letters, operations, reconciliation, tallies
from services.reporting.repository.trends import now
from shared.contracts.cases import CaseState
from shared.contracts.directory import Role
from shared.contracts.messages import MessageState
from shared.platform.http import Reading
from shared.web.actors import Actor, require
from shared.web.pages import render

SOON = timedelta(hours=4)
STAGES = {
    Stage.INTAKE: ("Intake's outbox", "Accepted, and not on Kafka yet."),
    Stage.CLASSIFICATION: ("Classification", "Without themes."),
    Stage.ACTIONS: ("Actions", "Without a case."),
    Stage.NOTIFICATIONS: ("Notifications", "The clock runs, and no alert has been sent."),
    Stage.REPORTING: ("Reporting", "Published, and not read here yet."),
    Stage.NOWHERE: ("Nowhere", "Accepted, and found neither in intake's outbox nor on its way."),
    Stage.NOT_ACCEPTED: ("Not accepted", "Heard of, and not accepted by intake."),
}
"""What each stage is called, and what it means for a report to wait there."""
GROUPS = 50

router = APIRouter()
Watcher = Annotated[Actor, Depends(require(Role.OPERATOR, Role.QUALITY_LEAD))]


@router.get("/operations", response_class=HTMLResponse)
async def show_operations(request: Request, actor: Watcher, connection: Reading) -> HTMLResponse:
    """Health of every process, the account of every report, cases, messages and dead letters. These are of the whole estate, so
    only operators, who keep its account, see exact numbers and references."""
    rule = EXACT if actor.may(Role.OPERATOR) else rule_of(request)
    board: HealthBoard = request.app.state.health_board
    processes = board.processes()
    tallied = await tallies(connection)
    clocks = await operations.clocks(connection, SOON)
    account = await reconciliation.newest(connection)
    return render(
        request,
        "reporting/operations.html",
        now=await now(connection),
        processes=processes,
        unwell=sum(not process.is_well for process in processes),
        account=account and _shown(account, rule),
        stages=STAGES,
        overdue=rule.shown(clocks.overdue),
        due_soon=rule.shown(clocks.due_soon),
        cases={state: rule.shown(tallied.get(f"cases_{state}", 0)) for state in CaseState},
        messages={
            state: rule.shown(number) for state, number in _messages(processes, tallied).items()
        },
        dead_letters=await letters.groups(connection, limit=GROUPS),
        causes=letter_words.CAUSES,
        rule=rule,
    )


def _shown(account: Reconciliation, rule: SmallNumbers) -> dict[str, object]:
    """The account as the reader may see it."""
    numbers = {
        "accepted": account.accepted,
        "open": account.open,
        "closed": account.closed,
        "imported": account.imported,
        "set_aside": account.set_aside,
        "difference": account.difference,
    }
    return {
        "checked_at": account.checked_at,
        "until": account.until,
        "numbers": {
            name: None if number is None else rule.shown(number) for name, number in numbers.items()
        },
        "waiting": [
            {
                "stage": one.stage,
                "number": rule.shown(one.number),
                "for": account.checked_at - one.since,
                "references": one.references if rule.exact else (),
            }
            for one in account.waiting
        ],
    }


def _messages(
    processes: list[ProcessHealth], tallied: Mapping[str, int]
) -> dict[MessageState, int]:
    """As notifications counts them, which knows of those not yet settled; as settled where it is silent."""
    return {
        state: found
        if (found := _count(processes, "notifications", f"messages_{state}")) is not None
        else tallied.get(f"messages_{state}", 0)
        for state in MessageState
    }


def _count(processes: list[ProcessHealth], service: str, name: str) -> int | None:
    """By the newest heartbeat that says it: replicas share a database and count the same."""
    found = [
        (process.silent_seconds, process.heartbeat.counts[name])
        for process in processes
        if process.service == service and process.heartbeat and name in process.heartbeat.counts
    ]
    return min(found)[1] if found else None
