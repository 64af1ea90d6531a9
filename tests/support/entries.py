"""The history's entries as tests compare them."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit import RecordKind
from shared.platform.audit.repository import all_entries, head
from shared.platform.audit.verification import Finding, Verification
from shared.platform.tables import audit_entry
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


async def findings(connection: AsyncConnection) -> list[Finding]:
    """What is wrong with the chain: nothing, where every entry follows the one before."""
    verification = Verification(await head(connection))
    async for kept in all_entries(connection):
        verification.see(kept)
    return verification.findings()
