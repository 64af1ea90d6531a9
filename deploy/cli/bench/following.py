"""New reports while history is classified anew by another version: what they wait for it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from deploy.cli.bench import latency
from deploy.cli.demo.people import Person
from deploy.local.estate import Estate
from services.classification.model.versions import SHIPPED
from shared.contracts.reports import Kind

_LEAD = "helen.marsh"


@dataclass(frozen=True)
class Followed:
    """Seconds for each new report, and how many reports of history a second were given their themes anew meanwhile."""

    seconds: list[float]
    per_second: float


async def insight(estate: Estate, items: Sequence[dict[str, Any]], rate: float) -> Followed:
    """Puts the version before the newest in force for events, as a quality lead does. Raises RuntimeError when history has followed
    before the last report was sent: then it says nothing."""
    earlier, newest = SHIPPED.of(Kind.EVENT)[-2:]
    connection = await asyncpg.connect(
        estate.database_url("classification").replace("+asyncpg", "")
    )
    try:
        lead = await asyncio.to_thread(Person, estate.url, _LEAD)
        await asyncio.to_thread(lead.put_in_force, earlier.name, "To see what new reports wait for")
        began, before = time.monotonic(), await _waiting(connection, newest.name)
        seconds = await latency.insight(estate, items, rate)
        took, after = time.monotonic() - began, await _waiting(connection, newest.name)
    finally:
        await connection.close()
    if not after:
        raise RuntimeError("there is too little history for so many seconds: send more --reports")
    return Followed(seconds, (before - after) / took)


async def _waiting(connection: asyncpg.Connection, version: str) -> int:
    """Reports that still have their themes by this version."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM report WHERE version = $1 AND decided_by = 'model'", version
        )
    )
