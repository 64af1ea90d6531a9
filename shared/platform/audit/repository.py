"""The statements of the history."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit.chain import Entry
from shared.platform.audit.verification import Kept
from shared.platform.tables import audit_entry, audit_head

_COLUMNS = (
    "kind",
    "record_id",
    "step",
    "author_kind",
    "author_id",
    "author_name",
    "acting_for",
    "before",
    "after",
)
_APPEND = text(
    "SELECT append_audit("
    + ", ".join(f"CAST(:{name} AS text[])" for name in _COLUMNS)
    + ", CAST(:digest AS bytea[]))"
)


async def append(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Adds the entries in their order. Call it last: the chain's end is everybody's, and is held until the transaction ends."""
    if not entries:
        return
    values = {name: [getattr(entry, name) for entry in entries] for name in _COLUMNS}
    await connection.execute(_APPEND, values | {"digest": [entry.digest for entry in entries]})


async def head(connection: AsyncConnection) -> tuple[int, bytes]:
    """The number and hash of the last entry; 0 and zeros while there is none."""
    row = (await connection.execute(select(audit_head.c.number, audit_head.c.hash))).one()
    return row.number, row.hash


async def all_entries(connection: AsyncConnection) -> AsyncIterator[Kept]:
    """In the order of their numbers, a thousand in memory at a time."""
    statement = select(audit_entry).order_by(audit_entry.c.number)
    rows = await connection.stream(statement.execution_options(yield_per=1_000))
    async for number, *content, hash_ in rows:
        yield Kept(number, Entry(*content), hash_)
