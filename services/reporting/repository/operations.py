"""What the operations page asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.tables import case_fact, dead_letter_fact
from shared.contracts.cases import CaseState


@dataclass(frozen=True)
class DeadLetterGroup:
    """Records set aside by one service for one reason."""

    consumer: str
    cause: str
    detail: str
    origin_topic: str
    number: int
    newest: datetime


@dataclass(frozen=True)
class Clocks:
    """Open cases whose response clock has run out, and those where it will within the time asked about."""

    overdue: int
    due_soon: int


async def dead_letter_groups(
    connection: AsyncConnection, *, limit: int
) -> Sequence[DeadLetterGroup]:
    """The most recent reasons first."""
    letter = dead_letter_fact.c
    reason = (letter.consumer, letter.cause, letter.detail, letter.origin_topic)
    newest = func.max(letter.occurred_at).label("newest")
    rows = await connection.execute(
        select(*reason, func.count().label("number"), newest)
        .group_by(*reason)
        .order_by(newest.desc())
        .limit(limit)
    )
    return [DeadLetterGroup(**row) for row in rows.mappings()]


async def clocks(connection: AsyncConnection, soon: timedelta) -> Clocks:
    """By the database's clock, which is the one that timers go by."""
    due = case_fact.c.due_at
    row = await connection.execute(
        select(
            func.count().filter(due < func.now()).label("overdue"),
            func.count().filter(due >= func.now()).label("due_soon"),
        ).where(case_fact.c.state == CaseState.OPEN, due < func.now() + soon)
    )
    return Clocks(**row.mappings().one())
