"""Kafka's topics, from `deploy/topics.toml`: the one place where they are declared."""

import asyncio
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError

DECLARED = Path(__file__).parent.parent / "topics.toml"
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Topic:
    """A topic as it is declared; `retention_ms` -1 keeps its records for ever."""

    name: str
    partitions: int
    replication: int
    settings: dict[str, str]


def load(path: Path = DECLARED) -> list[Topic]:
    """The declared topics, in the file's order."""
    declared = tomllib.loads(path.read_text())
    return [
        Topic(
            name=name,
            partitions=topic["partitions"],
            replication=declared["replication"],
            settings=_settings(topic),
        )
        for name, topic in declared["topics"].items()
    ]


async def create_topics(
    bootstrap: str,
    prefix: str = "",
    partitions: int | None = None,
    topics: Iterable[Topic] | None = None,
) -> list[str]:
    """Makes the topics that are not there and returns their names. Existing ones are left as they are.

    `prefix` and `partitions` are for tests that share a broker. Raises `KafkaError` when the broker refuses, or cannot
    be reached for half a minute.
    """
    wanted = [
        NewTopic(
            name=prefix + topic.name,
            num_partitions=partitions or topic.partitions,
            replication_factor=topic.replication,
            topic_configs=topic.settings,
        )
        for topic in (load() if topics is None else topics)
    ]
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await _create(bootstrap, wanted)


async def _create(bootstrap: str, wanted: list[NewTopic]) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        present = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in present]
        if missing:
            response = await admin.create_topics(missing)
            for name, code, message in response.topic_errors:
                # Two may create at once: the second finds the first one's topic.
                if code not in {NoError.errno, TopicAlreadyExistsError.errno}:
                    raise KafkaError(f"{name}: {message}")
            await _until_usable(admin, [topic.name for topic in missing])
        return [topic.name for topic in missing]
    finally:
        await admin.close()


async def _until_usable(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """A made topic takes records once its partitions have leaders, a moment later."""
    while True:
        described = await admin.describe_topics(names)
        codes = [part["error_code"] for topic in described for part in topic["partitions"]]
        if codes and not any(codes) and not any(topic["error_code"] for topic in described):
            return
        await asyncio.sleep(0.05)


def _settings(topic: dict[str, object]) -> dict[str, str]:
    settings = {
        "retention.ms": str(topic["retention_ms"]),
        # Kafka's own clock. By the sender's, one that is more than an hour fast could publish nothing any more.
        "message.timestamp.type": "LogAppendTime",
    }
    if topic.get("compacted"):
        settings["cleanup.policy"] = "compact"
    if "max_message_bytes" in topic:
        settings["max.message.bytes"] = str(topic["max_message_bytes"])
    if "segment_ms" in topic:
        settings["segment.ms"] = str(topic["segment_ms"])
    return settings
