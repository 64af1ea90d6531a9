"""One service's history against its own chain, its head, and what was told of it outside."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.platform.audit import repository
from shared.platform.audit.verification import Finding, Head, Verification

_TELL_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what does not fit."""

    service: str
    entries: int
    anchors: int
    findings: list[Finding]


async def read_head(database_url: str) -> tuple[Head, datetime]:
    """The head, and the database's time."""
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            now = (await connection.execute(select(func.now()))).scalar_one()
            return await repository.head(connection), now
    finally:
        await engine.dispose()


async def verify(
    service: str,
    database_url: str,
    anchors: Iterable[Head],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verified:
    """Reads every entry. `anchors` must have been read before; `tell` hears how many entries of how many are done."""
    known = list(anchors)
    engine = create_async_engine(database_url)
    try:
        # One snapshot: what is added meanwhile is neither in the head nor among the entries.
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        async with engine.connect() as connection:
            await connection.execution_options(**options)
            return await verify_on(connection, service, known, tell)
    finally:
        await engine.dispose()


async def verify_on(
    connection: AsyncConnection,
    service: str,
    anchors: list[Head],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verified:
    """The same on a connection that sees one snapshot."""
    head = await repository.head(connection)
    verification = Verification(head, anchors)
    seen = 0
    async for kept in repository.all_entries(connection):
        verification.see(kept)
        seen += 1
        if seen % _TELL_EVERY == 0:
            tell(seen, head[0])
    tell(seen, head[0])
    return Verified(service, seen, len(anchors), verification.findings())
