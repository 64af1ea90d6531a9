"""The statements of the history."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit.chain import Entry

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
