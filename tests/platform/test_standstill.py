"""A consumer that lives and gets nothing any more, as aiokafka's may after a broker's crash, is started again."""

import asyncio

import pytest

from shared.platform import listener
from tests.platform.probe import Place
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually


async def test_a_consumer_that_leaves_records_waiting_is_started_again(
    place: Place, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_PATIENCE_SECONDS", 1.0)
    first, second = report(1), report(2)
    async with place.running() as probe:
        await facts.publish(first)
        await eventually(lambda: probe.effects())
        stuck = probe.runtime.listener.consumer
        assert stuck is not None
        stuck.pause(*stuck.assignment())
        await facts.publish(second)

        async def both_applied() -> bool:
            return sorted(await probe.effects()) == sorted([first.report_id, second.report_id])

        await eventually(both_applied, within=60)
        assert probe.runtime.listener.consumer is not stuck


async def test_a_consumer_whose_commits_are_never_answered_is_started_again(
    place: Place, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on getting records, each of them a commit's time limit later: found by the rig after a broker's kill."""
    monkeypatch.setattr(listener, "_COMMIT_SECONDS", 0.2)
    async with place.running() as probe:
        await facts.publish(report(0))
        await eventually(lambda: probe.effects())
        stuck = probe.runtime.listener.consumer
        assert stuck is not None
        monkeypatch.setattr(stuck, "commit", lambda _: asyncio.Event().wait())
        for number in range(1, 5):
            await facts.publish(report(number))

            async def applied(count: int = number + 1) -> bool:
                return len(await probe.effects()) == count

            await eventually(applied)

        async def all_committed() -> bool:
            return sum((await probe.committed()).values()) == 5

        await eventually(all_committed)
        assert probe.runtime.listener.consumer is not stuck


async def test_a_consumer_with_nothing_to_do_is_left_alone(
    place: Place, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_PATIENCE_SECONDS", 1.0)
    async with place.running() as probe:
        await facts.publish(report(1))
        await eventually(lambda: probe.effects())
        consumer, moved_at = (
            probe.runtime.listener.consumer,
            probe.runtime.listener.progress.moved_at,
        )

        async def three_times_as_long() -> bool:
            return probe.runtime.listener.progress.moved_at > moved_at + 3

        await eventually(three_times_as_long)
        assert probe.runtime.listener.consumer is consumer
