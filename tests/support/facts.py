"""Facts on Kafka as a test sees them: published with proper headers or wrong ones, and read by condition."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.structs import RecordMetadata

from shared.contracts.base import Fact
from shared.contracts.facts import PUBLISHED
from shared.platform.records import Received, headers_of, read

F = TypeVar("F", bound=Fact)
Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Seen:
    """A fact read from Kafka, with what it travelled with."""

    fact: Fact
    record: "ConsumerRecord[bytes, bytes]"
    traceparent: str | None


def proper_headers(fact: Fact, traceparent: str | None = None) -> list[tuple[str, bytes]]:
    """The headers that the platform gives a fact."""
    named = headers_of(fact, source="tests", traceparent=traceparent)
    return [(name, value.encode()) for name, value in named.items()]


def received(fact: Fact) -> Received:
    """The fact as consumers get it, without its having been on Kafka."""
    record: ConsumerRecord[bytes, bytes] = ConsumerRecord(
        fact.topic, 0, 0, 0, 0, fact.key.encode(), b"", None, 0, 0, ()
    )
    return Received(record, fact, None)


class Facts:
    """Publishes to, and reads, the topics of one prefix. Reading begins with the first expectation, from the earliest record."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._producer: AIOKafkaProducer | None = None
        self._consumer: AIOKafkaConsumer | None = None
        self._reading: asyncio.Task[None] | None = None
        self._seen: list[Seen] = []
        self._known: set[UUID] = set()
        self.copies = 0
        """How many records were read whose fact had been read already."""
        self._more = asyncio.Condition()

    async def publish(self, *facts: Fact, traceparent: str | None = None) -> None:
        """Publish in this order, and wait until Kafka has them all."""
        sent = [
            await self._send(
                fact.topic,
                fact.key.encode(),
                fact.model_dump_json().encode(),
                proper_headers(fact, traceparent),
            )
            for fact in facts
        ]
        await asyncio.gather(*sent)

    async def publish_raw(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Headers = (),
        partition: int | None = None,
    ) -> RecordMetadata:
        """Publish any bytes with any headers; `topic` without the prefix. Gives its place once Kafka has it."""
        return await (await self._send(topic, key, value, headers, partition))

    async def expect(
        self,
        contract: type[F],
        where: Callable[[F], bool] = lambda _: True,
        *,
        within: float = 60,
    ) -> F:
        """The first fact of this type for which `where` holds. Raises `AssertionError` after `within` seconds."""
        return (await self.expect_all(contract, where, count=1, within=within))[0]

    async def expect_all(
        self,
        contract: type[F],
        where: Callable[[F], bool] = lambda _: True,
        *,
        count: int,
        within: float = 60,
    ) -> list[F]:
        """At least `count` facts of this type for which `where` holds, in the order of reading (per key, of publishing)."""
        await self._begin_reading()
        try:
            async with asyncio.timeout(within), self._more:
                await self._more.wait_for(lambda: len(self.seen(contract, where)) >= count)
        except TimeoutError:
            there = [type(each.fact).__name__ for each in self._seen]
            raise AssertionError(
                f"{len(self.seen(contract, where))} of {count} {contract.__name__} within {within} s;"
                f" there were {there[-40:]}"
            ) from None
        return self.seen(contract, where)

    def seen(self, contract: type[F], where: Callable[[F], bool] = lambda _: True) -> list[F]:
        """What has been read so far; wait for something later with `expect` before concluding that nothing came."""
        return [
            each.fact for each in self._seen if isinstance(each.fact, contract) and where(each.fact)
        ]

    def travelled(self, fact: Fact) -> Seen:
        """The record of a fact that was read: its headers and its trace."""
        return next(each for each in self._seen if each.fact.event_id == fact.event_id)

    async def close(self) -> None:
        if self._reading:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._consumer:
            await self._consumer.stop()
        if self._producer:
            await self._producer.stop()

    async def _send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        partition: int | None = None,
    ) -> asyncio.Future[RecordMetadata]:
        producer = await self._started_producer()
        sent: asyncio.Future[RecordMetadata] = await producer.send(
            self._prefix + topic, value, key=key, headers=list(headers), partition=partition
        )
        return sent

    async def _started_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all")
            await self._producer.start()
        return self._producer

    async def _begin_reading(self) -> None:
        if self._consumer:
            return
        producer = await self._started_producer()
        topics = sorted({self._prefix + fact.topic for fact in PUBLISHED})
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
        )
        await self._consumer.start()
        self._consumer.assign(
            [
                TopicPartition(topic, partition)
                for topic in topics
                for partition in await producer.partitions_for(topic)
            ]
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._consumer is not None
        async for record in self._consumer:
            received = read(record)
            if isinstance(received, Received):
                await self._add(Seen(received.fact, record, received.traceparent))

    async def _add(self, seen: Seen) -> None:
        """A relay may publish again what it did before it was stopped: a copy is not a second fact."""
        if seen.fact.event_id in self._known:
            self.copies += 1
            return
        async with self._more:
            self._known.add(seen.fact.event_id)
            self._seen.append(seen)
            self._more.notify_all()


@contextlib.asynccontextmanager
async def facts_of(bootstrap: str, prefix: str) -> AsyncIterator[Facts]:
    facts = Facts(bootstrap, prefix)
    try:
        yield facts
    finally:
        await facts.close()
