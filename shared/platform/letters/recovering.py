"""Letters that a release before this one set aside have their records in Kafka only: they are put beside the letters, once."""

import asyncio
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.contracts.operations import DeadLetter
from shared.platform.connecting import completed, within
from shared.platform.letters import repository
from shared.platform.records import Received, read
from shared.platform.settings import ServiceSettings
from shared.platform.transaction import Transactions

_POLL_MILLISECONDS = 1_000
_STOP_SECONDS = 10.0


class Recovering:
    """A job of every service that ends with its first success; with nothing to do, it does not even connect to Kafka."""

    def __init__(self, settings: ServiceSettings, transactions: Transactions) -> None:
        self._settings = settings
        self._transactions = transactions

    async def run(self) -> None:
        await self.recover()
        await asyncio.Event().wait()  # until it is cancelled: done for good

    async def recover(self) -> int:
        """How many were found. Raises what Kafka and the database raise."""
        async with self._transactions.read() as connection:
            wanted = await repository.without_record(connection)
        if not wanted:
            return 0
        found = 0
        async for record in self._records():
            one = read(record)
            if isinstance(one, Received) and isinstance(one.fact, DeadLetter):
                if one.fact.event_id not in wanted:
                    continue
                async with self._transactions.begin() as tx:
                    await repository.recover(tx.connection, one.fact)
                found += 1
        return found

    async def _records(self) -> "AsyncIterator[ConsumerRecord[bytes, bytes]]":
        """Everything that is on the topic now."""
        consumer = AIOKafkaConsumer(
            self._settings.topic_prefix + DeadLetter.topic,
            bootstrap_servers=self._settings.kafka.split(","),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        try:
            await completed(consumer.start())
            ends = await consumer.end_offsets(consumer.assignment())
            while any([await consumer.position(one) < end for one, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)).values():
                    for record in records:
                        yield record
        finally:
            await within(_STOP_SECONDS, consumer.stop())
