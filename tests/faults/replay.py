"""Every service frozen until Kafka has given it up, every record put before it again, and thawed.

What a crash between a commit and its offset does to a few records, this does to all of them: whatever is not applied exactly once
shows.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.local.estate import Estate
from deploy.local.settings import SERVICES
from tests.faults.wire import LISTENED, group_of, partitions_of
from tests.support.waiting import eventually

GIVEN_UP_WITHIN_SECONDS = 30


async def deliver_everything_again(estate: Estate) -> int:
    """How many records they are, counted once for each service that listens."""
    with _frozen(estate):
        counts = [await _from_the_beginning(estate, service) for service in SERVICES]
    return sum(counts)


@contextmanager
def _frozen(estate: Estate) -> Iterator[None]:
    processes = [psutil.Process(estate.program(service).pid) for service in SERVICES]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def _from_the_beginning(estate: Estate, service: str) -> int:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=estate.settings.bootstrap,
        group_id=group_of(service),
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        partitions = partitions_of(LISTENED[service])
        consumer.assign(partitions)

        async def committed() -> bool:
            """Kafka takes no offsets from outside while the group has members."""
            try:
                await consumer.commit(dict.fromkeys(partitions, 0))
            except KafkaError:
                await asyncio.sleep(0.2)
                return False
            return True

        await eventually(committed, GIVEN_UP_WITHIN_SECONDS, f"{service} has left its group")
        return sum((await consumer.end_offsets(partitions)).values())
    finally:
        await consumer.stop()
