"""The topics' file against the contracts."""

from deploy.local.topics import load
from shared.contracts.directory import DIRECTORY_TOPIC
from shared.contracts.facts import PUBLISHED
from shared.contracts.operations import HEARTBEATS_TOPIC

TOPICS = {topic.name: topic for topic in load()}


def test_every_published_fact_has_its_topic_declared() -> None:
    assert {fact.topic for fact in PUBLISHED} <= set(TOPICS)


def test_facts_are_kept_for_ever() -> None:
    kept = {name: topic.settings["retention.ms"] for name, topic in TOPICS.items()}
    assert {name for name, retention in kept.items() if retention != "-1"} == {HEARTBEATS_TOPIC}


def test_only_the_directory_is_compacted() -> None:
    compacted = [name for name, one in TOPICS.items() if "cleanup.policy" in one.settings]
    assert compacted == [DIRECTORY_TOPIC]


def test_topics_of_one_report_have_equally_many_partitions() -> None:
    keyed_by_report = [f"insight.{name}.v1" for name in ("reports", "themes", "cases", "messages")]
    assert {TOPICS[name].partitions for name in keyed_by_report} == {6}
