"""The second copy: a schema beside the service's own, with all of its tables, empty. Handlers that run there find and change nothing
else; what the service would tell others ends in an outbox that nobody reads."""

from collections.abc import Sequence

from asyncpg import LockNotAvailableError
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.platform.migrations import migrate
from shared.platform.tables import inbox

SCHEMA, REPLACED = "insight_rebuild", "insight_replaced"
_ONE_AT_A_TIME = 6_420_011
_WAIT, _TIMES = "500ms", 60
"""For readers of the old tables, and writers to them, to end. A wait is shorter than the second after which PostgreSQL looks for those
that wait for each other, and ends one of them."""


class AnotherRebuild(Exception):
    """Somebody else rebuilds this database just now."""


async def claim(connection: AsyncConnection) -> None:
    """For as long as the connection lives. Raises AnotherRebuild."""
    mine = await connection.execute(
        text("SELECT pg_try_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME}
    )
    if not mine.scalar_one():
        raise AnotherRebuild


async def make(engine: AsyncEngine, url: str, service: str, role: str) -> None:
    """An empty copy of the service's schema, by the migrations that made the first."""
    await drop(engine)
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    await migrate(url, service, role, schema=SCHEMA)


async def drop(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for schema in (SCHEMA, REPLACED):
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))


async def hold_still(connection: AsyncConnection, tables: Sequence[Table]) -> None:
    """Until the transaction ends nobody writes these tables, nor applies a fact; everybody goes on reading."""
    await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    await _lock(connection, (inbox, *tables), "EXCLUSIVE")


async def differences(connection: AsyncConnection, tables: Sequence[Table]) -> dict[str, int]:
    """By table, how many rows only one of the two copies has. Tables that are equal, row for row, are left out."""
    found = {}
    for table in tables:
        old, new = f'TABLE public."{table.name}"', f'TABLE {SCHEMA}."{table.name}"'
        rows = await connection.execute(
            text(
                f"SELECT count(*) FROM (({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old})) AS d"  # noqa: S608 - names of our own tables
            )
        )
        if count := rows.scalar_one():
            found[table.name] = count
    return found


async def rows_of(connection: AsyncConnection, tables: Sequence[Table]) -> dict[str, int]:
    """How many rows each new table has."""
    return {
        table.name: (
            await connection.execute(text(f'SELECT count(*) FROM {SCHEMA}."{table.name}"'))  # noqa: S608 - names of our own tables
        ).scalar_one()
        for table in tables
    }


async def switch(connection: AsyncConnection, tables: Sequence[Table], afterwards: str) -> None:
    """The new tables take the old ones' places, within the transaction that holds the old ones still. What was applied to the new
    ones only is known to the inbox from now on."""
    await _lock(connection, tables, "ACCESS EXCLUSIVE")
    await connection.execute(text(f"CREATE SCHEMA {REPLACED}"))
    for table in tables:
        await connection.execute(text(f'ALTER TABLE public."{table.name}" SET SCHEMA {REPLACED}'))
        await connection.execute(text(f'ALTER TABLE {SCHEMA}."{table.name}" SET SCHEMA public'))
    await connection.execute(
        text(
            f"INSERT INTO public.inbox (event_id) SELECT event_id FROM {SCHEMA}.inbox ON CONFLICT DO NOTHING"  # noqa: S608 - our own name
        )
    )
    if afterwards:
        await connection.execute(text(afterwards))


async def _lock(connection: AsyncConnection, tables: Sequence[Table], mode: str) -> None:
    """All of them or, for the moment, none: somebody who has one and waits for another goes on meanwhile. Raises DBAPIError when they
    are never free together."""
    names = ", ".join(f'public."{table.name}"' for table in tables)
    for again in reversed(range(_TIMES)):
        try:
            async with connection.begin_nested():
                await connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
                await connection.execute(text(f"LOCK TABLE {names} IN {mode} MODE"))
                await connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
                return
        except DBAPIError as error:
            if not again or not _taken(error):
                raise


def _taken(error: DBAPIError) -> bool:
    return bool(getattr(error.orig, "sqlstate", None) == LockNotAvailableError.sqlstate)
