"""How a session ends before its time, and how every service hears of it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from shared.contracts.sessions import SessionEnded
from shared.platform.repository import claim_events
from shared.platform.transaction import Transaction
from shared.sessions import repository

LONGEST_SESSION = timedelta(hours=24)
"""No setting lets a session live longer."""
REMEMBERED = LONGEST_SESSION + timedelta(hours=1)
"""After this an ended session would have ended by itself. The topic's retention is as long."""


async def record_endings(events: Sequence[SessionEnded], tx: Transaction) -> None:
    """Keeps each ending, whatever the order and however often they come, and forgets old ones."""
    widest: dict[str, SessionEnded] = {}
    for event in events:
        known = widest.get(event.handle)
        widest[event.handle] = _both(known, event) if known else event
    await repository.save(tx.connection, list(widest.values()))
    await repository.forget(tx.connection, tx.now - REMEMBERED)


async def end_sessions(events: Sequence[SessionEnded], tx: Transaction) -> None:
    """Ends them here, and tells everybody else."""
    await record_endings(events, tx)
    tx.emit_all(events)


async def end_sessions_once(
    request_id: UUID, events: Sequence[SessionEnded], tx: Transaction
) -> bool:
    """The same, unless this request was granted before; says whether it was granted now."""
    if request_id not in await claim_events(tx.connection, [request_id]):
        return False
    await end_sessions(events, tx)
    return True


def _both(one: SessionEnded, other: SessionEnded) -> SessionEnded:
    """Ends what either ends, and is remembered for as long as the later one."""
    until = (one.signed_in_until, other.signed_in_until)
    changes = {
        "signed_in_until": None if None in until else max(filter(None, until)),
        "occurred_at": max(one.occurred_at, other.occurred_at),
    }
    return one.model_copy(update=changes)
