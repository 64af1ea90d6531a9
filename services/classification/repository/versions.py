"""Which versions are in force, who put them there, and how many reports have their themes by which."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.repository.scope import Scope
from services.classification.tables import adoption, report
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from shared.platform.audit import RecordKind
from shared.platform.audit.repository import entries_of

PUT_IN_FORCE = "put in force"
"""The step of the history's entries that say what is in force."""


@dataclass(frozen=True)
class Adoption:
    """A version put in force for a kind of reports: by a person, or when the service first started."""

    kind: Kind
    version: str
    adopted_at: datetime
    member_id: UUID | None = None
    person: str | None = None
    reason: str | None = None


async def lock_what_is_in_force(connection: AsyncConnection) -> None:
    """Until the transaction ends: of two processes or people who would change it at once, the second sees what the first did."""
    await connection.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended("what is in force", 0)))
    )


async def add_adoption(connection: AsyncConnection, adopted: Adoption) -> None:
    await connection.execute(
        insert(adoption).values(
            kind=adopted.kind,
            version=adopted.version,
            adopted_at=adopted.adopted_at,
            member_id=adopted.member_id,
            person=adopted.person,
            reason=adopted.reason,
        )
    )


async def adoptions_in_force(connection: AsyncConnection) -> dict[Kind, Adoption]:
    """The newest of each kind; nothing for a kind that has none yet."""
    rows = await connection.execute(
        select(adoption)
        .ext(distinct_on(adoption.c.kind))
        .order_by(adoption.c.kind, adoption.c.number.desc())
    )
    return {
        Kind(row.kind): Adoption(
            Kind(row.kind), row.version, row.adopted_at, row.member_id, row.person, row.reason
        )
        for row in rows
    }


async def said_to_be_in_force(connection: AsyncConnection) -> dict[str, dict[str, object]]:
    """By kind of report, as the history's entries tell it, each of which holds what changed."""
    kept = await entries_of(connection, [RecordKind.TAXONOMY], limit=100_000)
    said: dict[str, dict[str, object]] = {}
    for one in reversed(kept):
        if one.entry.step == PUT_IN_FORCE:
            said.setdefault(one.entry.record_id, {}).update(json.loads(one.entry.after))
    return said


async def commonest_version(connection: AsyncConnection, kind: Kind) -> str | None:
    """That of most verdicts of the model; none where there are no reports of the kind."""
    rows = await connection.execute(
        select(report.c.version)
        .where(report.c.kind == kind, report.c.decided_by == DecidedBy.MODEL)
        .group_by(report.c.version)
        .order_by(func.count().desc())
        .limit(1)
    )
    return rows.scalar_one_or_none()


async def reports_by_version(
    connection: AsyncConnection, kinds: Collection[Kind], scope: Scope | None
) -> dict[tuple[Kind, str], int]:
    """How many reports have the model's themes, by kind and version. Without a scope: everybody's."""
    rows = await connection.execute(
        select(report.c.kind, report.c.version, func.count())
        .where(
            report.c.kind.in_(kinds),
            report.c.decided_by == DecidedBy.MODEL,
            scope.condition() if scope is not None else true(),
        )
        .group_by(report.c.kind, report.c.version)
    )
    return {(Kind(kind), version): number for kind, version, number in rows}
