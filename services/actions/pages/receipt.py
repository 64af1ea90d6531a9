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
from shared.web.drafts import Draft
from shared.web.forms import read_form

router = APIRouter()


@router.get("/cases/{reference}/confirm")
async def confirm_page(
    request: Request, reference: CaseReference, actor: Reporter, connection: Reading
) -> Response:
    file = await _own_case(connection, actor, reference)
    if file.case.state is not CaseState.ANSWERED:
        return _back(reference)
    return await form_page(request, "confirm.html", connection, file, values={})


@router.post("/cases/{reference}/confirm")
async def confirm(reference: CaseReference, actor: Reporter, tx: Tx) -> Response:
    await use_cases.confirm_outcome(reference, person_of(actor), tx)
    return to_case(reference, Done.CONFIRMED)


@router.get("/cases/{reference}/dispute")
async def dispute_form(
    request: Request, reference: CaseReference, actor: Reporter, draft: Draft, connection: Reading
) -> Response:
    file = await _own_case(connection, actor, reference)
    if file.case.state is not CaseState.ANSWERED:
        return _back(reference)
    values = await draft.over(connection, DisputeForm, {})
    return await form_page(request, "dispute.html", connection, file, values=values)


@router.post("/cases/{reference}/dispute")
async def dispute(
    request: Request, reference: CaseReference, actor: Reporter, draft: Draft, tx: Tx
) -> Response:
    file = await _own_case(tx.connection, actor, reference)
    form = await read_form(request, DisputeForm)
    if form.value is None:
        return await refused(request, "dispute.html", tx.connection, file, form)
    try:
        await use_cases.dispute_outcome(reference, form.value.reason, person_of(actor), tx)
    except use_cases.NotNow as problem:
        form = form.refuse("reason", problem.detail)
        return await refused(request, "dispute.html", tx.connection, file, form, 409)
    await draft.sent(tx.connection)
    return to_case(reference, Done.DISPUTED)


async def _own_case(connection: AsyncConnection, actor: Actor, reference: str) -> CaseFile:
    return await find_case(connection, Scope(reported=actor.codes), reference)


def _back(reference: str) -> Response:
    """Nothing waits for a word: the case says why."""
    return RedirectResponse(f"/cases/{reference}", 303)
