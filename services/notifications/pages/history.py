"""The history of a message, for operators."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.pages import words
from services.notifications.repository import delivery_log
from shared.platform.audit import RecordKind
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web.history import Before, Record, download_history, newest_lines, show_history

router = APIRouter(prefix="/messages")


@router.get("/{message_id}/history")
async def history(
    request: Request, connection: Reading, message_id: UUID, before: Before = None
) -> Response:
    record = await _record(connection, message_id)
    return await show_history(request, connection, record, before)


@router.get("/{message_id}/history.csv")
async def history_file(connection: Reading, message_id: UUID) -> Response:
    return await download_history(connection, await _record(connection, message_id))


async def _record(connection: AsyncConnection, message_id: UUID) -> Record:
    """Also of a message that was held and gave way to those for the contacts. Raises NotFound."""
    entry = await delivery_log.entry(connection, message_id)
    record = Record(
        title="History of the message",
        caption=(entry.reference or words.KINDS[entry.kind]) if entry else str(message_id),
        path=f"/messages/{message_id}/history",
        back=(f"/messages/{message_id}", "Back to the message")
        if entry
        else ("/messages", "Messages"),
        kinds=(RecordKind.MESSAGE,),
        record_id=str(message_id),
        words=words.HISTORY,
        note="Attempts that the mail server put off are in the delivery log only.",
    )
    if entry is None and not await newest_lines(connection, record, limit=1):
        raise NotFound("There is no such message.")
    return record
