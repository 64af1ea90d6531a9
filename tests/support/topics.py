"""The topics of one test."""

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.topics import load


async def delete_topics(bootstrap: str, prefix: str) -> None:
    """Delete what `create_topics` made for the prefix, so that a run's thousand topics do not weigh on the broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([prefix + topic.name for topic in load()])
    finally:
        await admin.close()
