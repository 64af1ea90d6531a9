"""What people decided, report by report, for whoever trains the next model."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import Decision
from services.classification.repository.reports import REPORT, StoredReport, decision_of, stored
from services.classification.repository.scope import Scope
from services.classification.tables import report, verdict
from shared.contracts.themes import DecidedBy


@dataclass(frozen=True)
class Decided:
    """A report as a person decided it, and what the model had said of it."""

    report: StoredReport
    decision: Decision
    model: Decision | None


async def decided_by_people(
    connection: AsyncConnection, scope: Scope, *, after: UUID | None, limit: int
) -> list[Decided]:
    """At most so many, the oldest reports first, from the one after `after`."""
    conditions = [report.c.decided_by == DecidedBy.PERSON, scope.condition()]
    if after is not None:
        conditions.append(report.c.report_id > after)
    rows = await connection.execute(
        select(*REPORT).where(*conditions).order_by(report.c.report_id).limit(limit)
    )
    reports = [stored(row) for row in rows]
    decided = await _newest(connection, reports, DecidedBy.PERSON)
    said = await _newest(connection, reports, DecidedBy.MODEL)
    return [Decided(each, decided[each.report_id], said.get(each.report_id)) for each in reports]


async def _newest(
    connection: AsyncConnection, reports: Sequence[StoredReport], decided_by: DecidedBy
) -> dict[UUID, Decision]:
    """Each report's newest verdict by people, or by the model."""
    rows = await connection.execute(
        select(verdict)
        .ext(distinct_on(verdict.c.report_id))
        .where(
            verdict.c.report_id.in_([each.report_id for each in reports]),
            verdict.c.decided_by == decided_by,
        )
        .order_by(verdict.c.report_id, verdict.c.revision.desc())
    )
    return {row.report_id: decision_of(row) for row in rows}
