"""Signals as they were last told, and which mail tells of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain import Told
from services.notifications.tables import signal
from shared.contracts.reports import Tenet
from shared.contracts.signals import (
    Bearing,
    Movement,
    PointOf,
    SignalFact,
    SignalRaised,
    SignalRule,
)
from shared.platform.database import insert_rows

_KEEP_HIGHEST_REVISION = """
ON CONFLICT (signal_id) DO UPDATE SET revision = excluded.revision, raised = excluded.raised, since = excluded.since
WHERE signal.revision < excluded.revision
RETURNING signal_id, mail_id
"""


@dataclass(frozen=True)
class Untold:
    """A signal that holds, of which nobody was told."""

    signal_id: UUID
    area: str


async def save(connection: AsyncConnection, facts: Sequence[SignalFact]) -> dict[UUID, UUID | None]:
    """Keeps each signal's highest revision; one fact of each signal. Gives, for what is news, the mail that told of it before."""
    rows = [
        {
            "signal_id": fact.signal_id,
            "revision": fact.revision,
            "raised": isinstance(fact, SignalRaised),
            "area": fact.area,
            "provider": fact.provider,
            "theme": fact.theme,
            "title": fact.title,
            "tenets": " ".join(fact.tenets),
            "rule": fact.rule,
            "movement": fact.movement,
            "bearing": fact.bearing,
            "point_of": fact.point_of,
            "point": fact.point,
            "since": fact.since,
        }
        for fact in sorted(facts, key=lambda one: one.signal_id)
    ]
    saved = await insert_rows(connection, signal, rows, _KEEP_HIGHEST_REVISION)
    return {row["signal_id"]: row["mail_id"] for row in saved}


async def take_untold(connection: AsyncConnection) -> list[Untold]:
    """Locks what holds and was not told. Signals of all areas together are nobody's to be told of."""
    rows = await connection.execute(
        select(signal.c.signal_id, signal.c.area)
        .where(signal.c.raised, signal.c.mail_id.is_(None), signal.c.area.is_not(None))
        .order_by(signal.c.signal_id)
        .with_for_update(skip_locked=True)
    )
    return [Untold(*row) for row in rows]


async def tell(connection: AsyncConnection, mail_id: UUID, signals: Collection[UUID]) -> None:
    """This mail tells of them."""
    await connection.execute(
        update(signal)
        .where(signal.c.signal_id == _any(signals), signal.c.mail_id.is_(None))
        .values(mail_id=mail_id)
    )


async def told_by(
    connection: AsyncConnection, mails: Collection[UUID]
) -> Mapping[UUID, list[Told]]:
    """What each of these mails tells of, as it was when it was put together."""
    found: dict[UUID, list[Told]] = {mail_id: [] for mail_id in mails}
    if found:
        rows = await connection.execute(
            select(signal).where(signal.c.mail_id == _any(mails)).order_by(signal.c.signal_id)
        )
        for row in rows:
            found[row.mail_id].append(_told_in(row))
    return found


def _any(ids: Collection[UUID]) -> ColumnElement[UUID]:
    return bindparam(None, list(ids), type_=ARRAY(Uuid)).any_()


def _told_in(row: Row[tuple[object, ...]]) -> Told:
    return Told(
        provider=row.provider,
        theme=row.theme,
        title=row.title,
        tenets=tuple(map(Tenet, row.tenets.split())),
        rule=SignalRule(row.rule),
        movement=Movement(row.movement),
        bearing=Bearing(row.bearing),
        point_of=PointOf(row.point_of),
        point=row.point,
        since=row.since,
    )
