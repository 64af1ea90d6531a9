"""Taking a report back, once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import report
from shared.contracts.reports import WithdrawalReason


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What is told of a report that has just been withdrawn."""

    report_id: UUID
    reference: str
    reporter: str
    provider: str


async def withdraw(
    connection: AsyncConnection,
    reference: str,
    reason: WithdrawalReason,
    *,
    reporters: Collection[str] | None,
    by: UUID | None,
    now: datetime,
) -> TakenBack | None:
    """None where it is withdrawn already, also by a transaction that is still running and is waited for, or is not one of these
    organisations'; any organisation's for None."""
    row = (
        await connection.execute(
            update(report)
            .where(
                report.c.reference == reference,
                report.c.withdrawn_at.is_(None),
                true() if reporters is None else report.c.reporter.in_(reporters),
            )
            .values(withdrawn_at=now, withdrawn_because=reason, withdrawn_by=by)
            .returning(report.c.id, report.c.reference, report.c.reporter, report.c.provider)
        )
    ).one_or_none()
    return None if row is None else TakenBack(*row)
