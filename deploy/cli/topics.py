"""`insight topics`: Kafka's topics, made from `deploy/topics.toml`."""

import asyncio

from aiokafka.errors import KafkaError

from deploy.cli.console import estate_settings, fail
from deploy.local.topics import create_topics


def topics() -> None:
    """Make the Kafka topics that are missing, as deploy/topics.toml declares them."""
    settings = estate_settings()
    try:
        made = asyncio.run(create_topics(settings.bootstrap, settings.topic_prefix))
    except (KafkaError, OSError) as problem:
        fail(f"Kafka at {settings.bootstrap} does not answer or refused ({problem}).")
    print(f"Made {', '.join(made)}." if made else "All topics are there.")
