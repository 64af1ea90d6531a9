"""From the outbox to Kafka: one relay at a time for a database, rows in order, deleted only once Kafka has acknowledged them."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.platform import repository
from shared.platform.connecting import completed, give_way, within
from shared.platform.failures import DATABASE_AWAY
from shared.platform.metrics import Metrics
from shared.platform.points import Point, reach
from shared.platform.repository import OutboxRow

_BATCH = 1_000
_BUSY_POLL_SECONDS = 0.05
"""How soon to try again while another replica's relay is at work: it may not have seen what was just written here."""
_IDLE_POLL_SECONDS = 1.0
"""Whoever emits wakes the relay of its own process; this finds what a killed process left behind."""
_BACKOFF_SECONDS = 0.5
_PUBLISH_SECONDS = 60.0
"""Kafka's client gives up sooner by itself; if it hangs, it is made anew, and what was sent already is sent again."""
_STOP_SECONDS = 10.0
_LARGEST_RECORD = 4 * 1024 * 1024
"""Bytes: a dead letter holds a whole record in base64 and would otherwise hold up the relay for ever."""

log = logging.getLogger(__name__)


class Relay:
    """Publishes what transactions emitted. Any replica may run one; an advisory lock lets one of them work."""

    def __init__(self, engine: AsyncEngine, kafka: str, metrics: Metrics) -> None:
        self._engine = engine
        self._kafka = kafka
        self._metrics = metrics
        self._written = asyncio.Event()
        self._producer: AIOKafkaProducer | None = None

    def wake(self) -> None:
        """Something was emitted in this process: do not wait for the poll."""
        self._written.set()

    async def send_past_outbox(
        self, topic: str, key: bytes, value: bytes, headers: Mapping[str, str]
    ) -> bool:
        """For what may be lost: sent if there is a connection; says whether it was. Raises KafkaError, TimeoutError."""
        if self._producer is None:
            return False
        await self._producer.send_and_wait(topic, value, key=key, headers=_encoded(headers))
        return True

    async def run(self) -> None:
        """Relay until cancelled; an outage of Kafka or the database delays and loses nothing."""
        while True:
            try:
                await self._relay()
            except (*DATABASE_AWAY, KafkaError) as error:
                give_way(error)
                log.warning("relay waits: %s", type(error).__name__)
                await asyncio.sleep(_BACKOFF_SECONDS)

    async def _relay(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka,
            enable_idempotence=True,
            acks="all",
            linger_ms=2,
            max_batch_size=131_072,
            max_request_size=_LARGEST_RECORD,
            request_timeout_ms=10_000,
        )
        # Not by `async with`: that would leave a producer open whose start failed.
        try:
            await completed(producer.start())
            self._producer = producer
            while True:
                pause = await self._relay_batch(producer)
                with contextlib.suppress(TimeoutError):
                    # Not `wait_for`: Python 3.11's can lose a cancellation.
                    async with asyncio.timeout(pause):
                        await self._written.wait()
        finally:
            self._producer = None
            try:
                await within(_STOP_SECONDS, producer.stop())
            except TimeoutError:
                log.warning("the producer did not close")

    async def _relay_batch(self, producer: AIOKafkaProducer) -> float:
        """Seconds to pause before the next batch, if nothing is written meanwhile."""
        self._written.clear()
        async with self._engine.begin() as connection:
            rows = await repository.take_from_outbox(connection, _BATCH)
            if rows:
                reach(Point.RELAY_TAKEN)
                await within(_PUBLISH_SECONDS, _publish(producer, rows))
                reach(Point.RELAY_SENT)
                await repository.delete_from_outbox(connection, rows)
        if rows is None:
            return _BUSY_POLL_SECONDS
        for row in rows:
            self._metrics.published.labels(row.topic).inc()
        return 0 if rows else _IDLE_POLL_SECONDS


async def _publish(producer: AIOKafkaProducer, rows: Sequence[OutboxRow]) -> None:
    """Send all, then wait for all: pipelined, and in order, since the producer is idempotent."""
    sent = [
        await producer.send(
            row.topic,
            row.value,
            key=row.key,
            headers=_encoded(row.headers),
        )
        for row in rows
    ]
    await asyncio.gather(*sent)


def _encoded(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in headers.items()]
