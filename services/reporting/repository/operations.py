"""What the operations page asks."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.tables import CASE_IS_OPEN, case_fact, withdrawal_fact


@dataclass(frozen=True)
class Clocks:
    """Open cases whose response clock has run out, and those where it will within the time asked about."""

    overdue: int
    due_soon: int


async def clocks(connection: AsyncConnection, soon: timedelta) -> Clocks:
    """By the database's clock, which is the one that timers go by. Nobody waits for what was withdrawn, also before its case is closed."""
    due = case_fact.c.due_at
    withdrawn = exists().where(withdrawal_fact.c.report_id == case_fact.c.report_id)
    row = await connection.execute(
        select(
            func.count().filter(due < func.now()).label("overdue"),
            func.count().filter(due >= func.now()).label("due_soon"),
        ).where(CASE_IS_OPEN, due < func.now() + soon, ~withdrawn)
    )
    return Clocks(**row.mappings().one())
