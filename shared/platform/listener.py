"""The Kafka side of consuming: batches in, exact offsets out, rewinds for outages. See `batches` for what happens between.

FastStream gives the broker, the polling loop and manual acknowledgement; none of its policies commits only what succeeded, so
the offsets are committed here, exactly and only for partitions that are still ours.
"""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.platform.batches import Batches, Record
from shared.platform.connecting import completed, within
from shared.platform.consumers import Consumers
from shared.platform.metrics import Metrics
from shared.platform.settings import ServiceSettings

_LONGEST_BACKOFF_SECONDS = 15.0
_COMMIT_SECONDS = 10.0
_MOST_UNANSWERED = 3
"""Commits in a row that Kafka did not answer: the consumer has lost its coordinator for good, as aiokafka's may after a broker's
crash. It still gets records, so that nothing else would tell."""
_ANSWER_SECONDS = 4.0
_LOOK_SECONDS = 1.0
_FETCH_SECONDS = 0.1
"""aiokafka has one request for a broker at a time: what comes for a partition that was just being worked on waits until the request for the
others, which have nothing, is answered."""
_NOTHING_SECONDS = 0.05
"""FastStream waits for records for so long and, if there were none, sleeps for as long again: what comes meanwhile waits."""
_PATIENCE_SECONDS = 15.0
"""A consumer that does not answer for so long is started again; one that leaves records waiting, after twice as long: it is held
unwell only once it has not moved for this long."""

log = logging.getLogger(__name__)


@dataclass
class Progress(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """How far this process has come, and when it last moved. A rebalance forgets what is no longer ours."""

    done: dict[TopicPartition, int] = field(default_factory=dict)
    joined: bool = False
    """Whether the group has given us our partitions (none, perhaps) since this consumer began."""
    failures: int = 0
    unanswered: int = 0
    """Commits since the last one that Kafka answered."""
    moved_at: float = field(default_factory=time.monotonic)

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        for partition in revoked:
            self.done.pop(partition, None)

    def on_partitions_assigned(self, _: Sequence[TopicPartition]) -> None:
        self.joined, self.moved_at = True, time.monotonic()

    def advance(self, offsets: dict[TopicPartition, int]) -> None:
        self.done |= offsets
        self.failures, self.moved_at = 0, time.monotonic()


class Listener:
    """One consumer of a service's topics, in the service's group, or in one of its own beside it."""

    def __init__(
        self,
        settings: ServiceSettings,
        consumers: Consumers,
        batches: Batches,
        metrics: Metrics,
        *,
        beside: str = "",
    ) -> None:
        """`beside` names the group of topics that the service's other topics must not wait for."""
        self._settings = settings
        self._group = "-".join(
            part for part in (f"{settings.topic_prefix}insight-{settings.service}", beside) if part
        )
        self._topics = [settings.topic_prefix + topic for topic in consumers.topics]
        self._batches = batches
        self._metrics = metrics
        self.progress = Progress()
        self._in_hand = False
        """Whether a batch is being worked on, which may take long when the database is away."""
        self.broker = self._build()

    def _build(self) -> KafkaBroker:
        broker = KafkaBroker(
            self._settings.kafka.split(","),
            client_id=f"insight-{self._settings.service}",
            # The relay publishes. (And FastStream leaves a producer open whose start failed.)
            consumer_only=True,
            graceful_timeout=10,
            allow_auto_create_topics=False,
            logger=None,
        )
        if not self._topics:
            return broker
        subscriber = broker.subscriber(
            *self._topics,
            group_id=self._group,
            batch=True,
            max_records=self._settings.consumer_batch,
            batch_timeout_ms=int(_NOTHING_SECONDS * 1_000),
            fetch_max_wait_ms=int(_FETCH_SECONDS * 1_000),
            auto_offset_reset="earliest",
            # The shortest that brokers allow by default: so long do a killed process's partitions wait for another.
            session_timeout_ms=6_000,
            heartbeat_interval_ms=2_000,
            ack_policy=AckPolicy.MANUAL,
            listener=self.progress,
            parser=_parse,
            decoder=_decode,
        )
        subscriber(self._on_batch)
        return broker

    @property
    def listens(self) -> bool:
        return bool(self._topics)

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        subscribers = self.broker.subscribers
        return getattr(subscribers[0], "consumer", None) if subscribers else None

    async def run(self) -> None:
        """Listen until cancelled; waits for Kafka as long as it takes, and starts over when the consumer has died."""
        while True:
            try:
                await completed(self.broker.start())
                await self._until_dead()
            except (KafkaError, OSError) as error:
                log.warning("listener waits for Kafka: %s", type(error).__name__)
            finally:
                await self.stop()
            await asyncio.sleep(1)
            self.progress = Progress()
            self.broker = self._build()

    async def _until_dead(self) -> None:
        """A consumer's task may end. Or it goes on and never gets anything again: aiokafka's may, after a broker's crash."""
        well_at = time.monotonic()
        while all(_lives(subscriber) for subscriber in self.broker.subscribers):
            if time.monotonic() - well_at > _PATIENCE_SECONDS:
                log.error("the consumer stands still and is started again")
                return
            if self.progress.unanswered >= _MOST_UNANSWERED:
                log.error("the consumer's commits are not answered, and it is started again")
                return
            await asyncio.sleep(_LOOK_SECONDS)
            if await self._is_well():
                well_at = time.monotonic()
        log.error("the consumer has died and is started again")

    async def _is_well(self) -> bool:
        if self._in_hand or not self.listens:
            return True
        try:
            await self.lag()
        except (KafkaError, OSError, TimeoutError):
            return False
        return time.monotonic() - self.progress.moved_at < _PATIENCE_SECONDS

    async def stop(self) -> None:
        try:
            await within(10, self.broker.stop())
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("the broker connection did not close: %s", type(error).__name__)

    async def _on_batch(self, message: KafkaMessage) -> None:
        records: Sequence[Record] = message.raw_message
        consumer: AIOKafkaConsumer = message.consumer
        first: dict[TopicPartition, int] = {}
        after: dict[TopicPartition, int] = {}
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            first.setdefault(partition, record.offset)
            after[partition] = record.offset + 1
        self._in_hand = True
        try:
            with self._metrics.batch_seconds.time():
                await self._batches.process(records)
        except Exception as error:  # noqa: BLE001 - whatever it was, the batch must be read again: to go on would lose it
            await self._rewind(consumer, first, error)
        else:
            await self._commit(consumer, after)
        finally:
            self._in_hand = False

    async def _rewind(
        self, consumer: AIOKafkaConsumer, first: dict[TopicPartition, int], error: Exception
    ) -> None:
        self.progress.failures += 1
        self._metrics.rewinds.inc()
        log.warning("batch put back: %s", type(error).__name__, exc_info=_traceback(error))
        wait = min(_LONGEST_BACKOFF_SECONDS, 0.1 * 2**self.progress.failures)
        await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
        for partition, offset in first.items():
            if partition in consumer.assignment():
                consumer.seek(partition, offset)

    async def _commit(self, consumer: AIOKafkaConsumer, after: dict[TopicPartition, int]) -> None:
        ours = {tp: offset for tp, offset in after.items() if tp in consumer.assignment()}
        self.progress.advance(ours)
        if not ours:
            return
        try:
            await within(_COMMIT_SECONDS, consumer.commit(ours))
            self.progress.unanswered = 0
        except (KafkaError, TimeoutError) as error:
            self.progress.unanswered += isinstance(error, TimeoutError)
            # The batch is applied; whoever reads it again finds its events in the inbox.
            log.warning("offsets not committed: %s", type(error).__name__)

    async def lag(self) -> dict[str, int]:
        """Records not yet processed, by topic, over our partitions. Raises KafkaError or TimeoutError when Kafka cannot be asked."""
        return await within(_ANSWER_SECONDS, self._ask_lag())

    async def _ask_lag(self) -> dict[str, int]:
        consumer = self.consumer
        if consumer is None:
            return {}
        partitions = list(consumer.assignment())
        ends = await consumer.end_offsets(partitions) if partitions else {}
        found = dict.fromkeys(self._topics, 0)
        for partition, end in ends.items():
            done = self.progress.done.get(partition)
            if done is None:
                done = await consumer.committed(partition) or 0
                self.progress.done.setdefault(partition, done)
            found[partition.topic] += max(0, end - done)
        if self.progress.joined and not any(found.values()):
            self.progress.moved_at = time.monotonic()  # with nothing to do, it does not stand still
        return found


def _lives(subscriber: object) -> bool:
    tasks: list[asyncio.Task[None]] = getattr(subscriber, "tasks", [])
    return bool(tasks) and not tasks[-1].done()


def _traceback(error: Exception) -> Exception | None:
    """Bugs show their place; outages, which repeat, only their name. Messages of database errors may hold values: never shown."""
    return None if isinstance(error, OSError) or hasattr(error, "orig") else error


async def _parse(records, original):  # type: ignore[no-untyped-def]  # FastStream inspects and passes its own types
    """The whole batch as it came, even when a header cannot be decoded (FastStream's own parser would lose the batch)."""
    try:
        message = await original(records)
    except Exception:  # noqa: BLE001 - any failure to parse is the same to us: the raw records are what we read
        message = await original(tuple(replace(record, headers=()) for record in records))
    message.raw_message = records
    return message


async def _decode(_: KafkaMessage) -> bytes:
    """Nothing: `records.read` does, defensively."""
    return b""
