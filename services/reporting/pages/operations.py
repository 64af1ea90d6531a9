"""The operations page: how the estate is, in numbers. No free text and no record's contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from services.reporting.domain.numbers import EXACT
from services.reporting.health_board import HealthBoard, ProcessHealth
from services.reporting.pages import letter_words
from services.reporting.pages.views import rule_of
from services.reporting.repository import letters, operations, tallies
from services.reporting.repository.trends import now
from shared.contracts.cases import CaseState
from shared.contracts.directory import Role
from shared.contracts.messages import MessageState
from shared.platform.http import Reading
from shared.web.actors import Actor, require
from shared.web.pages import render

SOON = timedelta(hours=4)
GROUPS = 50

router = APIRouter()
Watcher = Annotated[Actor, Depends(require(Role.OPERATOR, Role.QUALITY_LEAD))]


@dataclass(frozen=True)
class Chain:
    """How many reports have come how far. None where the service has not been heard from."""

    accepted: int | None
    classified: int | None
    counted: int

    @property
    def difference(self) -> int | None:
        """Accepted and not yet counted: on the way, or set aside."""
        return None if self.accepted is None else self.accepted - self.counted

    @property
    def numbers(self) -> dict[str, int | None]:
        return {
            "accepted": self.accepted,
            "classified": self.classified,
            "counted": self.counted,
            "difference": self.difference,
        }


@router.get("/operations", response_class=HTMLResponse)
async def show_operations(request: Request, actor: Watcher, connection: Reading) -> HTMLResponse:
    """Health of every process, the chain's account, cases, messages and dead letters. These are of the whole estate, so only
    operators, who keep its account, see exact numbers."""
    rule = EXACT if actor.may(Role.OPERATOR) else rule_of(request)
    board: HealthBoard = request.app.state.health_board
    processes = board.processes()
    tallied = await tallies(connection)
    clocks = await operations.clocks(connection, SOON)
    chain = chain_of(processes, tallied["reports_counted"])
    return render(
        request,
        "reporting/operations.html",
        now=await now(connection),
        processes=processes,
        unwell=sum(not process.is_well for process in processes),
        chain={
            name: None if number is None else rule.shown(number)
            for name, number in chain.numbers.items()
        },
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


def chain_of(processes: list[ProcessHealth], counted: int) -> Chain:
    return Chain(
        accepted=_count(processes, "intake", "reports_accepted"),
        classified=_count(processes, "classification", "reports_classified"),
        counted=counted,
    )


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
