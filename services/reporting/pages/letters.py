"""Dead letters, for operators: what was set aside and why, masked; and what is to become of it."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import use_cases
from services.reporting.domain.letters import Selection
from services.reporting.domain.shapes import faults_in
from services.reporting.pages import letter_words as words
from services.reporting.repository import letter_decisions, letters
from services.reporting.repository.letters import Group, Letter
from shared.contracts.directory import Role
from shared.contracts.operations import Decision
from shared.platform.audit import RecordKind
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor, require
from shared.web.drafts import Draft
from shared.web.forms import Filled, Form, read_form, wrong
from shared.web.history import Before, Record, download_history, newest_lines, show_history
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

PATH = "/operations/dead-letters"
MOST_GROUPS = 50
MOST_DECISIONS = 10
PAGE_SIZE = 20
MOST_LINES = 30

Operator = Annotated[Actor, Depends(require(Role.OPERATOR))]
GroupInPath = Annotated[str, Path(max_length=40)]

router = APIRouter(prefix=PATH, dependencies=[Depends(require(Role.OPERATOR))])

HISTORY = Record(
    title="Decisions about dead letters",
    caption="History",
    path=f"{PATH}/history",
    back=(PATH, "Back to dead letters"),
    kinds=(RecordKind.DEAD_LETTER,),
    record_id=None,
    words=words.HISTORY,
)


class DecisionForm(Form):
    decision: Decision
    reason: Annotated[str, StringConstraints(max_length=500)] = ""

    messages: ClassVar[Mapping[str, str]] = {
        "decision": "Select whether to replay or to discard",
        "reason.string_too_long": "Reason must be 500 characters or fewer",
    }

    @model_validator(mode="after")
    def _discarded_for_a_reason(self) -> Self:
        if self.decision is Decision.DISCARD and not self.reason:
            raise wrong("reason", "Enter why it is to be discarded")
        return self


@router.get("", response_class=HTMLResponse)
async def show_groups(request: Request, connection: Reading) -> HTMLResponse:
    return render(
        request,
        "reporting/dead_letters.html",
        groups=await letters.groups(connection, limit=MOST_GROUPS),
        decisions=await letter_decisions.newest(connection, limit=MOST_DECISIONS),
        nothing="nothing" in request.query_params,
        most=MOST_GROUPS,
        words=words,
    )


@router.get("/history")
async def history(request: Request, connection: Reading, before: Before = None) -> Response:
    return await show_history(request, connection, HISTORY, before)


@router.get("/history.csv")
async def history_file(connection: Reading) -> Response:
    return await download_history(connection, HISTORY)


@router.get("/decisions/{decision_id}", response_class=HTMLResponse)
async def show_decision(request: Request, connection: Reading, decision_id: UUID) -> HTMLResponse:
    found = await letter_decisions.one(connection, decision_id)
    if found is None:
        raise NotFound("There is no such decision.")
    return render(request, "reporting/letter_decision.html", decided=found, words=words)


@router.get("/letters/{letter_id}", response_class=HTMLResponse)
async def show_letter(
    request: Request, letter_id: UUID, draft: Draft, connection: Reading
) -> HTMLResponse:
    letter = await _letter(connection, letter_id)
    values = await draft.over(connection, DecisionForm, {})
    return await _letter_page(request, connection, letter, values, {})


@router.post("/letters/{letter_id}")
async def decide_about_letter(
    request: Request, letter_id: UUID, _: Operator, draft: Draft, tx: Tx
) -> Response:
    letter = await _letter(tx.connection, letter_id)
    filled = await read_form(request, DecisionForm)
    if filled.value is None:
        return await _letter_page(request, tx.connection, letter, filled.typed, filled.errors)
    return await _decide(Selection(ids=(letter_id,)), filled, draft, tx)


@router.get("/{group}", response_class=HTMLResponse)
async def show_group(
    request: Request, group: GroupInPath, draft: Draft, connection: Reading, page: PageNumber = 1
) -> HTMLResponse:
    found = await _group(connection, group)
    values = await draft.over(connection, DecisionForm, {})
    return await _group_page(request, connection, found, values, {}, page)


@router.post("/{group}")
async def decide_about_group(
    request: Request, group: GroupInPath, _: Operator, draft: Draft, tx: Tx
) -> Response:
    found = await _group(tx.connection, group)
    filled = await read_form(request, DecisionForm)
    if filled.value is None:
        return await _group_page(request, tx.connection, found, filled.typed, filled.errors, 1)
    return await _decide(Selection(group=group), filled, draft, tx)


async def _decide(
    selection: Selection, filled: Filled[DecisionForm], draft: Draft, tx: Tx
) -> RedirectResponse:
    assert filled.value is not None  # noqa: S101 - asked by whoever calls
    form = filled.value
    decided = await use_cases.decide_about_letters(selection, form.decision, form.reason, tx)
    await draft.sent(tx.connection)
    if decided is None:
        return RedirectResponse(f"{PATH}?nothing", 303)
    return RedirectResponse(f"{PATH}/decisions/{decided.decision_id}", 303)


async def _group(connection: AsyncConnection, group: str) -> Group:
    found = await letters.groups(connection, Selection(group=group.replace("\0", "")), limit=1)
    if not found:
        raise NotFound("No dead letters of this kind are open: all have been decided about.")
    return found[0]


async def _letter(connection: AsyncConnection, letter_id: UUID) -> Letter:
    found = await letters.letter(connection, letter_id)
    if found is None:
        raise NotFound("There is no such dead letter.")
    return found


async def _group_page(
    request: Request,
    connection: AsyncConnection,
    group: Group,
    values: Mapping[str, object],
    errors: Mapping[str, str],
    page: int,
) -> HTMLResponse:
    pages = Pages(f"{PATH}/{group.group}", {}, page, group.number, PAGE_SIZE)
    found = await letters.letters(
        connection, Selection(group=group.group), limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return render(
        request,
        "reporting/letter_group.html",
        422 if errors else 200,
        group=group,
        letters=found,
        faults={one.letter_id: faults_in(one.detail) for one in found},
        pages=pages,
        at_once=use_cases.DECIDED_AT_ONCE,
        values=values,
        errors=errors,
        words=words,
    )


async def _letter_page(
    request: Request,
    connection: AsyncConnection,
    letter: Letter,
    values: Mapping[str, object],
    errors: Mapping[str, str],
) -> HTMLResponse:
    record = Record(
        title="History of the dead letter",
        caption=str(letter.letter_id),
        path="",
        back=("", ""),
        kinds=(RecordKind.DEAD_LETTER,),
        record_id=str(letter.letter_id),
        words=words.HISTORY,
    )
    return render(
        request,
        "reporting/letter.html",
        422 if errors else 200,
        letter=letter,
        faults=faults_in(letter.detail),
        lines=await newest_lines(connection, record, limit=MOST_LINES),
        values=values,
        errors=errors,
        words=words,
    )
