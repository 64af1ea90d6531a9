"""What is on Kafka's topics, and how far each service has read them, seen by nobody's help but Kafka's."""

import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.cli.faults.load.direct import SOURCE, samples
from deploy.cli.faults.load.poison import cause_in
from deploy.local.settings import EstateSettings
from deploy.local.topics import load
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.directory import DIRECTORY_TOPIC
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.operations import DEAD_LETTERS_TOPIC, Cause
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.signals import SIGNALS_TOPIC
from shared.contracts.themes import THEMES_TOPIC

LISTENED = {
    "intake": (CASES_TOPIC,),
    "classification": (REPORTS_TOPIC, DIRECTORY_TOPIC),
    "actions": (REPORTS_TOPIC, THEMES_TOPIC, DIRECTORY_TOPIC),
    "notifications": (CASES_TOPIC, DIRECTORY_TOPIC, SIGNALS_TOPIC),
    "reporting": (
        REPORTS_TOPIC,
        THEMES_TOPIC,
        CASES_TOPIC,
        MESSAGES_TOPIC,
        DIRECTORY_TOPIC,
        DEAD_LETTERS_TOPIC,
    ),
}
TOPICS = (
    REPORTS_TOPIC,
    THEMES_TOPIC,
    CASES_TOPIC,
    MESSAGES_TOPIC,
    SIGNALS_TOPIC,
    DIRECTORY_TOPIC,
    DEAD_LETTERS_TOPIC,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as it lies on a topic; of its value only what is compared. The key is that of what its revision counts."""

    type: str
    key: str
    revision: int
    detail: str


@dataclass(frozen=True)
class Wire:
    """All facts by topic, each once, those of one key in their order; and by place the poison, with its topic and expected cause.

    Copies repeat a fact: allowed after a crash, and to have no effect. `copies` and `newer`, the facts of the next release, are
    counted by the service that sent them.
    """

    facts: Mapping[str, Sequence[Told]]
    poison: Mapping[str, tuple[str, Cause]]
    copies: Mapping[str, int]
    newer: Mapping[str, int]

    def of(self, topic: str, kind: str = "") -> list[Told]:
        """Those facts of the topic whose type ends so."""
        return [one for one in self.facts[topic] if one.type.endswith(kind)]

    def keys(self, topic: str, kind: str = "") -> list[str]:
        return [one.key for one in self.of(topic, kind)]


SAMPLED = frozenset(json.loads(value)["report_id"] for _, _, value, _ in samples())
"""Reports of which there are only samples."""


async def read_wire(settings: EstateSettings) -> Wire:
    facts: dict[str, list[Told]] = {topic: [] for topic in TOPICS}
    poison: dict[str, tuple[str, Cause]] = {}
    copies: Counter[str] = Counter()
    newer: Counter[str] = Counter()
    seen: set[str] = set()
    async for record in _records(settings):
        topic = record.topic.removeprefix(settings.topic_prefix)
        if cause := cause_in(record.key):
            poison[f"{record.topic}/{record.partition}/{record.offset}"] = (topic, cause)
            continue
        headers = {name: value.decode() for name, value in record.headers}
        source = headers["ce_source"].removeprefix("insight/")
        value = json.loads(record.value)
        if headers["ce_id"] in seen:
            copies[source] += 1
            continue
        seen.add(headers["ce_id"])
        newer[source] += value.get("edition") == "next"
        if value.get("report_id") not in SAMPLED:
            facts[topic].append(_told(headers["ce_type"], record.key.decode(), value))
    copies.pop(SOURCE, None)
    return Wire(facts, poison, copies, newer)


def _told(type_: str, key: str, value: Mapping[str, Any]) -> Told:
    detail = ""
    if "message_id" in value:
        detail = f"{key} {value['message_id']} {value['state']}"
    if "consumer" in value:
        detail = f"{value['consumer']} {key} {value['cause']}"
    return Told(type_, value.get("signal_id", key), value.get("revision", 0), detail)


async def _records(settings: EstateSettings) -> AsyncIterator[Any]:
    """Every record there is now; of one partition in their order."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    async with consumer:
        partitions = partitions_of(settings, TOPICS)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(one) < end for one, end in ends.items()]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                for record in some:
                    yield record


class Lags:
    """How far the services' groups are behind. Start it by `asking`."""

    def __init__(
        self, settings: EstateSettings, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient
    ) -> None:
        self._settings = settings
        self._consumer = consumer
        self._admin = admin

    async def unread(self, services: Iterable[str]) -> dict[str, int]:
        """Records that each service has not committed yet; services without any are left out."""
        found: dict[str, int] = {}
        for service in services:
            partitions = partitions_of(self._settings, LISTENED[service])
            ends = await self._consumer.end_offsets(partitions)
            done = await self._admin.list_consumer_group_offsets(group_of(self._settings, service))
            behind = sum(
                end - max(0, done[one].offset if one in done else 0) for one, end in ends.items()
            )
            if behind:
                found[f"{service}: records"] = behind
        return found


@contextlib.asynccontextmanager
async def asking(settings: EstateSettings) -> AsyncIterator[Lags]:
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    async with consumer:
        try:
            await admin.start()
            yield Lags(settings, consumer, admin)
        finally:
            await admin.close()


def group_of(settings: EstateSettings, service: str) -> str:
    return f"{settings.topic_prefix}insight-{service}"


def partitions_of(settings: EstateSettings, topics: Sequence[str]) -> list[TopicPartition]:
    """As they are declared."""
    return [
        TopicPartition(settings.topic_prefix + topic.name, number)
        for topic in load()
        if topic.name in topics
        for number in range(topic.partitions)
    ]
