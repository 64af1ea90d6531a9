"""Second readings, and the reports that wait for one."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import Reading
from services.classification.repository.queue import lot
from services.classification.repository.reports import REPORT, StoredReport, still_stands, stored
from services.classification.repository.scope import Scope
from services.classification.tables import reading, report, verdict
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import DecidedBy


async def add_reading(connection: AsyncConnection, report_id: UUID, read: Reading) -> None:
    """The person's only one of this report."""
    await connection.execute(
        insert(reading).values(
            report_id=report_id,
            member_id=read.member_id,
            revision=read.revision,
            themes=sorted(read.themes),
            tenet=read.tenet,
            read_at=read.read_at,
        )
    )


async def find_reading(
    connection: AsyncConnection, report_id: UUID, member_id: UUID
) -> Reading | None:
    rows = await connection.execute(
        select(reading).where(reading.c.report_id == report_id, reading.c.member_id == member_id)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    return Reading(
        member_id=row.member_id,
        revision=row.revision,
        themes=frozenset(row.themes),
        tenet=Tenet(row.tenet),
        read_at=row.read_at,
    )


async def to_read(
    connection: AsyncConnection,
    scope: Scope,
    member_id: UUID,
    kind: Kind | None,
    *,
    page: int,
    size: int,
) -> list[StoredReport]:
    """One page (from 1) of reports that others have decided and this person has neither decided nor read, in an order that says
    nothing about them."""
    rows = await connection.execute(
        select(*REPORT)
        .where(*_waiting(scope, member_id, kind))
        .order_by(lot(report), report.c.report_id)
        .offset((page - 1) * size)
        .limit(size)
    )
    return [stored(row) for row in rows]


async def number_to_read(
    connection: AsyncConnection, scope: Scope, member_id: UUID, kind: Kind | None
) -> int:
    counted = await connection.execute(
        select(func.count()).select_from(report).where(*_waiting(scope, member_id, kind))
    )
    return counted.scalar_one()


def _waiting(scope: Scope, member_id: UUID, kind: Kind | None) -> list[ColumnElement[bool]]:
    conditions = [
        report.c.decided_by == DecidedBy.PERSON,
        still_stands(),
        scope.condition(),
        ~exists().where(
            verdict.c.report_id == report.c.report_id,
            verdict.c.decided_by == DecidedBy.PERSON,
            verdict.c.member_id == member_id,
        ),
        ~exists().where(
            reading.c.report_id == report.c.report_id, reading.c.member_id == member_id
        ),
    ]
    if kind is not None:
        conditions.append(report.c.kind == kind)
    return conditions
