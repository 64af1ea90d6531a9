"""Everything that gives the estate work, at one steady rate, or at as much as the machine can do where that is less."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self

import asyncpg
import httpx2
from aiokafka import AIOKafkaProducer

from deploy.cli.audit.verify import owner_url
from deploy.cli.faults.fleet import Fleet
from deploy.cli.faults.ledger.told import Promise, Reminder
from deploy.cli.faults.load.direct import Direct
from deploy.cli.faults.load.door import Door
from deploy.cli.faults.load.poison import Poisoner
from deploy.cli.faults.load.reports import endless
from deploy.cli.faults.sizes import Size

SINGLE_SENDERS = 2
SINGLE_EVERY_SECONDS = 0.5
BULK_SHARE = 0.3
"""Of all reports, those through the bulk door."""
POISON_EVERY_SECONDS = 0.2
DIRECT_EVERY_SECONDS = 1.0
MOST_AT_ONCE = 500
TRICKLE = 10.0
"""Reports a second once there are enough: faults that are still to come need something to harm."""
REMIND_EVERY_SECONDS = 1.0
LOOK_EVERY_SECONDS = 1.0
BEHIND_SECONDS = 30.0
"""The load waits while reports of more than so long have not been counted yet: how much a machine can do is not what is proved."""
WAITS_AT_MOST_SECONDS = 300.0
"""For an estate that counts nothing at all any more: longer than the longest outage."""
REMINDED = "0123"
"""The time of the reminder comes for cases whose id ends in one of these: a quarter of them."""
OUTAGES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Asking a server that is being killed: asked again."""


class Work:
    """Start it by `working`. It goes on until told to stop; what has begun by then is carried through."""

    def __init__(
        self,
        fleet: Fleet,
        producer: AIOKafkaProducer,
        tell: Callable[[Promise | Reminder], None],
        size: Size,
        seed: int,
    ) -> None:
        self.promised = 0
        self._directly_sent = 0
        self._fleet = fleet
        self._tell = tell
        self.size = size
        self._began = self._looked = self._moved = time.monotonic()
        self._counted = 0
        self._waited = 0.0
        self._stop = asyncio.Event()
        self._more = asyncio.Event()
        reports = endless(seed, size.live)
        settings = fleet.settings
        self.door = Door(fleet.doors, fleet.estate.administrator_key, reports, self._keep)
        self.direct = Direct(producer, settings.topic_prefix, reports, self._keep, seed)
        self.poison = Poisoner(producer, settings.topic_prefix, seed)

    async def until_promised(self, count: int) -> None:
        while self.promised < count:
            self._more.clear()
            await self._more.wait()

    def _keep(self, promise: Promise) -> None:
        self.promised += 1
        self._more.set()
        if promise.report_id is None:
            self._fleet.happened.receipts.append((promise.accepted_from, promise.accepted_until))
        self._tell(promise)

    @contextlib.asynccontextmanager
    async def going_on(self) -> AsyncIterator[Self]:
        """Raises what a sender raises, at the latest when the block ends."""
        async with self.door.client() as client, asyncio.TaskGroup() as tasks:
            for _ in range(SINGLE_SENDERS):
                tasks.create_task(self._every(SINGLE_EVERY_SECONDS, self._one(client)))
            tasks.create_task(self._bulk(client))
            tasks.create_task(self._every(DIRECT_EVERY_SECONDS, self._directly))
            tasks.create_task(self._every(POISON_EVERY_SECONDS, self._poison))
            tasks.create_task(self._every(REMIND_EVERY_SECONDS, self._remind))
            tasks.create_task(self._every(LOOK_EVERY_SECONDS, self._look))
            await self.direct.send_samples()
            try:
                yield self
            finally:
                self._stop.set()

    async def _every(self, seconds: float, send: Callable[[], Awaitable[object]]) -> None:
        while not self._stop.is_set():
            await send()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds)

    def _one(self, client: httpx2.AsyncClient) -> Callable[[], Awaitable[object]]:
        return lambda: self.door.send_one(client)

    async def _bulk(self, client: httpx2.AsyncClient) -> None:
        """As often as makes up its share."""
        sent = 0
        while not self._stop.is_set():
            if sent < BULK_SHARE * self._wanted():
                sent += await self.door.send_bulk(client)
            else:
                await asyncio.sleep(0.1)

    async def _directly(self) -> None:
        """What the doors leave to be sent."""
        missing = self._wanted() * (1 - BULK_SHARE) - self._directly_sent
        if missing >= 1:
            self._directly_sent += await self.direct.send(min(MOST_AT_ONCE, int(missing)))

    async def _poison(self) -> None:
        while self.poison.sent < self.size.poison * self.promised:
            await self.poison.send()

    def _wanted(self) -> float:
        """Reports that should have been sent by now."""
        seconds = time.monotonic() - self._began - self._waited
        needed = self.size.reports / self.size.rate
        return self.size.rate * min(seconds, needed) + TRICKLE * max(0.0, seconds - needed)

    async def _look(self) -> None:
        """Whether the estate keeps up, by the last step that each report goes through."""
        counted = self._counted
        with contextlib.suppress(*OUTAGES):
            counted = await self._read_count()
        now = time.monotonic()
        if counted > self._counted:
            self._counted, self._moved = counted, now
        behind = self.promised - counted > BEHIND_SECONDS * self.size.rate
        if behind and now - self._moved < WAITS_AT_MOST_SECONDS:
            self._waited += now - self._looked
        self._looked = now

    async def _read_count(self) -> int:
        """Where nobody counts, everything promised."""
        if "reporting" not in self._fleet.services:
            return self.promised
        connection = await self._connected("reporting")
        try:
            counted = "SELECT number FROM tally WHERE name = 'reports_counted'"
            return int(await connection.fetchval(counted) or 0)
        finally:
            await connection.close()

    async def _connected(self, service: str) -> asyncpg.Connection:
        url = owner_url(self._fleet.settings, service).replace("+asyncpg", "")
        return await asyncpg.connect(url, timeout=10)

    async def remind(self) -> None:
        """Lets the time come for the reminders of those cases whose turn it is, and tells the ledger which."""
        if "actions" not in self._fleet.services:
            return
        connection = await self._connected("actions")
        try:
            rows = await connection.fetch(
                "UPDATE timer SET due_at = now() WHERE kind = 'due-soon' AND due_at > now()"
                " AND position(right(subject::text, 1) IN $1) > 0"
                " RETURNING subject::text, extract(epoch FROM now())::float8",
                REMINDED,
            )
        finally:
            await connection.close()
        if rows:
            ids = tuple(row[0] for row in rows)
            self._tell(Reminder(reports=ids, at=rows[0][1]))

    async def _remind(self) -> None:
        with contextlib.suppress(*OUTAGES):
            await self.remind()


@contextlib.asynccontextmanager
async def working(
    fleet: Fleet,
    tell: Callable[[Promise | Reminder], None],
    size: Size,
    seed: int,
) -> AsyncIterator[Work]:
    """As many reports as the size says at its rate, and a few more until the block ends."""
    producer = AIOKafkaProducer(bootstrap_servers=fleet.settings.bootstrap, acks="all", linger_ms=5)
    async with producer:
        work = Work(fleet, producer, tell, size, seed)
        async with work.going_on():
            yield work
