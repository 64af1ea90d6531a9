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
        if known is None or _reaches_further(event, known):
            widest[event.handle] = event
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


def _reaches_further(one: SessionEnded, other: SessionEnded) -> bool:
    if one.signed_in_until is None or other.signed_in_until is None:
        return one.signed_in_until is None
    return one.signed_in_until > other.signed_in_until
