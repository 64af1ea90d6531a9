"""Facts on Kafka become counts on the page; what cannot be counted is set aside once and holds nobody up."""

from collections.abc import AsyncIterator

import pytest

from services.reporting.app import create_app
from services.reporting.settings import Settings
from shared.contracts.operations import (
    DEAD_LETTERS_TOPIC,
    HEARTBEATS_TOPIC,
    Cause,
    DeadLetter,
    Heartbeat,
)
from shared.contracts.reports import REPORTS_TOPIC, Tenet
from tests.conftest import SettingsFor
from tests.reporting.histories import NOW, as_kafka_may, history, seeded, story
from tests.reporting.support import until_counted
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.facts import Facts, proper_headers
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
async def service(settings_for: SettingsFor) -> AsyncIterator[Running]:
    async with running(create_app(await settings_for(Settings)), directory()) as service:
        yield service


async def test_facts_published_in_any_order_and_twice_are_counted_once(
    service: Running, facts: Facts
) -> None:
    happened = history(21, 40)
    await facts.publish(*as_kafka_may(happened, seeded(21), copies=0.3))
    await until_counted(service, [*directory(), *happened])


async def test_a_correction_moves_the_numbers_on_the_page(service: Running, facts: Facts) -> None:
    told = story(seeded(22), 22, tenet=Tenet.EXPERIENCE, happened_on=NOW.date())
    lead = await service.sign_in("helen.marsh")

    async def page_says(tenet: str, words: str) -> None:
        async def said() -> bool:
            text = (await lead.get(f"/trends/reports?tenet={tenet}")).text
            return f"</span> {words}</h1>" in text

        await eventually(said, within=60, because=words)

    await facts.publish(told.verdict(1, tenet=Tenet.SAFETY), told.report)
    await page_says("safety", "1 report")
    await facts.publish(told.verdict(2, tenet=Tenet.EFFECTIVENESS))
    await page_says("effectiveness", "1 report")
    await page_says("safety", "0 reports")


async def test_a_malformed_report_is_set_aside_once_and_its_neighbours_are_counted(
    service: Running, facts: Facts
) -> None:
    one, other = story(seeded(23), 1).report, story(seeded(24), 2).report
    await facts.publish(one)
    await facts.publish_raw(REPORTS_TOPIC, b"{}", key=one.key.encode(), headers=proper_headers(one))
    await facts.publish_raw(REPORTS_TOPIC, b"\xff", headers=[("ce_type", b"\xff")])
    await facts.publish(other)
    letters = await facts.expect_all(DeadLetter, count=2)
    assert {letter.consumer for letter in letters} == {"reporting"}
    await until_counted(service, [*directory(), one, other])


async def test_a_malformed_dead_letter_ends_as_one_well_formed_dead_letter_and_no_more(
    service: Running, facts: Facts
) -> None:
    await facts.publish_raw(DEAD_LETTERS_TOPIC, b"not json", headers=[("ce_type", b"x")])
    letter = await facts.expect(
        DeadLetter, lambda letter: letter.origin_topic.endswith(DEAD_LETTERS_TOPIC)
    )
    assert letter.cause is Cause.BAD_HEADERS
    operator = await service.sign_in("max.stone")

    async def listed() -> bool:
        return "Bad headers" in (await operator.get("/operations")).text

    await eventually(listed, within=60)
    # What follows in the same partition is read after it: were there a second letter about the first, it would be here.
    marker = letter.model_copy(update={"event_id": story(seeded(25), 3).report.event_id})
    await facts.publish(marker)
    await facts.expect(DeadLetter, lambda letter: letter.event_id == marker.event_id)
    assert len(facts.seen(DeadLetter)) == 2


async def test_heartbeats_are_shown_without_having_passed_a_group(
    service: Running, facts: Facts
) -> None:
    operator = await service.sign_in("max.stone")
    beat = Heartbeat(service="notifications", instance="host:9", at=NOW, ready=True)

    async def shown() -> bool:
        await facts.publish_raw(HEARTBEATS_TOPIC, beat.model_dump_json().encode())
        text = (await operator.get("/operations")).text
        return "host:9" in text

    await eventually(shown, within=60)
