"""From outbox to Kafka: only what was committed, in order for each key, by one relay at a time, whatever is away for a while."""

import asyncio
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from deploy.cli.faults.gate import gate_before
from deploy.local.topics import create_topics
from shared.contracts.reports import ReportSubmitted
from shared.platform import repository
from tests.platform.probe import Place, Probe
from tests.servers.broker import Broker
from tests.support.databases import Databases
from tests.support.facts import Facts, facts_of
from tests.support.reports import reference_of, report
from tests.support.waiting import eventually


async def _emit(probe: Probe, *reports: ReportSubmitted) -> None:
    async with probe.runtime.transactions.begin() as tx:
        tx.emit_all(reports)


async def _drained(probe: Probe) -> bool:
    async with probe.runtime.transactions.read() as connection:
        rows, _ = await repository.outbox_state(connection)
    return rows == 0


def _series(keys: list[UUID], count: int) -> list[ReportSubmitted]:
    """`count` facts, their references counting up, over these keys in turn."""
    return [report(number, keys[number % len(keys)]) for number in range(count)]


def _assert_each_key_in_order(facts: Facts, keys: list[UUID], count: int) -> None:
    for place, key in enumerate(keys):
        read = [one.reference for one in facts.seen(ReportSubmitted) if one.report_id == key]
        assert read == [reference_of(number) for number in range(place, count, len(keys))]


async def test_what_a_transaction_emitted_is_published_only_when_it_commits(
    place: Place, facts: Facts
) -> None:
    kept, dropped = report(1), report(2)

    async def drop(probe: Probe) -> None:
        async with probe.runtime.transactions.begin() as tx:
            tx.emit(dropped)
            await tx.flush()
            raise LookupError("second thoughts")

    async with place.running() as probe:
        with pytest.raises(LookupError):
            await drop(probe)
        await _emit(probe, kept)
        await facts.expect(ReportSubmitted, lambda fact: fact.report_id == kept.report_id)
        await eventually(lambda: _drained(probe))
    assert facts.seen(ReportSubmitted) == [kept]


async def test_two_replicas_relay_one_outbox_in_order_and_without_a_copy(
    place: Place, facts: Facts
) -> None:
    keys = [uuid7() for _ in range(7)]
    series = _series(keys, 420)
    async with place.running() as one, place.running() as other:
        for begin in range(0, len(series), 20):
            await _emit((one, other)[begin // 20 % 2], *series[begin : begin + 20])
        await facts.expect_all(ReportSubmitted, count=len(series))
        await eventually(lambda: _drained(one))
    _assert_each_key_in_order(facts, keys, len(series))
    assert facts.copies == 0


async def test_facts_wait_in_the_outbox_while_the_database_is_away(
    place: Place, facts: Facts, databases: Databases
) -> None:
    keys = [uuid7(), uuid7()]
    series = _series(keys, 40)
    async with gate_before(databases.server) as gate:
        behind = place.running(database_url=gate.url(place.database_url))
        async with behind as relaying:
            writer = place.build()
            await _emit(relaying, *series[:10])
            await facts.expect_all(ReportSubmitted, count=10)
            await gate.close()
            await _emit(writer, *series[10:])
            assert len(facts.seen(ReportSubmitted)) == 10
            gate.open()
            await facts.expect_all(ReportSubmitted, count=40)
            await writer.runtime.engine.dispose()
    _assert_each_key_in_order(facts, keys, 40)


@pytest.fixture
async def own_place(own_broker: Broker, probe_database: str) -> Place:
    await asyncio.to_thread(own_broker.start)
    await create_topics(own_broker.bootstrap, "own.", partitions=3)
    return Place(own_broker.bootstrap, "own.", probe_database)


async def test_the_relay_and_the_listener_outlive_a_broker_that_is_killed_and_started_again(
    own_place: Place, own_broker: Broker
) -> None:
    keys = [uuid7() for _ in range(5)]
    series = _series(keys, 150)
    async with own_place.running() as probe:
        await _emit(probe, *series[:50])

        async def applied(count: int) -> bool:
            return len(await probe.effects()) == count

        await eventually(lambda: applied(50), within=30)
        await asyncio.to_thread(own_broker.kill)
        await _emit(probe, *series[50:])

        async def noticed() -> bool:
            return "Kafka does not answer" in (await probe.runtime.status()).problems

        await eventually(noticed, within=30)
        await asyncio.to_thread(own_broker.start)
        await eventually(lambda: applied(150), within=60)
        assert (await probe.runtime.status()).dead_letters == 0
        async with facts_of(own_broker.bootstrap, "own.") as facts:
            await facts.expect_all(ReportSubmitted, count=150, within=30)
            _assert_each_key_in_order(facts, keys, 150)


async def test_a_service_starts_before_its_broker_and_waits_for_it(
    own_broker: Broker, probe_database: str
) -> None:
    place = Place(own_broker.bootstrap, "own.", probe_database)
    async with place.running() as probe:
        await _emit(probe, first := report(1))
        assert not (await probe.runtime.status()).ready
        await asyncio.to_thread(own_broker.start)
        await create_topics(own_broker.bootstrap, "own.", partitions=2)

        async def applied() -> bool:
            return await probe.effects() == [first.report_id]

        await eventually(applied, within=60)

        async def ready() -> bool:
            return (await probe.runtime.status()).ready

        await eventually(ready, within=30)
