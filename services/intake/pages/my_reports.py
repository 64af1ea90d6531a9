"""My reports: what the organisation reported, and what became of each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import repository
from services.intake.domain.references import typed_reference
from services.intake.repository import Filter, MyReport
from shared.contracts.cases import CaseState
from shared.contracts.directory import PROVIDER_KINDS, Role
from shared.directory import repository as directory
from shared.platform.http import Reading
from shared.web import drafts
from shared.web.actors import Actor, require
from shared.web.drafts import Unsent
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

router = APIRouter()
Reporter = Annotated[Actor, Depends(require(Role.REPORTER))]
PAGE_SIZE = 25


class Shown(StrEnum):
    """The filter's choices: the states of a case, as a practice thinks of them, and what it has taken back."""

    WAITING = "waiting"
    WORKING = "working"
    REPLY = "reply"
    DISPUTED = "disputed"
    CLOSED = "closed"
    HISTORY = "history"
    WITHDRAWN = "withdrawn"


STATES = {
    Shown.WAITING: CaseState.OPEN,
    Shown.WORKING: CaseState.ACKNOWLEDGED,
    Shown.REPLY: CaseState.ANSWERED,
    Shown.DISPUTED: CaseState.DISPUTED,
    Shown.CLOSED: CaseState.CLOSED,
    Shown.HISTORY: CaseState.HISTORY,
}
LABELS = {
    CaseState.OPEN: ("Waiting for provider", "blue"),
    CaseState.ACKNOWLEDGED: ("Provider is working on it", "yellow"),
    CaseState.ANSWERED: ("Waiting for your reply", "purple"),
    CaseState.DISPUTED: ("Disputed", "orange"),
    CaseState.CLOSED: ("Closed", "green"),
    CaseState.HISTORY: ("Imported history", "grey"),
}
OVERDUE = ("Overdue", "red")
WITHDRAWN = ("Withdrawn", "grey")


@dataclass(frozen=True)
class Status:
    """A report's state as its tag."""

    text: str
    colour: str


def status_of(report: MyReport) -> Status:
    """What the tag says. Until actions has opened the case, the report waits for the provider like any other."""
    if report.withdrawn_at is not None:
        return Status(*WITHDRAWN)
    state = report.state or CaseState.OPEN
    if state is CaseState.OPEN and report.overdue:
        return Status(*OVERDUE)
    return Status(*LABELS[state])


@router.get("/reports")
async def show_reports(
    request: Request,
    actor: Reporter,
    connection: Reading,
    status: Shown | Literal[""] = "",
    provider: Annotated[str, Query(pattern=r"^[A-Z0-9]{0,12}$")] = "",
    reference: Annotated[str, Query(max_length=40)] = "",
    page: PageNumber = 1,
) -> Response:
    wanted = Filter(
        states=frozenset({STATES[status]})
        if status and status is not Shown.WITHDRAWN
        else frozenset(),
        withdrawn=status is Shown.WITHDRAWN,
        provider=provider or None,
        reference=_searchable(reference),
    )
    mine = actor.codes
    total = await repository.count_reports_of(connection, mine, wanted)
    found = await repository.reports_of(
        connection, mine, wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    query = {"status": str(status), "provider": provider, "reference": reference}
    return render(
        request,
        "my_reports.html",
        reports=[(report, status_of(report)) for report in found],
        total=total,
        values=query,
        filtered=any(query.values()),
        names=await _names(connection, found),
        own=actor.organisation.code,
        providers=await directory.listed(connection, PROVIDER_KINDS, closed=True),
        unfinished=[
            Unsent(each.form, "A report", each.saved_at)
            for each in await drafts.unfinished(request, actor, connection, "/report")
        ],
        choices=[
            *((shown.value, LABELS[state][0]) for shown, state in STATES.items()),
            (Shown.WITHDRAWN.value, WITHDRAWN[0]),
        ],
        pages=Pages("/reports", query, page, total, PAGE_SIZE),
    )


async def _names(connection: AsyncConnection, reports: list[MyReport]) -> dict[str, str]:
    codes = {code for each in reports for code in (each.provider, each.reporter)}
    return await directory.names(connection, codes)


def _searchable(reference: str) -> str | None:
    """What the database can look for: NUL, which it cannot hold, is in no reference."""
    return typed_reference(reference.replace("\0", "")) if reference.strip() else None
