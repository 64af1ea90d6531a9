"""The history's entries as tests compare them."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit import RecordKind
from shared.platform.audit.chain import FIRST_HASH, Entry, link
from shared.platform.tables import audit_entry, audit_head
from shared.platform.transaction import Transactions


@dataclass(frozen=True)
class Told:
    """An entry without its place in the chain. `who`: the author's name, and for which organisation."""

    kind: str
    record_id: str
    step: str
    who: tuple[str, str | None]
    before: dict[str, Any]
    after: dict[str, Any]


async def entries(
    transactions: Transactions, kind: RecordKind | None = None, record_id: object = None
) -> list[Told]:
    """Oldest first, of one kind or record where that is said."""
    wanted = select(audit_entry).order_by(audit_entry.c.number)
    if kind is not None:
        wanted = wanted.where(audit_entry.c.kind == kind)
    if record_id is not None:
        wanted = wanted.where(audit_entry.c.record_id == str(record_id))
    async with transactions.read() as connection:
        rows = await connection.execute(wanted)
    return [
        Told(
            row.kind,
            row.record_id,
            row.step,
            (row.author_name, row.acting_for),
            json.loads(row.before),
            json.loads(row.after),
        )
        for row in rows
    ]


async def steps(
    transactions: Transactions, kind: RecordKind | None = None, record_id: object = None
) -> list[str]:
    return [told.step for told in await entries(transactions, kind, record_id)]


async def is_whole(connection: AsyncConnection) -> bool:
    """Whether every entry follows the one before by the formula, from the first to the head."""
    rows = await connection.execute(select(audit_entry).order_by(audit_entry.c.number))
    hash_, number = FIRST_HASH, 0
    for number, row in enumerate(rows, 1):
        values = dict(row._mapping)
        kept = values.pop("hash")
        hash_ = link(hash_, values.pop("number"), Entry(**values).digest)
        if kept != hash_ or row.number != number:
            return False
    head = (await connection.execute(select(audit_head.c.number, audit_head.c.hash))).one()
    return tuple(head) == (number, hash_)
