"""Topics that others must not wait for have a consumer of their own."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from shared.contracts.operations import DECISIONS_TOPIC, DeadLetterDecided
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import ReportSubmitted
from shared.platform.consumers import Consumers
from shared.platform.runtime import Runtime
from shared.platform.transaction import Transaction
from tests.platform.probe import Place, Probe, ProbeSettings, note
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.settings import settings_of
from tests.support.waiting import eventually


async def test_what_comes_on_other_topics_is_not_held_up_by_the_background(
    place: Place, facts: Facts
) -> None:
    entered, opened = asyncio.Event(), asyncio.Event()
    done: list[UUID] = []

    async def slow(requests: Sequence[ReclassificationRequested], _: Transaction) -> None:
        entered.set()
        await opened.wait()
        done.extend(request.report_id for request in requests)

    settings = settings_of(
        ProbeSettings,
        kafka=place.kafka,
        topic_prefix=place.topic_prefix,
        database_url=place.database_url,
    )
    probe = Probe(
        Runtime(
            settings,
            consumers=Consumers().on(ReportSubmitted, note),
            background=Consumers().on(ReclassificationRequested, slow),
        )
    )
    new = report()
    request = ReclassificationRequested(
        occurred_at=datetime.now(UTC), report_id=new.report_id, version="one-1"
    )

    async def applied() -> bool:
        return await probe.effects() == [new.report_id]

    async def lag() -> dict[str, int]:
        status = await probe.runtime.status()
        assert status.problems == ()
        return {
            topic.removeprefix(place.topic_prefix): number for topic, number in status.lag.items()
        }

    async def nothing_waits() -> bool:
        return await lag() == {new.topic: 0, DECISIONS_TOPIC: 0, request.topic: 0}

    async with probe.runtime.lifespan():
        await facts.publish(request)
        await asyncio.wait_for(entered.wait(), 30)
        await facts.publish(new)
        await eventually(applied, because="the report waits for the background")
        assert done == []
        assert (await lag())[request.topic] == 1
        opened.set()
        await eventually(nothing_waits)
        assert {topic for topic, _ in await probe.committed()} == {new.topic}, "not its own group"
    assert done == [new.report_id]
    assert probe.runtime.facts == (
        ReportSubmitted,
        DeadLetterDecided,
        ReclassificationRequested,
    )
