"""Everything that the estate has published, straight from Kafka."""

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from deploy.local.estate import Estate
from deploy.local.topics import load


async def all_records(estate: Estate) -> list["ConsumerRecord[bytes, bytes]"]:
    """Each record there is now, of every topic; `topic` without the estate's prefix is what `deploy/topics.toml` calls it."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=estate.settings.bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    await consumer.start()
    try:
        places = [
            TopicPartition(estate.settings.topic_prefix + topic.name, partition)
            for topic in load()
            for partition in range(topic.partitions)
        ]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
        return found
    finally:
        await consumer.stop()


def headers_of(record: "ConsumerRecord[bytes, bytes]") -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}
