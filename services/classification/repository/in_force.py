"""What verdicts are given by, as the history tells it."""

import json

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit import RecordKind
from shared.platform.audit.repository import entries_of


async def lock_what_is_in_force(connection: AsyncConnection) -> None:
    """Until the transaction ends: of two processes that start at once, one says what is new."""
    await connection.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended("what is in force", 0)))
    )


async def said_to_be_in_force(connection: AsyncConnection) -> dict[str, dict[str, object]]:
    """By kind of report, as the history's entries tell it, each of which holds what changed."""
    kept = await entries_of(connection, [RecordKind.TAXONOMY], limit=100_000)
    said: dict[str, dict[str, object]] = {}
    for one in reversed(kept):
        said.setdefault(one.entry.record_id, {}).update(json.loads(one.entry.after))
    return said
