"""Facts from the beginning of their topics, through the service's own handlers, into the second copy."""

from collections.abc import Callable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.platform.batches import Batches
from shared.platform.consumers import Consumers
from shared.platform.metrics import Metrics
from shared.platform.transaction import Transactions

_AT_ONCE = 1_000
_POLL_MILLISECONDS = 500


class Replay:
    """Reads all partitions without a group: nobody's offsets are moved."""

    def __init__(
        self, service: str, consumers: Consumers, engine: AsyncEngine, bootstrap: str, prefix: str
    ) -> None:
        self._bootstrap = bootstrap
        self._topics = [prefix + topic for topic in consumers.topics]
        transactions = Transactions(engine, source=service, topic_prefix=prefix)
        self._batches = Batches(service, consumers, transactions, Metrics(service), traced=False)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=_AT_ONCE,
        )

    async def __aenter__(self) -> "Replay":
        await self._consumer.start()
        try:
            partitions = await self._partitions()
            self._consumer.assign(partitions)
            await self._consumer.seek_to_beginning(*partitions)
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def _partitions(self) -> list[TopicPartition]:
        """Asked of the broker: a consumer without a group and a subscription knows of none."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            topics = await admin.describe_topics(self._topics)
        finally:
            await admin.close()
        return [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in topics
            for partition in topic["partitions"]
        ]

    async def catch_up(self, told: Callable[[int, int], object]) -> int:
        """Everything that is on the topics now; says how many records that were. `told` hears how many of how many are done. Raises what
        Kafka and the database raise; whatever of it was applied stays applied, once."""
        partitions = list(self._consumer.assignment())
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        begins = {one: await self._consumer.position(one) for one in partitions}
        total = sum(ends.values()) - sum(begins.values())
        while left := sum([max(0, ends[one] - await self._consumer.position(one)) for one in ends]):
            told(total - left, total)
            found = await self._consumer.getmany(
                timeout_ms=_POLL_MILLISECONDS, max_records=_AT_ONCE
            )
            if records := [record for some in found.values() for record in some]:
                await self._batches.process(records)
        told(total, total)
        return int(total)
