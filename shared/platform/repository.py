"""The platform's statements: inbox, outbox, timers. Batches, one statement each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.database import insert_rows
from shared.platform.tables import inbox, outbox, timer

_RELAY_LOCK = 4_711
"""Advisory lock: one relay at a time on a database, which is what keeps the order of a key's facts."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    id: int
    topic: str
    key: bytes
    value: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class TimerRow:
    kind: str
    subject: UUID
    due_at: datetime
    traceparent: str | None


async def claim_events(connection: AsyncConnection, ids: Iterable[UUID]) -> set[UUID]:
    """Put the ids into the inbox; returns those that were not there, which are ours to apply."""
    # Sorted, so that two transactions with common ids wait for each other instead of deadlocking.
    rows = [{"event_id": one} for one in sorted(ids)]
    new = await insert_rows(connection, inbox, rows, "ON CONFLICT DO NOTHING RETURNING event_id")
    return {UUID(str(row["event_id"])) for row in new}


async def release_events(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """Take ids out of the inbox again: they were set aside, and a replay must find the door open."""
    if ids:
        await connection.execute(delete(inbox).where(inbox.c.event_id.in_(ids)))


async def add_to_outbox(
    connection: AsyncConnection, rows: Sequence[tuple[str, str, bytes, Mapping[str, str]]]
) -> None:
    """Rows of topic, key, value and headers, published in this order."""
    await insert_rows(
        connection,
        outbox,
        [
            {"topic": topic, "key": key.encode(), "value": value, "headers": json.dumps(headers)}
            for topic, key, value, headers in rows
        ],
    )


async def take_from_outbox(connection: AsyncConnection, limit: int) -> list[OutboxRow] | None:
    """The oldest rows; None when another relay holds the lock, which it does until its transaction ends."""
    mine = select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))
    if not (await connection.execute(mine)).scalar_one():
        return None
    rows = await connection.execute(
        select(outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.value, outbox.c.headers)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [OutboxRow(*row) for row in rows]


async def delete_from_outbox(connection: AsyncConnection, rows: Sequence[OutboxRow]) -> None:
    ids = bindparam("ids", [row.id for row in rows], type_=ARRAY(outbox.c.id.type))
    await connection.execute(delete(outbox).where(outbox.c.id == func.any(ids)))


async def outbox_state(connection: AsyncConnection) -> tuple[int, float]:
    """Rows waiting, and the oldest one's age in seconds."""
    row = (
        await connection.execute(
            text(
                "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8"
                " FROM outbox"
            )
        )
    ).one()
    return int(row[0]), float(row[1])


async def save_timers(
    connection: AsyncConnection, timers: Sequence[tuple[str, UUID, datetime, str | None]]
) -> None:
    """Rows of kind, subject, due time and traceparent; one that is there already is moved."""
    await insert_rows(
        connection,
        timer,
        [
            {"kind": kind, "subject": subject, "due_at": due_at, "traceparent": traceparent}
            for kind, subject, due_at, traceparent in sorted(timers, key=lambda t: (t[0], t[1]))
        ],
        "ON CONFLICT (kind, subject) DO UPDATE"
        " SET due_at = excluded.due_at, traceparent = excluded.traceparent, problem = NULL",
    )


async def remove_timers(connection: AsyncConnection, keys: Sequence[tuple[str, UUID]]) -> None:
    if not keys:
        return
    await connection.execute(
        text(
            "DELETE FROM timer USING unnest(CAST(:kinds AS text[]), CAST(:subjects AS uuid[]))"
            " AS gone(kind, subject)"
            " WHERE timer.kind = gone.kind AND timer.subject = gone.subject"
        ),
        {"kinds": [kind for kind, _ in keys], "subjects": [subject for _, subject in keys]},
    )


async def take_due_timers(
    connection: AsyncConnection, kinds: Sequence[str], limit: int
) -> list[TimerRow]:
    """Delete and return timers that are due by the database's clock; rows another replica holds are passed over."""
    rows = await connection.execute(
        text(
            "DELETE FROM timer USING ("
            "  SELECT kind, subject FROM timer"
            "  WHERE due_at <= now() AND problem IS NULL AND kind = ANY(CAST(:kinds AS text[]))"
            "  ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED"
            ") AS due WHERE timer.kind = due.kind AND timer.subject = due.subject"
            " RETURNING timer.kind, timer.subject, timer.due_at, timer.traceparent"
        ),
        {"kinds": list(kinds), "limit": limit},
    )
    return sorted((TimerRow(*row) for row in rows), key=lambda row: row.due_at)


async def keep_failed_timer(connection: AsyncConnection, row: TimerRow, problem: str) -> None:
    """Put a timer back, marked: it does not fire again until somebody has looked."""
    await save_timers(connection, [(row.kind, row.subject, row.due_at, row.traceparent)])
    await connection.execute(
        update(timer)
        .where(timer.c.kind == row.kind, timer.c.subject == row.subject)
        .values(problem=problem)
    )


async def failed_timers(connection: AsyncConnection) -> int:
    statement = select(func.count()).select_from(timer).where(timer.c.problem.is_not(None))
    return int((await connection.execute(statement)).scalar_one())
