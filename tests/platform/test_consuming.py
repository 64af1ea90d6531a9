"""Applied once, committed exactly, rewound for an outage: each by itself, on one consumer that is never restarted.

(A kill makes a consumer read again from the last commit and so hides a rewind or a commit that does not work.)
"""

from typing import Any
from uuid import UUID

from aiokafka import TopicPartition
from sqlalchemy import select

from deploy.cli.faults.gate import gate_before
from shared.contracts.operations import DeadLetter
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.contracts.themes import ThemesAssigned
from tests.platform.probe import Gate, Place, Probe, effect
from tests.support.databases import Databases
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually


async def _applied(probe: Probe, reports: list[ReportSubmitted]) -> None:
    """Wait until all are applied; then each must be there exactly once."""
    wanted = sorted(each.report_id for each in reports)

    async def all_there() -> bool:
        assert set(await probe.effects()) >= set(wanted)
        return True

    await eventually(all_there, within=30)
    assert sorted(await probe.effects()) == wanted


async def _committed_to(probe: Probe, count: int) -> None:
    async def reached() -> bool:
        offsets = await probe.committed()
        assert sum(offsets.values()) == count
        return True

    await eventually(reached)


async def test_a_fact_is_applied_once_however_often_it_comes(place: Place, facts: Facts) -> None:
    reports = [report(number) for number in range(20)]
    async with place.running() as probe:
        await facts.publish(*reports, *reports[:10])
        await _applied(probe, reports)
        await facts.publish(*reversed(reports))
        await _committed_to(probe, 50)
    async with place.running() as again:
        await facts.publish(*reports, report(99))
        await _committed_to(again, 71)
        assert len(await again.effects()) == 21
        assert len(await facts.expect_all(ThemesAssigned, count=21)) == 21


async def test_facts_of_one_key_are_applied_in_the_order_of_publishing(
    place: Place, facts: Facts
) -> None:
    ids = [report().report_id for _ in range(5)]
    reports = [report(number, ids[number % 5]) for number in range(200)]
    await facts.publish(*reports)
    async with place.running(consumer_batch=17) as probe:
        await _committed_to(probe, 200)
        async with probe.runtime.transactions.read() as connection:
            rows = await connection.execute(
                select(effect.c.report_id, effect.c.reference).order_by(effect.c.number)
            )
            orders: dict[UUID, list[str]] = {one: [] for one in ids}
            for report_id, reference in rows:
                orders[report_id].append(reference)
    assert orders == {
        one: [each.reference for each in reports if each.report_id == one] for one in ids
    }


async def test_the_offsets_committed_are_those_of_what_was_applied_and_nothing_more(
    place: Place, facts: Facts
) -> None:
    gate = Gate()
    first = [report(number) for number in range(6)]
    async with place.running(gate) as probe:
        await facts.publish(*first)
        await gate.entered.wait()
        assert await probe.committed() == {}
        gate.opened.set()
        await _committed_to(probe, 6)
        assert len(await probe.effects()) == 6


async def test_an_outage_puts_the_batch_back_and_loses_and_sets_aside_nothing(
    place: Place, facts: Facts
) -> None:
    gate = Gate(error=ConnectionError("the world is down"))
    gate.opened.set()
    reports = [report(number) for number in range(12)]
    async with place.running(gate, consumer_batch=5) as probe:
        await facts.publish(*reports)

        async def tried_three_times() -> bool:
            return len(gate.calls) >= 3

        await eventually(tried_three_times)
        consumer = probe.runtime.listener.consumer
        assert await probe.effects() == []
        assert await probe.committed() == {}
        gate.error = None
        await _applied(probe, reports)
        await _committed_to(probe, 12)
        assert probe.runtime.listener.consumer is consumer
        assert (await probe.runtime.status()).dead_letters == 0
        await facts.expect_all(ThemesAssigned, count=12)
    assert facts.seen(DeadLetter) == []
    assert len(facts.seen(ThemesAssigned)) == 12


async def test_the_database_may_go_away_in_the_middle_and_come_back(
    place: Place, facts: Facts, databases: Databases
) -> None:
    reports = [report(number) for number in range(30)]
    async with gate_before(databases.server) as gate:
        through_gate = gate.url(place.database_url)
        async with place.running(database_url=through_gate) as probe:
            await facts.publish(*reports[:10])
            await _applied(probe, reports[:10])
            consumer = probe.runtime.listener.consumer
            await gate.close()
            await facts.publish(*reports[10:])

            async def noticed() -> bool:
                status = await probe.runtime.status()
                return "the database does not answer" in status.problems

            await eventually(noticed)
            await eventually(lambda: _put_back(probe))
            gate.open()
            await _applied(probe, reports)
            await _committed_to(probe, 30)
            assert probe.runtime.listener.consumer is consumer
            await facts.expect_all(ThemesAssigned, count=30)
    assert facts.seen(DeadLetter) == []


async def _put_back(probe: Probe) -> bool:
    return probe.runtime.listener.progress.failures >= 1


async def test_partitions_lost_in_the_middle_of_a_batch_are_not_committed(
    place: Place, facts: Facts
) -> None:
    gate = Gate()
    reports = [report(number) for number in range(60)]
    await facts.publish(*reports)
    async with place.running(gate) as slow:
        await gate.entered.wait()
        commits = _spy_on_commits(slow)
        before = slow.assigned()
        async with place.running() as quick:

            async def shared_out() -> bool:
                return bool(quick.assigned()) and slow.assigned() < before

            await eventually(shared_out, within=30)
            kept = slow.assigned()
            gate.opened.set()
            await _applied(quick, reports)
            await _committed_to(quick, 60)
            assert commits, "the slow one committed nothing at all"
            assert set(commits[0]) <= kept
            assert len(await facts.expect_all(ThemesAssigned, count=60)) == 60


def _spy_on_commits(probe: Probe) -> list[dict[TopicPartition, int]]:
    """What this process commits: another one may commit the same offsets, so Kafka cannot tell."""
    seen: list[dict[TopicPartition, int]] = []
    consumer = probe.runtime.listener.consumer
    assert consumer is not None
    commit = consumer.commit

    async def spy(offsets: dict[TopicPartition, int]) -> Any:
        seen.append(offsets)
        return await commit(offsets)

    consumer.commit = spy
    return seen


async def test_what_is_of_no_interest_is_passed_over_and_committed(
    place: Place, facts: Facts
) -> None:
    async with place.running() as probe:
        await facts.publish_raw(REPORTS_TOPIC, None, key=b"gone", headers=[("ce_type", b"x")])
        wanted = report(1)
        await facts.publish(wanted)
        await _applied(probe, [wanted])
        await _committed_to(probe, 2)
