"""What was told of each history's head: to Kafka by the services, or to a file by `insight audit heads`."""

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import ValidationError

from shared.contracts.operations import AuditHead

_POLL_MILLISECONDS = 1_000


async def heads_on_kafka(bootstrap: str, topic_prefix: str) -> list[AuditHead]:
    """All that is on the topic now. Raises KafkaError; what is no head is passed over."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return [head async for value in _values(consumer, topic_prefix) for head in _head(value)]
    finally:
        await consumer.stop()


async def _values(consumer: AIOKafkaConsumer, topic_prefix: str) -> AsyncIterator[bytes]:
    partition = TopicPartition(topic_prefix + AuditHead.topic, 0)
    consumer.assign([partition])
    end = (await consumer.end_offsets([partition]))[partition]
    while await consumer.position(partition) < end:
        records = await consumer.getmany(partition, timeout_ms=_POLL_MILLISECONDS)
        for record in records.get(partition, []):
            yield record.value or b""


def _head(value: bytes) -> list[AuditHead]:
    try:
        return [AuditHead.model_validate_json(value)]
    except ValidationError:
        return []


def heads_in(file: Path) -> list[AuditHead]:
    """What `insight audit heads` wrote. Raises OSError, ValueError."""
    return [AuditHead.model_validate_json(json.dumps(one)) for one in json.loads(file.read_text())]


def written(heads: Iterable[AuditHead]) -> str:
    """As `heads_in` reads it."""
    return json.dumps([head.model_dump(mode="json") for head in heads], indent=2)
