"""A service as one running whole: engine, listener, relay, timers, workers, heartbeat and the history's anchor, and how they are."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.base import Fact
from shared.contracts.operations import DeadLetterDecided, Heartbeat
from shared.platform import repository, telemetry
from shared.platform.account import Account
from shared.platform.audit.anchor import Anchor
from shared.platform.batches import Batches
from shared.platform.connecting import give_way
from shared.platform.consumers import Consumers
from shared.platform.database import create_engine
from shared.platform.failures import DATABASE_AWAY
from shared.platform.letters import repository as letters
from shared.platform.letters.recovering import Recovering
from shared.platform.letters.replaying import Replaying
from shared.platform.listener import Listener
from shared.platform.metrics import Metrics
from shared.platform.relay import Relay
from shared.platform.settings import ServiceSettings
from shared.platform.timers import TimerRunner, Timers
from shared.platform.transaction import Transactions

_HEARTBEAT_SECONDS = 2.0
_STUCK_SECONDS = 60.0
"""With records waiting and none processed for this long, the consumer is stuck and the process not ready."""
_COUNTING_SHARE = 20
"""Counting may take one part in this many of the time, however large the tables grow."""

_CANCEL_AGAIN_SECONDS = 10.0
"""Longer than closing connections takes on a busy machine: a second cancellation would cut that short."""

_COLLECT_AFTER = 10_000
"""New objects between two collections."""

log = logging.getLogger(__name__)
Counts = Callable[[AsyncConnection], Awaitable[dict[str, int]]]
TellAccount = Callable[[AsyncConnection], Awaitable[Account]]


class Worker(Protocol):
    """Something a service does all the time besides consuming, such as sending mail."""

    name: str

    async def run(self, transactions: Transactions) -> None: ...


class Runtime:
    """Built once for each process by `create_app`; nothing connects before `lifespan` begins."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        consumers: Consumers | None = None,
        background: Consumers | None = None,
        timers: Timers | None = None,
        workers: Sequence[Worker] = (),
        counts: Counts | None = None,
        account: TellAccount | None = None,
    ) -> None:
        """`background`: handlers of topics that the others' must not wait for; they have a consumer of their own. `account` is for a
        service that tells more than `counts`."""
        self.settings = settings
        self.metrics = Metrics(settings.service)
        self.engine = create_engine(
            settings.database_url, pool=settings.database_pool, application=settings.service
        )
        self.relay = Relay(self.engine, settings.kafka, self.metrics)
        self.transactions = Transactions(
            self.engine,
            source=settings.service,
            topic_prefix=settings.topic_prefix,
            on_emitted=self.relay.wake,
        )
        self.consumers = consumers or Consumers()
        self.background = background or Consumers()
        if self.facts:  # who listens to nothing sets nothing aside
            replaying = Replaying(settings.service, (self.consumers, self.background))
            self.consumers.on(DeadLetterDecided, replaying.decide)
        self.listener = self._listener(self.consumers)
        self._listeners = [self.listener]
        if background is not None:
            self._listeners.append(self._listener(background, beside="background"))
        self._timers = TimerRunner(timers, self.transactions, self.metrics) if timers else None
        self._workers = list(workers)
        self._tell = account or (counts and _only(counts))
        self._account = Account()
        self._count_again_at = 0.0

    def _listener(self, consumers: Consumers, *, beside: str = "") -> Listener:
        batches = Batches(
            self.settings.service,
            consumers,
            self.transactions,
            self.metrics,
            traced=self.settings.otlp_endpoint is not None,
        )
        return Listener(self.settings, consumers, batches, self.metrics, beside=beside)

    @property
    def facts(self) -> tuple[type[Fact], ...]:
        """What the service listens to."""
        return (*self.consumers.facts, *self.background.facts)

    def add_worker(self, worker: Worker) -> None:
        """One more, before `lifespan` begins."""
        self._workers.append(worker)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Everything runs inside the block, and has stopped after it. Kafka or the database may be away: they are waited for."""
        telemetry.setup(self.settings)
        _collect_less_often()
        jobs: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            *(("listener", listener.run) for listener in self._listeners),
            ("relay", self.relay.run),
            ("heartbeat", self._beat),
            ("history anchor", Anchor(self.settings, self.transactions, self.relay).run),
            ("letters of before", Recovering(self.settings, self.transactions).run),
        ]
        if self._timers:
            jobs.append(("timers", self._timers.run))
        jobs += [(worker.name, partial(worker.run, self.transactions)) for worker in self._workers]
        tasks = [asyncio.create_task(_keep_running(name, job), name=name) for name, job in jobs]
        try:
            yield
        finally:
            await _end(tasks)
            await self.engine.dispose()

    async def status(self) -> Heartbeat:
        """How this process is now: the same for `/status`, `/readyz`, `/metrics` and the operations page."""
        problems: list[str] = []
        lags = await asyncio.gather(*(self._lag(each, problems) for each in self._listeners))
        lag = {topic: records for each in lags for topic, records in each.items()}
        rows, age, dead, waiting = await self._database(problems)
        for topic, records in lag.items():
            self.metrics.lag.labels(topic).set(records)
        self.metrics.outbox_rows.set(rows)
        self.metrics.outbox_age.set(age)
        self.metrics.dead_letters_waiting.set(waiting)
        return Heartbeat(
            service=self.settings.service,
            instance=self.settings.instance,
            at=datetime.now(UTC),
            ready=not problems,
            problems=tuple(dict.fromkeys(problems)),
            lag=lag,
            outbox_rows=rows,
            outbox_age_seconds=round(age, 3),
            dead_letters=dead,
            dead_letters_waiting=waiting,
            counts=dict(self._account.counts),
            accepted=self._account.accepted,
            waiting=self._account.waiting,
        )

    async def _lag(self, listener: Listener, problems: list[str]) -> dict[str, int]:
        try:
            async with asyncio.timeout(5):
                lag = await listener.lag()
        except (KafkaError, OSError, TimeoutError):
            problems.append("Kafka does not answer")
            return {}
        if listener.listens and not listener.progress.joined:
            problems.append("not yet a member of its consumer group")
        still = time.monotonic() - listener.progress.moved_at
        if sum(lag.values()) and still > _STUCK_SECONDS:
            problems.append(f"no progress for {still:.0f} seconds with records waiting")
        return lag

    async def _database(self, problems: list[str]) -> tuple[int, float, int, int]:
        try:
            async with asyncio.timeout(5), self.transactions.read() as connection:
                rows, age = await repository.outbox_state(connection)
                dead, waiting = await letters.count(connection)
                if failed := await repository.failed_timers(connection):
                    problems.append(f"{failed} timers cannot fire")
                await self._count(connection)
        except DATABASE_AWAY as error:
            give_way(error)
            problems.append("the database does not answer")
            return 0, 0.0, 0, 0
        return rows, age, dead, waiting

    async def _count(self, connection: AsyncConnection) -> None:
        began = time.monotonic()
        if self._tell is None or began < self._count_again_at:
            return
        self._account = await self._tell(connection)
        ended = time.monotonic()
        self._count_again_at = ended + _COUNTING_SHARE * (ended - began)

    async def _beat(self) -> None:
        """Tell the operations page. A heartbeat is no fact: it passes no outbox, and a lost one is followed by the next."""
        while True:
            heartbeat = await self.status()
            try:
                await self.relay.send_past_outbox(
                    self.settings.topic_prefix + Heartbeat.topic,
                    heartbeat.instance.encode(),
                    heartbeat.model_dump_json().encode(),
                    {"ce_type": Heartbeat.type, "content-type": "application/json"},
                )
            except (KafkaError, OSError, TimeoutError) as error:
                give_way(error)
                log.info("heartbeat not sent: %s", type(error).__name__)
            await asyncio.sleep(_HEARTBEAT_SECONDS)


def _only(counts: Counts) -> TellAccount:
    async def tell(connection: AsyncConnection) -> Account:
        return Account(await counts(connection))

    return tell


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until all have ended. Once is not always enough: Python 3.11's `wait_for`, which libraries use, loses a cancellation
    that meets the result, and one that meets a statement can come back as the driver's error (`give_way`)."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_SECONDS)


def _collect_less_often() -> None:
    """A batch makes thousands of objects that die together without cycles: looking for cycles after every 700, through all that was
    imported, took a tenth of the processor's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)


async def _keep_running(name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Run the job again, after a pause, whatever ends it: a worker that died silently would be an outage nobody sees."""
    while True:
        try:
            await job()
            log.error("%s ended and is started again", name)
        except Exception as error:  # noqa: BLE001 - the supervisor of last resort
            give_way(error)
            log.warning("%s failed (%s) and is started again", name, type(error).__name__)
        await asyncio.sleep(1)
