"""Every question asked of the endings, and the statements that change them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.sessions import SessionEnded
from shared.platform.database import insert_rows
from shared.sessions.tables import session_ending as table

_WIDEST = """
ON CONFLICT (handle) DO UPDATE SET
    signed_in_until = CASE
        WHEN excluded.signed_in_until IS NULL OR session_ending.signed_in_until IS NULL THEN NULL
        ELSE greatest(excluded.signed_in_until, session_ending.signed_in_until)
    END,
    ended_at = greatest(excluded.ended_at, session_ending.ended_at)
"""


async def save(connection: AsyncConnection, endings: Sequence[SessionEnded]) -> None:
    """One statement for all; at most one ending of a handle. An ending never becomes narrower."""
    rows = [
        {
            "handle": each.handle,
            "signed_in_until": each.signed_in_until,
            "ended_at": each.occurred_at,
        }
        for each in endings
    ]
    await insert_rows(connection, table, rows, _WIDEST)


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Drop what ended before this time."""
    await connection.execute(delete(table).where(table.c.ended_at < before))


async def has_ended(
    connection: AsyncConnection, handles: Collection[str], signed_in_at: datetime
) -> bool:
    """Whether any of a session's handles was ended, for sessions signed in at that time."""
    found = exists().where(
        table.c.handle.in_(handles),
        or_(table.c.signed_in_until.is_(None), table.c.signed_in_until >= signed_in_at),
    )
    return bool((await connection.execute(select(found))).scalar_one())
