"""The provider's action plan on a case: what will be done, by whom, by when; and what is done."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from uuid_utils.compat import uuid7

from services.actions import repository, use_cases
from services.actions.domain.case import ActionItem
from services.actions.domain.clock import local_day
from services.actions.pages.answer import form_page, own_case, refused
from services.actions.pages.case import to_case
from services.actions.pages.forms import ActionForm
from services.actions.pages.people import CaseReference, Responder, person_of
from services.actions.pages.words import Done
from shared.contracts.cases import CaseState
from shared.platform.http import Reading, Tx
from shared.web.drafts import Draft
from shared.web.forms import read_form

router = APIRouter()

_CANNOT_HAVE_ACTIONS = frozenset({CaseState.OPEN, CaseState.HISTORY})
_PAGE = "actions.html"


@router.get("/cases/{reference}/actions")
async def action_plan(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, connection: Reading
) -> Response:
    file = await own_case(connection, actor, reference)
    if file.case.state in _CANNOT_HAVE_ACTIONS:
        return RedirectResponse(f"/cases/{reference}", 303)
    now = await repository.database_time(connection)
    return await form_page(
        request,
        _PAGE,
        connection,
        file,
        values=await draft.over(connection, ActionForm, {"action_id": str(uuid7())}),
        actions=await repository.actions_of(connection, file.case.report_id),
        today=local_day(now),
    )


@router.post("/cases/{reference}/actions")
async def plan_action(
    request: Request, reference: CaseReference, actor: Responder, draft: Draft, tx: Tx
) -> Response:
    file = await own_case(tx.connection, actor, reference)
    form = await read_form(request, ActionForm)
    today = local_day(tx.now)
    if form.value is not None and form.value.due_on < today:
        form = form.refuse("due_on", "The date must be today or in the future")
    actions = await repository.actions_of(tx.connection, file.case.report_id)
    if form.value is None:
        return await refused(
            request, _PAGE, tx.connection, file, form, actions=actions, today=today
        )
    value = form.value
    action = ActionItem(value.action_id, value.description, value.owner, value.due_on)
    try:
        await use_cases.plan_action(reference, action, person_of(actor), tx)
    except use_cases.NotNow as problem:
        form = form.refuse("description", problem.detail)
        return await refused(
            request, _PAGE, tx.connection, file, form, 409, actions=actions, today=today
        )
    await draft.sent(tx.connection, action_id=str(value.action_id))
    return to_case(reference, Done.PLANNED)


@router.post("/cases/{reference}/actions/{action_id}/complete")
async def complete_action(
    reference: CaseReference, action_id: UUID, actor: Responder, tx: Tx
) -> Response:
    await use_cases.complete_action(reference, action_id, person_of(actor), tx)
    return to_case(reference, Done.COMPLETED)
