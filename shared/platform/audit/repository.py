"""The statements of the history."""

from collections.abc import AsyncIterator, Collection, Sequence

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit.chain import CONTENT, Entry, RecordKind
from shared.platform.audit.verification import Kept
from shared.platform.tables import audit_entry, audit_head

_APPEND = text(
    "SELECT append_audit("
    + ", ".join(f"CAST(:{name} AS text[])" for name in CONTENT)
    + ", CAST(:digest AS bytea[]))"
)


async def append(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Adds the entries in their order. Call it last: the chain's end is everybody's, and is held until the transaction ends."""
    if not entries:
        return
    values = {name: [getattr(entry, name) for entry in entries] for name in CONTENT}
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


async def entries_of(
    connection: AsyncConnection,
    kinds: Collection[RecordKind],
    record_id: str | None = None,
    *,
    parts: bool = False,
    before: int | None = None,
    limit: int,
) -> list[Kept]:
    """Newest first, those with a number below `before`.

    Without `record_id` of every record of these kinds; with `parts` also of what is called `record_id/...`.
    """
    conditions: list[ColumnElement[bool]] = [audit_entry.c.kind.in_(kinds)]
    if record_id is not None:
        conditions.append(_is_of(record_id, parts=parts))
    if before is not None:
        conditions.append(audit_entry.c.number < before)
    rows = await connection.execute(
        select(audit_entry).where(*conditions).order_by(audit_entry.c.number.desc()).limit(limit)
    )
    return [Kept(number, Entry(*content), hash_) for number, *content, hash_ in rows]


def _is_of(record_id: str, *, parts: bool) -> ColumnElement[bool]:
    itself = audit_entry.c.record_id == record_id
    # By the index, whose order is that of bytes: "0" follows "/".
    theirs = and_(
        audit_entry.c.record_id >= f"{record_id}/", audit_entry.c.record_id < f"{record_id}0"
    )
    return or_(itself, theirs) if parts else itself
