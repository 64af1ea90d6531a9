"""The loop's receipt: whoever reported confirms the outcome or disputes it."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions import use_cases
from services.actions.pages.answer import form_page, refused
from services.actions.pages.case import find_case, to_case
from services.actions.pages.forms import DisputeForm
from services.actions.pages.people import CaseReference, Reporter, person_of
from services.actions.pages.words import Done
from services.actions.repository import CaseFile, Scope
from shared.contracts.cases import CaseState
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.forms import read_form

router = APIRouter()


@router.get("/cases/{reference}/confirm")
async def confirm_page(
    request: Request, reference: CaseReference, actor: Reporter, connection: Reading
) -> Response:
    return await _page(request, "confirm.html", reference, actor, connection)


@router.post("/cases/{reference}/confirm")
async def confirm(reference: CaseReference, actor: Reporter, tx: Tx) -> Response:
    await use_cases.confirm_outcome(reference, person_of(actor), tx)
    return to_case(reference, Done.CONFIRMED)


@router.get("/cases/{reference}/dispute")
async def dispute_form(
    request: Request, reference: CaseReference, actor: Reporter, connection: Reading
) -> Response:
    return await _page(request, "dispute.html", reference, actor, connection)


@router.post("/cases/{reference}/dispute")
async def dispute(request: Request, reference: CaseReference, actor: Reporter, tx: Tx) -> Response:
    file = await _own_case(tx.connection, actor, reference)
    form = await read_form(request, DisputeForm)
    if form.value is None:
        return await refused(request, "dispute.html", tx.connection, file, form)
    try:
        await use_cases.dispute_outcome(reference, form.value.reason, person_of(actor), tx)
    except use_cases.NotNow as problem:
        form = form.refuse("reason", problem.detail)
        return await refused(request, "dispute.html", tx.connection, file, form, 409)
    return to_case(reference, Done.DISPUTED)


async def _page(
    request: Request,
    template: str,
    reference: str,
    actor: Actor,
    connection: AsyncConnection,
) -> Response:
    file = await _own_case(connection, actor, reference)
    if file.case.state is not CaseState.ANSWERED:
        return RedirectResponse(f"/cases/{reference}", 303)
    return await form_page(request, template, connection, file, values={})


async def _own_case(connection: AsyncConnection, actor: Actor, reference: str) -> CaseFile:
    return await find_case(connection, Scope(reported=actor.codes), reference)
