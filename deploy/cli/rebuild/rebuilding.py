"""A rebuild from beginning to end: copy, catch up, hold still, compare or switch."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.cli.rebuild import shadow
from deploy.cli.rebuild.derived import Derived
from deploy.cli.rebuild.replay import Replay

_NEARLY = 500
"""With fewer records left, the rest is caught up while the old tables are held still."""
_LOOKS, _PAUSE_SECONDS = 15, 1.0
"""The service may not have applied yet what the copy has; it is given so many looks to do so."""


@dataclass(frozen=True)
class Rebuilt:
    records: int
    rows: Mapping[str, int]
    """Of the new tables."""
    differences: Mapping[str, int]
    """By table, rows that only one copy had, where there were any."""
    switched: bool


@dataclass(frozen=True)
class Target:
    """One service's database and topics."""

    service: str
    derived: Derived
    database: str
    """Its owner's address, for SQLAlchemy and asyncpg."""
    role: str
    """Whom the service signs in as."""
    bootstrap: str
    topic_prefix: str


async def rebuild(target: Target, *, switch: bool, told: Callable[[int, int], object]) -> Rebuilt:
    """Raises AnotherRebuild, and what the servers raise; then the service's tables are as they were."""
    owner = create_async_engine(target.database)
    beside = create_async_engine(
        target.database,
        hide_parameters=True,
        connect_args={"server_settings": {"search_path": shadow.SCHEMA, "timezone": "UTC"}},
    )
    try:
        async with owner.connect() as claimed:
            await shadow.claim(claimed)
            await claimed.commit()
            await shadow.make(owner, target.database, target.service, target.role)
            try:
                return await _fill(target, owner, beside, told, switch=switch)
            finally:
                await beside.dispose()
                await shadow.drop(owner)
    finally:
        await beside.dispose()
        await owner.dispose()


async def _fill(
    target: Target,
    owner: AsyncEngine,
    beside: AsyncEngine,
    told: Callable[[int, int], object],
    *,
    switch: bool,
) -> Rebuilt:
    consumers = target.derived.consumers()
    async with Replay(
        target.service, consumers, beside, target.bootstrap, target.topic_prefix
    ) as replay:
        records = done = await replay.catch_up(told)
        while done > _NEARLY:
            done = await replay.catch_up(told)
            records += done
        for look in range(_LOOKS):
            async with owner.begin() as connection:
                await shadow.hold_still(connection, target.derived.tables)
                records += await replay.catch_up(told)
                differ = await shadow.differences(connection, target.derived.tables)
                rows = await shadow.rows_of(connection, target.derived.tables)
                if switch:
                    await shadow.switch(
                        connection, target.derived.tables, target.derived.afterwards
                    )
            if switch or not differ or look == _LOOKS - 1:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
    return Rebuilt(records, rows, differ, switch)
