"""The provider's answer: acknowledge, learning response, outcome."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions import use_cases
from services.actions.domain.case import LearningResponse
from services.actions.pages import words
from services.actions.pages.case import find_case, heading_of, to_case
from services.actions.pages.forms import AcknowledgeForm, LearningForm, OutcomeForm, Stage
from services.actions.pages.people import CaseReference, Responder, person_of
from services.actions.pages.words import Done
from services.actions.repository import CaseFile, Scope
from shared.contracts.cases import CaseState
from shared.directory import repository as directory
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.drafts import Draft
from shared.web.forms import Filled, read_form
from shared.web.pages import render

router = APIRouter()

_CAN_ANSWER = frozenset({CaseState.ACKNOWLEDGED, CaseState.DISPUTED})


@router.get("/cases/{reference}/acknowledge")
async def acknowledge_form(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, connection: Reading
) -> Response:
    file = await own_case(connection, actor, reference)
    if file.case.state is not CaseState.OPEN:
        return _back(reference)
    values = await draft.over(connection, AcknowledgeForm, {"owner": actor.name})
    return await form_page(request, "acknowledge.html", connection, file, values=values)


@router.post("/cases/{reference}/acknowledge")
async def acknowledge(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, tx: Tx
) -> Response:
    file = await own_case(tx.connection, actor, reference)
    form = await read_form(request, AcknowledgeForm)
    if form.value is None:
        return await refused(request, "acknowledge.html", tx.connection, file, form)
    try:
        await use_cases.acknowledge(
            reference, form.value.owner, form.value.next_step, person_of(actor), tx
        )
    except use_cases.NotNow as problem:
        return await refused(
            request,
            "acknowledge.html",
            tx.connection,
            file,
            form.refuse("owner", problem.detail),
            409,
        )
    await draft.sent(tx.connection)
    return to_case(reference, Done.ACKNOWLEDGED)


@router.get("/cases/{reference}/learning-response")
async def learning_form(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, connection: Reading
) -> Response:
    file = await own_case(connection, actor, reference)
    if file.case.state not in _CAN_ANSWER:
        return _back(reference)
    learning = file.case.learning
    values: dict[str, object] = {}
    if learning:
        values = {
            "method": learning.method,
            "what_happened": learning.what_happened,
            "why": learning.why,
            "factors": list(learning.factors),
        }
    values = await draft.over(connection, LearningForm, values)
    return await form_page(request, "learning_response.html", connection, file, values=values)


@router.post("/cases/{reference}/learning-response")
async def learning_response(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, tx: Tx
) -> Response:
    file = await own_case(tx.connection, actor, reference)
    form = await read_form(request, LearningForm)
    if form.value is None:
        return await refused(request, "learning_response.html", tx.connection, file, form)
    value = form.value
    response = LearningResponse(value.method, value.what_happened, value.why, value.factors)
    try:
        await use_cases.record_learning_response(reference, response, person_of(actor), tx)
    except use_cases.NotNow as problem:
        form = form.refuse("method", problem.detail)
        return await refused(request, "learning_response.html", tx.connection, file, form, 409)
    await draft.sent(tx.connection)
    return to_case(reference, Done.LEARNED)


@router.get("/cases/{reference}/outcome")
async def outcome_form(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, connection: Reading
) -> Response:
    file = await own_case(connection, actor, reference)
    if file.case.state not in _CAN_ANSWER or file.case.learning is None:
        return _back(reference)
    values = await draft.over(connection, OutcomeForm, {"outcome": file.case.outcome or ""})
    return await form_page(request, "outcome.html", connection, file, values=values)


@router.post("/cases/{reference}/outcome")
async def outcome(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, tx: Tx
) -> Response:
    """Written, then checked, then sent; the text travels in the form, so that nothing is kept before it is sent."""
    file = await own_case(tx.connection, actor, reference)
    form = await read_form(request, OutcomeForm)
    if form.value is None:
        return await refused(request, "outcome.html", tx.connection, file, form)
    if form.value.stage is not Stage.SEND:
        template = "outcome_check.html" if form.value.stage is Stage.CHECK else "outcome.html"
        return await form_page(request, template, tx.connection, file, values=form.typed)
    try:
        await use_cases.record_outcome(reference, form.value.outcome, person_of(actor), tx)
    except use_cases.NotNow as problem:
        form = form.refuse("outcome", problem.detail)
        return await refused(request, "outcome.html", tx.connection, file, form, 409)
    await draft.sent(tx.connection)
    return to_case(reference, Done.ANSWERED)


async def own_case(connection: AsyncConnection, actor: Actor, reference: str) -> CaseFile:
    """The case, where it is the responder's organisation that answers it; raises NotFound."""
    return await find_case(connection, Scope(answers=actor.codes), reference)


async def form_page(
    request: Request,
    template: str,
    connection: AsyncConnection,
    file: CaseFile,
    *,
    values: Mapping[str, object],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    **more: object,
) -> Response:
    known = await directory.organisations(connection, {file.case.reporter, file.case.provider})
    return render(
        request,
        template,
        status,
        headers=None,
        file=file,
        case=file.case,
        heading=heading_of(file, known),
        values=values,
        errors=errors or {},
        words=words,
        **more,
    )


async def refused(
    request: Request,
    template: str,
    connection: AsyncConnection,
    file: CaseFile,
    form: Filled[Any],  # any form: its errors and what was typed are all that is shown
    status: int = 422,
    **more: object,
) -> Response:
    """The page again, with what is wrong and everything that was typed."""
    return await form_page(
        request,
        template,
        connection,
        file,
        values=form.typed,
        errors=form.errors,
        status=status,
        **more,
    )


def _back(reference: str) -> Response:
    """There is nothing to fill in now: the case says why."""
    return RedirectResponse(f"/cases/{reference}", 303)
