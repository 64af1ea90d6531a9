"""Signals put into the database as if they had been found. Their themes should be nobody's, lest somebody looks and withdraws them."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.signals import Kept, Signal, Subject
from services.reporting.repository import signals as repository
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule

POINT = date(2026, 10, 1)


def signal(subject: Subject, **changes: object) -> Signal:
    """A shift since April; `changes` are its fields."""
    values: dict[str, object] = {
        "subject": subject,
        "tenets": (),
        "rule": SignalRule.SHIFT,
        "movement": Movement.HIGHER,
        "bearing": Bearing.WORSE,
        "point_of": PointOf.MONTH,
        "point": POINT,
        "since": date(2026, 4, 1),
        "mean": 12.0,
    }
    return Signal(**values | changes)  # type: ignore[arg-type]


async def keep(
    connection: AsyncConnection,
    signals: Sequence[Signal],
    *,
    raised: bool = True,
    revision: int = 1,
) -> None:
    now = (await connection.execute(select(func.now()))).scalar_one()
    told = [Kept(each, revision, raised) for each in signals]
    await repository.save(connection, told, now - timedelta(seconds=1))
