"""The delivery log, for operators: what was sent, to which organisation, and how it ended. No address is shown whole."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BeforeValidator

from services.notifications import use_cases
from services.notifications.domain import MailKind, Status
from services.notifications.pages import words
from services.notifications.repository import delivery_log
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.pages import render

PAGE_SIZE = 50

_ALL = BeforeValidator(lambda value: value or None)
"""A filter that is left at "All" arrives empty."""

router = APIRouter(prefix="/messages")


@router.get("")
async def delivery_log_page(
    request: Request,
    connection: Reading,
    status: Annotated[Status | None, _ALL] = None,
    kind: Annotated[MailKind | None, _ALL] = None,
    before: UUID | None = None,
) -> HTMLResponse:
    found = await delivery_log.entries(
        connection, status=status, kind=kind, before=before, limit=PAGE_SIZE + 1
    )
    shown = found[:PAGE_SIZE]
    return render(
        request,
        "messages.html",
        entries=shown,
        organisations=await directory.names(connection, {one.recipient for one in shown}),
        counts=await delivery_log.by_status(connection),
        status=status,
        kind=kind,
        before=before,
        older=_link(status, kind, shown[-1].message_id) if len(found) > PAGE_SIZE else None,
        newest=_link(status, kind) if before else None,
        words=words,
    )


def _link(status: Status | None, kind: MailKind | None, before: UUID | None = None) -> str:
    asked = {"status": status, "kind": kind, "before": before}
    return f"/messages?{urlencode({name: value for name, value in asked.items() if value})}"


@router.get("/{message_id}")
async def message_page(request: Request, connection: Reading, message_id: UUID) -> HTMLResponse:
    entry = await delivery_log.entry(connection, message_id)
    if entry is None:
        raise NotFound("There is no such message.")
    names = await directory.names(connection, {entry.recipient})
    return render(
        request,
        "message.html",
        entry=entry,
        organisation=names[entry.recipient],
        attempts=await delivery_log.attempts(connection, message_id),
        words=words,
    )


@router.post("/{message_id}/send-again")
async def send_again(tx: Tx, message_id: UUID) -> RedirectResponse:
    await use_cases.send_again(message_id, tx)
    return RedirectResponse(f"/messages/{message_id}", status_code=303)
