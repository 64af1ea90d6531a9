"""What a process says about itself: to `/status`, to the operations page, and with nothing to hide when something is away."""

import json

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.operations import DECISIONS_TOPIC, HEARTBEATS_TOPIC, Heartbeat
from shared.contracts.reports import REPORTS_TOPIC
from tests.platform.probe import Gate, Place, Probe
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually


async def _ready(probe: Probe) -> bool:
    return (await probe.runtime.status()).ready


async def test_lag_counts_what_is_not_processed_yet_and_ends_at_nothing(
    place: Place, facts: Facts
) -> None:
    gate = Gate()
    await facts.publish(*(report(number) for number in range(25)))
    async with place.running(gate, consumer_batch=5) as probe:
        await gate.entered.wait()
        reports, decisions = (place.topic_prefix + one for one in (REPORTS_TOPIC, DECISIONS_TOPIC))
        assert (await probe.runtime.status()).lag == {reports: 25, decisions: 0}
        gate.opened.set()

        async def caught_up() -> bool:
            return (await probe.runtime.status()).lag == {reports: 0, decisions: 0}

        await eventually(caught_up)
        status = await probe.runtime.status()
        assert status.ready
        assert status.service == "probe"


async def test_a_process_is_ready_once_its_group_has_taken_it_in(place: Place) -> None:
    async with place.running() as probe:
        assert not await _ready(probe)
        await eventually(lambda: _ready(probe))


async def test_heartbeats_reach_whoever_watches(place: Place) -> None:
    topic = place.topic_prefix + HEARTBEATS_TOPIC
    watching = AIOKafkaConsumer(bootstrap_servers=place.kafka, auto_offset_reset="earliest")
    await watching.start()
    try:
        watching.assign([TopicPartition(topic, number) for number in range(3)])
        async with place.running(instance="probe-1"):
            record = await anext(watching)
    finally:
        await watching.stop()
    assert dict(record.headers)["ce_type"] == Heartbeat.type.encode()
    heartbeat = Heartbeat.model_validate_json(record.value)
    assert heartbeat.instance == "probe-1"
    assert record.key == b"probe-1"
    assert set(json.loads(record.value)) == set(Heartbeat.model_fields)
