"""From sending a report to its being on a quality lead's page, while the chain works on others."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2

from deploy.cli.bench.latency import send_report
from deploy.cli.demo.people import Person
from deploy.local.estate import Estate

SHARE = 0.7
"""Of what the chain was seen to do, how much it is given meanwhile."""
_LEAD = "helen.marsh"
_EVERY_SECONDS, _PATIENCE_SECONDS = 0.25, 30
_LOOK_SECONDS = 0.1
"""Looking costs what is measured, so no more often."""
_PRACTICE, _PROVIDER, _HARM = "Y90001", "RZ1", "fatal"
"""Few others are in this list, so that a new one is on its first page."""


async def insight(
    estate: Estate, items: Sequence[dict[str, Any]], rate: float
) -> tuple[list[float], float]:
    """Seconds for each report that was looked for, one after the other, while the items are sent in bulk at this rate; and the rate that
    was kept. Raises TimeoutError when one is not shown."""
    lead = await asyncio.to_thread(Person, estate.url, _LEAD)
    headers = {"Authorization": f"Bearer {estate.administrator_key}"}
    async with httpx2.AsyncClient(base_url=estate.url, headers=headers, timeout=60) as client:
        like = next(
            item
            for item in items
            if (item["reporter"], item["provider"], item["kind"]) == (_PRACTICE, _PROVIDER, "event")
        )
        found: list[float] = []
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:  # one that fails ends the other
            sending = tasks.create_task(_steadily(client, items, rate))
            while not sending.done():
                found.append(await _shown_after(client, lead.cookie, like))
                await asyncio.sleep(_EVERY_SECONDS)
        return found, len(items) / (time.monotonic() - began)


async def _steadily(
    client: httpx2.AsyncClient, items: Sequence[dict[str, Any]], rate: float
) -> None:
    """An open loop, in bunches: a slow answer does not hold up the next."""
    size = max(1, int(rate * _EVERY_SECONDS))

    async def send(bunch: Sequence[dict[str, Any]]) -> None:
        answer = await client.post("/api/v1/reports/bulk", json={"reports": bunch})
        answer.raise_for_status()

    async with asyncio.TaskGroup() as tasks:
        began = time.monotonic()
        for at in range(0, len(items), size):
            await asyncio.sleep(max(0, began + at / rate - time.monotonic()))
            tasks.create_task(send(items[at : at + size]))


async def _shown_after(client: httpx2.AsyncClient, cookie: str, like: Mapping[str, Any]) -> float:
    """Seconds from sending one more report like this to its being in the list."""
    today = datetime.now(UTC).date().isoformat()
    changes = {"idempotency_key": str(uuid4()), "harm": _HARM, "happened_on": today}
    where = {"practice": _PRACTICE, "provider": _PROVIDER, "harm": _HARM}
    began = time.monotonic()
    reference = await send_report(client, {**like, **changes})
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            page = await client.get("/trends/reports", params=where, headers={"Cookie": cookie})
            if reference in page.raise_for_status().text:
                return time.monotonic() - began
            await asyncio.sleep(_LOOK_SECONDS)
