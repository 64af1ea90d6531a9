"""From sending a report to the mail server's acceptance of its alert, at a steady rate."""

import asyncio
import email
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email import policy
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

from deploy.cli.bench.chain import Floor, floor_accept
from deploy.cli.bench.workload import one_report
from deploy.local.estate import Estate

_PATIENCE_SECONDS = 60
_LATER = {
    httpx2.codes.BAD_GATEWAY,  # a connection that intake closed just then, having been idle
    httpx2.codes.SERVICE_UNAVAILABLE,
    httpx2.codes.TOO_MANY_REQUESTS,
}
_REFERENCE = re.compile(r"IN-[0-9A-Z]{4}-[0-9A-Z]{2}|F-\d+")
Send = Callable[[dict[str, Any]], Awaitable[str]]


async def insight(estate: Estate, items: Sequence[dict[str, Any]], rate: float) -> list[float]:
    """Seconds for each report, by `POST /api/v1/reports` through the front door."""
    headers = {"Authorization": f"Bearer {estate.administrator_key}"}
    async with httpx2.AsyncClient(base_url=estate.url, headers=headers, timeout=30) as client:
        send = partial(send_report, client)
        return await _steadily(send, items, rate, estate.settings.mails)


async def send_report(client: httpx2.AsyncClient, item: Mapping[str, Any]) -> str:
    """The reference of a live report like this. The client brings the key of the API. Raises httpx2.HTTPError."""
    body, key = one_report(item)
    while (answer := await client.post("/api/v1/reports", json=body, headers=key)).is_error:
        if answer.status_code not in _LATER:
            answer.raise_for_status()
        # As a client is told to: the wait counts, the key keeps it one report.
        await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
    return str(answer.json()["reference"])


async def of_floor(
    running: Floor, items: Sequence[dict[str, Any]], rate: float, mails: Path
) -> list[float]:
    """Seconds for each report of the floor: no HTTP, the same commits, hops and mail."""
    pool = await asyncpg.create_pool(running.urls["intake"].replace("+asyncpg", ""))

    async def send(item: dict[str, Any]) -> str:
        return (await floor_accept(pool, running.prefix, [item]))[0]

    try:
        return await _steadily(send, items, rate, mails)
    finally:
        await pool.close()


async def _steadily(
    send: Send, items: Sequence[dict[str, Any]], rate: float, mails: Path
) -> list[float]:
    """An open loop: a slow answer does not hold up the next report, or slowness would hide itself."""
    known = _names(mails)
    sent: dict[str, int] = {}

    async def one(item: dict[str, Any]) -> None:
        began = time.time_ns()
        sent[await send(item)] = began

    async with asyncio.TaskGroup() as tasks:
        began = time.monotonic()
        for number, item in enumerate(items):
            await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
            tasks.create_task(one(item))
    accepted: dict[str, int] = {}
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not sent.keys() <= accepted.keys():
            for name in _names(mails) - known:
                known.add(name)
                at = int(name.split("-")[0])
                reference = _reference(mails / name)
                if reference:
                    accepted[reference] = min(at, accepted.get(reference, at))
            await asyncio.sleep(0.1)
    return [(accepted[reference] - began) / 1e9 for reference, began in sent.items()]


def _names(mails: Path) -> set[str]:
    """The mailbox names each mail by the moment of its acceptance, in nanoseconds."""
    return {path.name for path in mails.glob("*.eml")}


def _reference(mail: Path) -> str | None:
    subject = email.message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"]
    found = _REFERENCE.search(str(subject))
    return found.group() if found else None
