"""`POST /api/v1/reports` as fast as it goes, on a few connections."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import httpx2

from deploy.cli.bench.chain import Floor, floor_accept
from deploy.cli.bench.workload import one_report
from deploy.local.estate import Estate

_CONNECTIONS = 16


async def insight(estate: Estate, items: Sequence[dict[str, Any]]) -> float:
    """Reports per second."""
    headers = {"Authorization": f"Bearer {estate.administrator_key}"}
    limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    async with httpx2.AsyncClient(
        base_url=estate.url, headers=headers, timeout=30, limits=limits
    ) as client:

        async def send(item: dict[str, Any]) -> None:
            body, key = one_report(item)
            (await client.post("/api/v1/reports", json=body, headers=key)).raise_for_status()

        return await _rate(send, items)


async def of_floor(running: Floor, items: Sequence[dict[str, Any]]) -> float:
    """Reports per second of raw asyncpg with the same statements, a transaction for each."""
    pool = await asyncpg.create_pool(
        running.urls["intake"].replace("+asyncpg", ""), min_size=_CONNECTIONS, max_size=_CONNECTIONS
    )

    async def send(item: dict[str, Any]) -> None:
        await floor_accept(pool, running.prefix, [item])

    try:
        return await _rate(send, items)
    finally:
        await pool.close()


async def _rate(
    send: Callable[[dict[str, Any]], Awaitable[None]], items: Sequence[dict[str, Any]]
) -> float:
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await send(item)

    began = time.monotonic()
    await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))
    return len(items) / (time.monotonic() - began)
