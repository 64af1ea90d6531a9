"""What operators see of the messages, and the counts of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain import (
    MailKind,
    Reason,
    Status,
    kind_of,
    masked,
    may_be_sent_again,
    status_of,
)
from services.notifications.tables import attempt, message, tally
from shared.contracts.messages import MessageKind, MessageState


@dataclass(frozen=True)
class Entry:
    """One message as the log shows it. `address` is masked; none while it is held."""

    message_id: UUID
    kind: MailKind
    recipient: str
    address: str | None
    reference: str | None
    """None where the mail tells of signals."""
    status: Status
    reason: Reason | None
    smtp_code: int | None
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    next_attempt_at: datetime
    may_be_sent_again: bool


@dataclass(frozen=True)
class Attempt:
    """One try to send a message."""

    number: int
    state: MessageState
    reason: Reason | None
    smtp_code: int | None
    claimed_at: datetime | None
    ended_at: datetime


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """`messages_pending`, `messages_sent`... and `messages_held`, which wait for a contact and are in no other count;
    `alerts_held` are those of them that tell a provider of a new report.

    Costs no more as sent messages add up.
    """
    found = await by_status(connection)
    alerts = select(func.count()).where(
        message.c.address.is_(None), message.c.kind == MessageKind.ALERT
    )
    return {f"messages_{status.value}": number for status, number in found.items()} | {
        "alerts_held": (await connection.execute(alerts)).scalar_one()
    }


async def by_status(connection: AsyncConnection) -> dict[Status, int]:
    """How many messages there are of every status, zeros included."""
    not_sent = await connection.execute(
        select(message.c.state, func.count())
        .where(message.c.state != MessageState.SENT)
        .group_by(message.c.state)
    )
    held = select(func.count()).where(message.c.address.is_(None))
    sent = select(tally.c.messages).where(tally.c.state == MessageState.SENT)
    found = dict.fromkeys(Status, 0) | {Status(state): n for state, n in not_sent}
    found[Status.HELD] = (await connection.execute(held)).scalar_one()
    found[Status.PENDING] -= found[Status.HELD]
    found[Status.SENT] = (await connection.execute(sent)).scalar_one_or_none() or 0
    return found


async def entries(
    connection: AsyncConnection,
    *,
    status: Status | None,
    kind: MailKind | None,
    before: UUID | None,
    limit: int,
) -> list[Entry]:
    """Newest first (ids rise with time), those before `before`."""
    conditions: list[ColumnElement[bool]] = []
    if status is not None:
        conditions += _has_status(status)
    if kind is not None:
        conditions.append(message.c.kind == kind)
    if before is not None:
        conditions.append(message.c.message_id < before)
    rows = await connection.execute(
        select(message).where(*conditions).order_by(message.c.message_id.desc()).limit(limit)
    )
    return [_entry_in(row) for row in rows]


async def entry(connection: AsyncConnection, message_id: UUID) -> Entry | None:
    rows = await connection.execute(select(message).where(message.c.message_id == message_id))
    row = rows.one_or_none()
    return _entry_in(row) if row else None


async def attempts(connection: AsyncConnection, message_id: UUID) -> Sequence[Attempt]:
    """Oldest first."""
    rows = await connection.execute(
        select(attempt).where(attempt.c.message_id == message_id).order_by(attempt.c.number)
    )
    return [
        Attempt(
            row.number,
            MessageState(row.state),
            Reason(row.reason) if row.reason else None,
            row.smtp_code,
            row.claimed_at,
            row.ended_at,
        )
        for row in rows
    ]


def _has_status(status: Status) -> list[ColumnElement[bool]]:
    if status is Status.HELD:
        return [message.c.address.is_(None)]
    conditions: list[ColumnElement[bool]] = [message.c.state == status.value]
    if status is not Status.SENT:
        # Said again in the words of the partial index, without which it would not be used.
        conditions.append(message.c.state != MessageState.SENT)
    if status is Status.PENDING:
        conditions.append(message.c.address.is_not(None))
    return conditions


def _entry_in(row: Row[tuple[object, ...]]) -> Entry:
    state, reason = MessageState(row.state), Reason(row.reason) if row.reason else None
    return Entry(
        message_id=row.message_id,
        kind=kind_of(row.kind),
        recipient=row.recipient,
        address=masked(row.address) if row.address is not None else None,
        reference=row.reference,
        status=status_of(state, row.address),
        reason=reason,
        smtp_code=row.smtp_code,
        attempts=row.attempts,
        created_at=row.created_at,
        settled_at=row.settled_at,
        next_attempt_at=row.next_attempt_at,
        may_be_sent_again=may_be_sent_again(state, reason),
    )
