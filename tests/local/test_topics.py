"""The topics' file against the contracts."""

import time
from datetime import timedelta

from aiokafka import AIOKafkaProducer
from annotated_types import Le

from deploy.local.topics import load
from shared.contracts.directory import DIRECTORY_TOPIC
from shared.contracts.facts import PUBLISHED
from shared.contracts.operations import HEARTBEATS_TOPIC
from shared.contracts.reclassifications import RECLASSIFICATIONS_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.sessions import SESSIONS_TOPIC
from shared.sessions.use_cases import LONGEST_SESSION, REMEMBERED
from shared.web.settings import WebSettings

TOPICS = {topic.name: topic for topic in load()}


def test_every_published_fact_has_its_topic_declared() -> None:
    assert {fact.topic for fact in PUBLISHED} <= set(TOPICS)


KEPT = {name: int(topic.settings["retention.ms"]) for name, topic in TOPICS.items()}


def test_facts_are_kept_for_ever_but_those_that_time_makes_void() -> None:
    passing = {name for name, retention in KEPT.items() if retention != -1}
    assert passing == {HEARTBEATS_TOPIC, SESSIONS_TOPIC, RECLASSIFICATIONS_TOPIC}


def test_an_ended_session_is_remembered_for_longer_than_any_session_can_live() -> None:
    longest = WebSettings.model_fields["longest_hours"].metadata
    assert Le(LONGEST_SESSION / timedelta(hours=1)) in longest
    assert timedelta(milliseconds=KEPT[SESSIONS_TOPIC]) == REMEMBERED > LONGEST_SESSION


def test_only_the_directory_is_compacted() -> None:
    compacted = [name for name, one in TOPICS.items() if "cleanup.policy" in one.settings]
    assert compacted == [DIRECTORY_TOPIC]


def test_topics_of_one_report_have_equally_many_partitions() -> None:
    names = ("reports", "themes", "reclassifications", "cases", "messages")
    keyed_by_report = [f"insight.{name}.v1" for name in names]
    assert {TOPICS[name].partitions for name in keyed_by_report} == {6}


async def test_a_sender_whose_clock_is_a_day_fast_can_publish(
    kafka: str, topic_prefix: str
) -> None:
    """Found by the rig: brokers since 4.0 refuse by default what comes from more than an hour ahead."""
    tomorrow = int((time.time() + 86_400) * 1000)
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        sent = await producer.send_and_wait(
            topic_prefix + REPORTS_TOPIC, b"{}", timestamp_ms=tomorrow
        )
    assert sent.timestamp < tomorrow, "Kafka's own time"
