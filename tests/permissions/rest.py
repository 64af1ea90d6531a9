"""The estate's databases as they are when nothing is on its way: whatever somebody has changed shows."""

import asyncio
from collections.abc import Collection

from sqlalchemy import text

from tests.permissions.estate import Estate
from tests.support.apps import Running
from tests.support.waiting import eventually

Contents = dict[str, str]
"""By table, a digest of all its rows."""

_TABLES = text(
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
)
_NOTED_LATER = "last_used_at"
"""Of an API key: written by a worker, some time after the request."""
_RECKONED = frozenset({"reconciliation"})
"""Written by a worker each minute, whatever anybody does."""


async def until_at_rest(estate: Estate) -> None:
    """Every fact has arrived everywhere, and every mail has left."""

    async def is_at_rest() -> bool:
        beats = await asyncio.gather(
            *(service.runtime.status() for service in estate.services.values())
        )
        assert [beat.problems for beat in beats if beat.problems] == []
        waiting = [sum(beat.lag.values()) + beat.outbox_rows for beat in beats]
        if any(waiting):
            return False
        reporting, notifications = estate.services["reporting"], estate.services["notifications"]
        to_look_at = await _number(reporting, "SELECT count(*) FROM touched_subject")
        mails = await _number(notifications, "SELECT count(*) FROM message WHERE state <> 'sent'")
        return not to_look_at and not mails

    for _ in range(2):  # what was just heard may have something to say
        await eventually(is_at_rest, within=120, because="the estate does not come to rest")


async def at_rest(estate: Estate) -> Contents:
    """What all databases hold, once nothing is on its way."""
    await until_at_rest(estate)
    return await contents(estate)


async def contents(estate: Estate) -> Contents:
    """By service and table."""
    return {
        f"{name}.{table}": digest
        for name, service in estate.services.items()
        for table, digest in (await contents_of(service)).items()
    }


async def contents_of(service: Running, *, without: Collection[str] = ()) -> Contents:
    """Without some tables."""
    found: Contents = {}
    async with service.transactions.read() as connection:
        for table in set(await connection.scalars(_TABLES)) - _RECKONED - set(without):
            row = f"(to_jsonb(t) - '{_NOTED_LATER}')::text"
            digest = text(f'SELECT md5(string_agg({row}, chr(10) ORDER BY {row})) FROM "{table}" t')  # noqa: S608 - our own tables' names
            found[table] = str((await connection.execute(digest)).scalar_one())
    return found


async def _number(service: Running, statement: str) -> int:
    async with service.transactions.read() as connection:
        return int((await connection.execute(text(statement))).scalar_one())
