"""Messages on their way: added, claimed, begun, settled. One statement for each batch.

A claim is a fence: whoever records something about a message shows the claim it was given, and a claim that was taken back (the
worker was believed gone, or an operator had the message sent again) changes nothing any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain import Notice, Reason, Standing, Status, kind_of, status_of
from services.notifications.tables import attempt, message, tally, withdrawn_report
from shared.contracts.messages import MessageState
from shared.contracts.reports import Kind
from shared.platform.database import columns_of, insert_rows


@dataclass(frozen=True)
class NewMessage:
    """A message to one address, or to none yet (held)."""

    message_id: UUID
    notice: Notice
    address: str | None
    standing: Standing
    traceparent: str | None
    created_at: datetime


@dataclass(frozen=True)
class Claimed:
    """A message in somebody's hands. `begun`: its sending has begun, so it may have left."""

    message_id: UUID
    claim: UUID
    notice: Notice
    address: str
    attempts: int
    traceparent: str | None
    begun: bool


@dataclass(frozen=True)
class Settled:
    """Where a claimed message now stands."""

    message: Claimed
    standing: Standing


async def add(
    connection: AsyncConnection, messages: Sequence[NewMessage], now: datetime
) -> set[UUID]:
    """Returns the ids of those added; an address that was told of the fact before is not told again."""
    rows = [
        {
            "message_id": one.message_id,
            **asdict(one.notice),
            "address": one.address,
            "traceparent": one.traceparent,
            "state": one.standing.state,
            "reason": one.standing.reason,
            "next_attempt_at": now,
            "created_at": one.created_at,
            "settled_at": now if one.standing.state is MessageState.FAILED else None,
        }
        for one in messages
    ]
    added = await insert_rows(
        connection, message, rows, "ON CONFLICT DO NOTHING RETURNING message_id"
    )
    return {UUID(str(row["message_id"])) for row in added}


async def held_recipients(connection: AsyncConnection) -> list[str]:
    """The organisations for which messages are held."""
    rows = await connection.execute(
        select(message.c.recipient).distinct().where(message.c.address.is_(None))
    )
    return list(rows.scalars())


async def take_held(
    connection: AsyncConnection, recipients: Collection[str], limit: int
) -> list[NewMessage]:
    """Removes and returns messages that are held for these organisations."""
    ready = (
        select(message.c.message_id)
        .where(message.c.address.is_(None), message.c.recipient.in_(recipients))
        .order_by(message.c.message_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        delete(message).where(message.c.message_id.in_(ready)).returning(message)
    )
    return [
        NewMessage(
            row.message_id,
            _notice_in(row),
            None,
            Standing(MessageState.PENDING),
            row.traceparent,
            row.created_at,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class LeftOut:
    """A message that was waiting, or held, and is there no more."""

    message_id: UUID
    status: Status


async def remember_withdrawn(connection: AsyncConnection, report_ids: Collection[UUID]) -> None:
    await insert_rows(
        connection,
        withdrawn_report,
        [{"report_id": one} for one in sorted(report_ids)],
        "ON CONFLICT DO NOTHING",
    )


async def withdrawn_among(
    connection: AsyncConnection, report_ids: Collection[UUID | None]
) -> set[UUID]:
    """Those of these reports that were withdrawn."""
    asked = [one for one in report_ids if one is not None]
    known = withdrawn_report.c.report_id
    rows = await connection.execute(select(known).where(known.in_(asked)))
    return set(rows.scalars())


async def take_waiting(connection: AsyncConnection, report_ids: Collection[UUID]) -> list[LeftOut]:
    """Removes messages about these reports that nobody has in hand. Whoever claims one meanwhile has it."""
    waiting = (
        select(message.c.message_id)
        # Said again in the words of the partial index, without which it would not be used.
        .where(message.c.state == MessageState.PENDING, message.c.state != MessageState.SENT)
        .where(message.c.report_id.in_(report_ids))
        .order_by(message.c.message_id)
        .with_for_update(of=message, skip_locked=True)
    )
    rows = await connection.execute(
        delete(message)
        .where(message.c.message_id.in_(waiting))
        .returning(message.c.message_id, message.c.state, message.c.address)
    )
    return [
        LeftOut(row.message_id, status_of(MessageState(row.state), row.address)) for row in rows
    ]


async def remove(connection: AsyncConnection, message_ids: Collection[UUID]) -> None:
    await connection.execute(delete(message).where(message.c.message_id.in_(message_ids)))


_CLAIM = text(
    "UPDATE message SET state = 'sending', claim = :claim, claimed_at = :now, begun_at = NULL,"
    " attempts = attempts + 1"
    " FROM (SELECT message_id AS id FROM message"
    "       WHERE state = 'pending' AND address IS NOT NULL AND next_attempt_at <= :now"
    "       ORDER BY next_attempt_at, message_id LIMIT :limit FOR UPDATE SKIP LOCKED) AS due"
    " WHERE message.message_id = due.id RETURNING message.*"
).columns(*message.c)


async def claim(
    connection: AsyncConnection, claim_id: UUID, limit: int, now: datetime
) -> list[Claimed]:
    """Takes the messages that have waited longest; nobody else can take them."""
    rows = await connection.execute(_CLAIM, {"claim": claim_id, "limit": limit, "now": now})
    return sorted((_claimed_in(row) for row in rows), key=lambda one: one.message_id)


async def begin_sending(connection: AsyncConnection, claim_id: UUID, now: datetime) -> set[UUID]:
    """Marks what is still ours as possibly sent, and renews the claim's time; returns the ids that may now be sent."""
    rows = await connection.execute(
        update(message)
        .where(
            message.c.claim == claim_id,
            message.c.state == MessageState.SENDING,
            message.c.begun_at.is_(None),
        )
        .values(begun_at=now, claimed_at=now)
        .returning(message.c.message_id)
    )
    return set(rows.scalars())


async def take_lost(
    connection: AsyncConnection, lease: timedelta, limit: int, now: datetime
) -> list[Claimed]:
    """Locks and returns messages whose claim is older than the lease: their worker is gone, or frozen."""
    rows = await connection.execute(
        select(message)
        .where(message.c.state == MessageState.SENDING, message.c.claimed_at < now - lease)
        .order_by(message.c.claimed_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_claimed_in(row) for row in rows]


_SETTLE = text(
    "WITH former AS (SELECT message_id, state FROM message"
    " WHERE message_id = ANY(CAST(:message_id AS uuid[])) ORDER BY message_id FOR UPDATE)"
    " UPDATE message SET state = ended.state, reason = ended.reason, smtp_code = ended.smtp_code,"
    " next_attempt_at = coalesce(ended.next_attempt_at, message.next_attempt_at),"
    " claim = CASE WHEN ended.state = 'pending' THEN NULL ELSE message.claim END,"
    " settled_at = CASE WHEN ended.state = 'pending' THEN NULL ELSE CAST(:now AS timestamptz) END"
    " FROM unnest(CAST(:message_id AS uuid[]), CAST(:claim AS uuid[]), CAST(:state AS text[]),"
    " CAST(:reason AS text[]), CAST(:smtp_code AS int[]), CAST(:next_attempt_at AS timestamptz[]))"
    " AS ended(message_id, claim, state, reason, smtp_code, next_attempt_at)"
    " JOIN former USING (message_id)"
    " WHERE message.message_id = ended.message_id AND message.claim = ended.claim"
    # A late worker that knows better corrects "unknown", as long as nobody has acted on it.
    " AND message.state IN ('sending', 'unknown') AND message.state <> ended.state"
    " RETURNING message.message_id, former.state"
)


async def settle(
    connection: AsyncConnection, settled: Sequence[Settled], now: datetime
) -> dict[UUID, MessageState]:
    """Returns what changed, and from which state; where the claim was taken back, nothing does."""
    if not settled:
        return {}
    rows = [
        {
            "message_id": one.message.message_id,
            "claim": one.message.claim,
            "state": one.standing.state,
            "reason": one.standing.reason,
            "smtp_code": one.standing.smtp_code,
            "next_attempt_at": one.standing.next_attempt_at,
        }
        for one in sorted(settled, key=lambda one: one.message.message_id)
    ]
    changed = await connection.execute(_SETTLE, {"now": now, **columns_of(rows)})
    return {row.message_id: MessageState(row.state) for row in changed}


async def record_attempts(connection: AsyncConnection, ids: Collection[UUID]) -> None:
    """Writes down the attempt that each of these messages has just ended, as the message now tells it."""
    told = select(
        message.c.message_id,
        message.c.attempts,
        message.c.state,
        message.c.reason,
        message.c.smtp_code,
        message.c.claimed_at,
        text("now()"),
    ).where(message.c.message_id == bindparam("ids", list(ids), type_=ARRAY(Uuid)).any_())
    columns = [column.name for column in attempt.c]
    statement = insert(attempt).from_select(columns, told)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[attempt.c.message_id, attempt.c.number],
            set_={name: statement.excluded[name] for name in columns[2:]},
        )
    )


async def count_sent(connection: AsyncConnection, messages: int) -> None:
    """Sent messages are many and never change again: they are counted when they happen."""
    statement = insert(tally).values(state=MessageState.SENT, messages=messages)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tally.c.state],
            set_={"messages": tally.c.messages + statement.excluded.messages},
        )
    )


async def lock_standing(connection: AsyncConnection, message_id: UUID) -> Standing | None:
    """Where one message stands, which nobody else changes until the transaction ends."""
    row = (
        await connection.execute(
            select(message.c.state, message.c.reason, message.c.smtp_code)
            .where(message.c.message_id == message_id)
            .with_for_update()
        )
    ).one_or_none()
    return Standing(MessageState(row.state), _reason(row.reason), row.smtp_code) if row else None


async def send_again(connection: AsyncConnection, message_id: UUID, now: datetime) -> None:
    await connection.execute(
        update(message)
        .where(message.c.message_id == message_id)
        .values(
            state=MessageState.PENDING,
            reason=None,
            smtp_code=None,
            claim=None,
            next_attempt_at=now,
            settled_at=None,
        )
    )


def _reason(value: str | None) -> Reason | None:
    return Reason(value) if value else None


def _notice_in(row: Row[tuple[object, ...]]) -> Notice:
    return Notice(
        fact_id=row.fact_id,
        kind=kind_of(row.kind),
        recipient=row.recipient,
        report_id=row.report_id,
        reference=row.reference,
        due_at=row.due_at,
        report_kind=Kind(row.report_kind) if row.report_kind else None,
    )


def _claimed_in(row: Row[tuple[object, ...]]) -> Claimed:
    return Claimed(
        message_id=row.message_id,
        claim=row.claim,
        notice=_notice_in(row),
        address=row.address,
        attempts=row.attempts,
        traceparent=row.traceparent,
        begun=row.begun_at is not None,
    )
