"""The whole service on real Kafka, PostgreSQL and a real mail server; and what operators see of it."""

import re
from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import func, update
from uuid_utils.compat import uuid7

from services.notifications.app import create_app
from services.notifications.settings import Settings
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.messages import MessageKind, MessageSettled, MessageState
from shared.contracts.operations import Cause, DeadLetter
from shared.contracts.reports import Tenet
from shared.platform.tables import timer
from tests.conftest import SettingsFor
from tests.notifications.postbox import Postbox
from tests.notifications.samples import (
    PROVIDER,
    PROVIDER_CONTACT,
    facts_of_a_case,
    joint,
    opened_case,
    raised,
)
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.facts import Facts, proper_headers
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


@pytest.fixture
async def service(settings_for: SettingsFor, postbox: Postbox) -> AsyncIterator[Running]:
    app = create_app(await settings_for(Settings, smtp=postbox.url))
    async with running(app, directory()) as started:
        yield started


async def test_a_case_becomes_mails_in_the_trace_that_caused_them_and_the_ends_are_published(
    service: Running, postbox: Postbox, facts: Facts
) -> None:
    case = list(facts_of_a_case().values())
    await facts.publish(*case, traceparent=TRACEPARENT)
    settled = await facts.expect_all(MessageSettled, count=6, within=30)
    assert {one.kind for one in settled} == set(MessageKind)
    assert {one.state for one in settled} == {MessageState.SENT}
    assert {one.report_id for one in settled} == {case[0].report_id}
    for one in settled:
        assert TRACE_ID in (facts.travelled(one).traceparent or "")
    assert len(postbox.received) == 6


async def test_signals_are_heard_and_mailed_at_once_or_when_the_digest_s_timer_fires(
    service: Running, postbox: Postbox, facts: Facts
) -> None:
    await facts.publish(raised(), joint(Tenet.EXPERIENCE, Tenet.SAFETY), traceparent=TRACEPARENT)

    async def arrived(number: int) -> bool:
        return len(postbox.received) == number

    await eventually(partial(arrived, 1), because="the joint signal is not mailed")

    async def fires() -> bool:
        async with service.transactions.begin() as tx:
            moved = await tx.connection.execute(update(timer).values(due_at=func.now()))
        return bool(moved.rowcount)

    await eventually(fires, because="no digest is set")
    await eventually(partial(arrived, 2), because="the digest is not mailed")
    at_once, digest = postbox.received
    assert "Experience and safety: worse together" in at_once.text
    assert "All reports: higher than expected" in digest.text
    operator = await service.sign_in("max.stone")
    log = (await operator.get("/messages?kind=signals")).text
    [link] = re.findall(r'href="(/messages/[0-9a-f-]{36})"', log)
    assert "Signals of the day" in (await operator.get(link)).text
    assert "Signals of the day" in (await operator.get(f"{link}/history")).text


async def test_copies_of_a_fact_make_one_mail(
    service: Running, postbox: Postbox, facts: Facts
) -> None:
    fact = opened_case()
    await facts.publish(fact, fact)
    await facts.publish(fact)
    last = opened_case(report_id=fact.report_id)  # the same key: read after the copies
    await facts.publish(last)
    await facts.expect_all(MessageSettled, count=2, within=30)
    assert postbox.addresses == [PROVIDER_CONTACT] * 2


async def test_a_fact_from_before_its_organisation_is_sent_once_the_directory_comes(
    settings_for: SettingsFor, postbox: Postbox, facts: Facts
) -> None:
    async with running(create_app(await settings_for(Settings, smtp=postbox.url))):
        await facts.publish(opened_case())
        await facts.publish(*directory())
        sent = await facts.expect(MessageSettled, within=30)
    assert (sent.recipient, sent.state) == (PROVIDER, MessageState.SENT)


async def test_a_malformed_record_goes_to_the_dead_letters_and_its_neighbour_is_sent(
    service: Running, postbox: Postbox, facts: Facts
) -> None:
    fact = opened_case()
    key = str(fact.report_id).encode()
    await facts.publish_raw(
        CASES_TOPIC, b'{"no": "case"}', key=key, headers=proper_headers(opened_case())
    )
    await facts.publish(fact)
    letter = await facts.expect(DeadLetter, within=30)
    assert (letter.consumer, letter.cause) == ("notifications", Cause.BAD_VALUE)
    await facts.expect(MessageSettled, within=30)
    assert postbox.addresses == [PROVIDER_CONTACT]


async def test_an_operator_sees_a_failed_message_and_sends_it_again(
    service: Running, postbox: Postbox, facts: Facts
) -> None:
    operator = await service.sign_in("max.stone")
    assert "There are no messages yet" in (await operator.get("/messages")).text

    postbox.answer_address = lambda address: f"550 {address} is unknown"
    await facts.publish(opened_case())
    await facts.expect(MessageSettled, lambda one: one.state is MessageState.FAILED, within=30)
    page = (await operator.get("/messages?status=failed&kind=")).text
    assert "Northfield Acute NHS Trust" in page
    assert "q***@insight.example" in page
    assert PROVIDER_CONTACT not in page
    [link] = re.findall(r'href="(/messages/[0-9a-f-]{36})"', page)
    assert "No messages match" in (await operator.get("/messages?status=unknown")).text

    postbox.answer_address = lambda _: "250 OK"
    answer = await operator.post(f"{link}/send-again")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    await facts.expect(MessageSettled, lambda one: one.state is MessageState.SENT, within=30)
    page = (await operator.get(link)).text
    assert "Max Stone" in page
    assert "(code 550)" in page
    assert (await operator.post(f"{link}/send-again")).status_code == 409


async def test_nobody_but_operators_sees_messages(service: Running) -> None:
    paths = ["/messages", f"/messages/{uuid7()}"]
    for subject in ("amira.patel", "jo.lee", "helen.marsh", "ravi.dhillon", "ada.quinn"):
        person = await service.sign_in(subject)
        for path in paths:
            assert (await person.get(path)).status_code == 403
        assert (await person.post(f"{paths[1]}/send-again")).status_code == 403
    visitor = await service.visitor()
    answer = await visitor.get("/messages")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/messages")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/messages?status=lost", 422),
        ("/messages?before=yesterday", 422),
        ("/messages/019ab0c0-5e00-7000-8000-000000000404", 404),
        ("/messages/1", 404),
    ],
)
async def test_a_wrong_address_gets_an_error_page(service: Running, path: str, status: int) -> None:
    operator = await service.sign_in("max.stone")
    answer = await operator.get(path)
    assert answer.status_code == status
    assert "<h1" in answer.text


async def test_the_counts_are_told(service: Running, postbox: Postbox, facts: Facts) -> None:
    await facts.publish(opened_case(), opened_case(provider="RZ9"))
    await facts.expect(MessageSettled, within=30)

    async def counted() -> bool:
        heartbeat = await service.runtime.status()
        counts = heartbeat.counts
        return (counts.get("messages_sent"), counts.get("messages_held")) == (1, 1)

    await eventually(counted, within=30)
