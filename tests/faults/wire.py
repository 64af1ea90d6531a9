"""What is on Kafka's topics, and how far each service has read them, seen by nobody's help but Kafka's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.settings import SERVICES
from deploy.local.topics import load
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.directory import DIRECTORY_TOPIC
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.operations import DEAD_LETTERS_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.themes import THEMES_TOPIC
from tests.faults.poison import cause_in

LISTENED = {
    "intake": (CASES_TOPIC,),
    "classification": (REPORTS_TOPIC, DIRECTORY_TOPIC),
    "actions": (REPORTS_TOPIC, THEMES_TOPIC, DIRECTORY_TOPIC),
    "notifications": (CASES_TOPIC, DIRECTORY_TOPIC),
    "reporting": (
        REPORTS_TOPIC,
        THEMES_TOPIC,
        CASES_TOPIC,
        MESSAGES_TOPIC,
        DIRECTORY_TOPIC,
        DEAD_LETTERS_TOPIC,
    ),
}
TOPICS = (REPORTS_TOPIC, THEMES_TOPIC, CASES_TOPIC, MESSAGES_TOPIC, DEAD_LETTERS_TOPIC)


@dataclass(frozen=True)
class Told:
    """A fact as it lies on a topic."""

    topic: str
    type: str
    key: str
    value: Mapping[str, Any]


@dataclass(frozen=True)
class Wire:
    """All facts by topic, in the order of reading, each once; and the poison by place, with its expected cause."""

    facts: Mapping[str, Sequence[Told]]
    poison: Mapping[str, str]
    copies: int
    """Records that repeat a fact: allowed, and to have no effect."""

    def of(self, topic: str, kind: str = "") -> list[Told]:
        """Those facts of the topic whose type ends so."""
        return [one for one in self.facts[topic] if one.type.endswith(kind)]


async def read_wire(bootstrap: str) -> Wire:
    facts: dict[str, list[Told]] = {topic: [] for topic in TOPICS}
    poison: dict[str, str] = {}
    seen: set[str] = set()
    copies = 0
    for record in await _records(bootstrap):
        if cause := cause_in(record.key):
            poison[f"{record.topic}/{record.partition}/{record.offset}"] = cause.value
            continue
        headers = {name: value.decode() for name, value in record.headers}
        if headers["ce_id"] in seen:
            copies += 1
            continue
        seen.add(headers["ce_id"])
        facts[record.topic].append(
            Told(record.topic, headers["ce_type"], record.key.decode(), json.loads(record.value))
        )
    return Wire(facts, poison, copies)


async def _records(bootstrap: str) -> list[Any]:
    """Every record there is now; of one partition in their order."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        partitions = partitions_of(TOPICS)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[Any] = []
        while any([await consumer.position(one) < end for one, end in ends.items()]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                records += some
        return records
    finally:
        await consumer.stop()


async def unread(bootstrap: str) -> dict[str, int]:
    """Records that each service has not committed yet; services without any are left out."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await consumer.start()
        await admin.start()
        found: dict[str, int] = {}
        for service in SERVICES:
            ends = await consumer.end_offsets(partitions_of(LISTENED[service]))
            done = await admin.list_consumer_group_offsets(group_of(service))
            behind = sum(
                end - max(0, done[one].offset if one in done else 0) for one, end in ends.items()
            )
            if behind:
                found[service] = behind
        return found
    finally:
        await admin.close()
        await consumer.stop()


def group_of(service: str) -> str:
    return f"insight-{service}"


def partitions_of(topics: Sequence[str]) -> list[TopicPartition]:
    """As they are declared."""
    return [
        TopicPartition(topic.name, number)
        for topic in load()
        if topic.name in topics
        for number in range(topic.partitions)
    ]
