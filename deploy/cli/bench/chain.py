"""The whole chain: reports accepted in bulk, until every service has applied and published its part and the relays are drained.

Done means the same for the estate and for the floor, and is read from the databases: every inbox holds the facts it should, and no
outbox holds any.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import psutil

from deploy.cli.bench import floor, statements, workload
from deploy.local.estate import Estate, server_url
from deploy.local.parts import ROOT
from deploy.local.postgres import ensure_databases
from deploy.local.settings import SERVICES, database_url
from deploy.local.topics import create_topics
from shared.contracts.reports import REPORTS_TOPIC
from shared.platform.migrations import migrate

_AT_ONCE = 3
_BULK = 500
_PATIENCE_SECONDS = 180
_DRIVER = "+asyncpg"


@dataclass(frozen=True)
class Databases:
    """One connection to each service's database, to see how far it is."""

    connections: Mapping[str, asyncpg.Connection]

    async def applied(self) -> dict[str, int]:
        return {
            service: await connection.fetchval("SELECT count(*) FROM inbox")
            for service, connection in self.connections.items()
        }

    async def until_applied(self, wanted: Mapping[str, int]) -> None:
        """Raises TimeoutError when it takes too long."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for service, connection in self.connections.items():
                await _until(connection, "inbox", range(wanted[service], sys.maxsize))
            for connection in self.connections.values():
                await _until(connection, "outbox", range(1))


async def _until(connection: asyncpg.Connection, table: str, wanted: range) -> None:
    """PostgreSQL tells nobody that a table has grown, so it is asked; not more often, since asking costs what is measured."""
    while await connection.fetchval(f"SELECT count(*) FROM {table}") not in wanted:  # noqa: ASYNC110, S608 - our own name
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def connected(urls: Mapping[str, str]) -> AsyncIterator[Databases]:
    connections = {
        name: await asyncpg.connect(url.replace(_DRIVER, "")) for name, url in urls.items()
    }
    try:
        yield Databases(connections)
    finally:
        for connection in connections.values():
            await connection.close()


def facts_applied(reports: int, *, mails: bool) -> dict[str, int]:
    """How many facts each service takes in for so many reports that nobody answers yet."""
    return {
        "intake": reports,
        "classification": reports,
        "actions": 2 * reports,
        "notifications": reports,
        "reporting": (4 if mails else 3) * reports,
    }


async def insight(estate: Estate, items: Sequence[dict[str, Any]], *, mails: bool) -> float:
    """Reports per second from the first request to the last effect. Raises httpx2.HTTPError when a request fails."""
    urls = {service: estate.database_url(service) for service in SERVICES}
    async with connected(urls) as databases:
        before = await databases.applied()
        more = facts_applied(len(items), mails=mails)
        began = time.monotonic()
        await send_in_bulk(estate, items)
        await databases.until_applied({name: before[name] + more[name] for name in before})
        return len(items) / (time.monotonic() - began)


async def send_in_bulk(estate: Estate, items: Sequence[dict[str, Any]]) -> None:
    limit = asyncio.Semaphore(_AT_ONCE)
    headers = {"Authorization": f"Bearer {estate.administrator_key}"}
    async with httpx2.AsyncClient(base_url=estate.url, headers=headers, timeout=60) as client:

        async def send(batch: list[dict[str, Any]]) -> None:
            async with limit:
                answer = await client.post("/api/v1/reports/bulk", json={"reports": batch})
                answer.raise_for_status()
                if answer.json()["accepted"] != len(batch):
                    raise RuntimeError(f"intake refused reports: {answer.json()['results'][0]}")

        await asyncio.gather(*(send(one) for one in workload.in_batches(list(items), _BULK)))


@dataclass(frozen=True)
class Floor:
    """The floor's five processes, on databases and topics of their own beside the estate's."""

    prefix: str
    urls: Mapping[str, str]
    processes: Mapping[str, subprocess.Popen[bytes]]

    @property
    def memory(self) -> float:
        """The largest process's resident size, in MiB."""
        return (
            max(psutil.Process(one.pid).memory_info().rss for one in self.processes.values())
            / 2**20
        )


@contextlib.asynccontextmanager
async def floor_running(estate: Estate, *, mails: bool) -> AsyncIterator[Floor]:
    settings = estate.settings
    name = f"floor_{uuid4().hex[:8]}_"
    server = server_url(settings)
    urls = {service: database_url(server, name + service) for service in SERVICES}
    names = [name + one for one in SERVICES]
    await ensure_databases(database_url(server, "postgres"), names, "floor")
    for service in SERVICES:
        await migrate(urls[service], service, name + service)
    prefix = name.replace("_", ".")
    await create_topics(settings.bootstrap, prefix)
    port = str(settings.smtp_port if mails else 0)
    with _processes(settings.bootstrap, urls, prefix, port) as processes:
        yield Floor(prefix, urls, processes)


@contextlib.contextmanager
def _processes(
    kafka: str, urls: Mapping[str, str], prefix: str, port: str
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    processes = {
        service: subprocess.Popen(
            [
                sys.executable,
                "-m",
                "deploy.cli.bench.floor",
                service,
                url.replace(_DRIVER, ""),
                kafka,
                prefix,
                port,
            ],
            cwd=ROOT,
        )
        for service, url in urls.items()
    }
    try:
        yield processes
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(10)


async def floor_chain(running: Floor, items: Sequence[dict[str, Any]], *, mails: bool) -> float:
    """Reports per second of the floor, the same items as `insight`."""
    async with connected(running.urls) as databases:
        pool = await asyncpg.create_pool(
            running.urls["intake"].replace(_DRIVER, ""), min_size=_AT_ONCE
        )
        limit = asyncio.Semaphore(_AT_ONCE)

        async def accept(batch: list[dict[str, Any]]) -> None:
            async with limit:
                await floor_accept(pool, running.prefix, batch)

        began = time.monotonic()
        await asyncio.gather(*(accept(one) for one in workload.in_batches(list(items), _BULK)))
        await databases.until_applied(facts_applied(len(items), mails=mails))
        took = time.monotonic() - began
        await pool.close()
    return len(items) / took


async def floor_accept(
    pool: asyncpg.Pool, prefix: str, batch: Sequence[dict[str, Any]]
) -> list[str]:
    """Keep and emit reports as intake does; returns their references."""
    async with pool.acquire() as connection, connection.transaction():
        numbers = await connection.fetch(
            "SELECT nextval('reference_number') FROM generate_series(1, $1)", len(batch)
        )
        rows = [
            dict(floor.fact({"report_id": str(uuid4())}))
            | item
            | {"reference": f"F-{number[0]}", "source": "import"}
            for item, number in zip(batch, numbers, strict=True)
        ]
        await connection.fetch(statements.REPORT.sql, *statements.REPORT.values(rows))
        await floor.emit(connection, prefix + REPORTS_TOPIC, rows)
        accepted = statements.ACCEPTED
        await connection.execute(accepted.sql, *accepted.values(rows))
    return [str(row["reference"]) for row in rows]
