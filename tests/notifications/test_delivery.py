"""Messages in a real database, sent to a real mail server: each once, and none without an account of how it ended."""

import asyncio
import contextlib

import pytest
from uuid_utils.compat import uuid7

from services.notifications import use_cases
from services.notifications.domain import Accepted, Reason, Status
from services.notifications.repository import delivery_log
from shared.contracts.cases import CaseState
from shared.contracts.messages import MessageState
from shared.platform.audit import Author, AuthorKind
from shared.platform.errors import Conflict, NotFound
from tests.notifications.office import Office
from tests.notifications.postbox import Postbox
from tests.notifications.samples import (
    PROVIDER,
    PROVIDER_CONTACT,
    facts_of_a_case,
    opened_case,
    organisation,
)
from tests.support.directory import closed

pytestmark = pytest.mark.integration

MAX = Author(AuthorKind.PERSON, "Max Stone", acting_for="0ZX")


async def test_every_fact_of_a_case_becomes_one_mail_to_each_side_it_concerns(
    office: Office, postbox: Postbox
) -> None:
    await office.tell(*facts_of_a_case().values())
    assert await office.deliver() == 6
    provider, practice = PROVIDER_CONTACT, "quality.y90001@insight.example"
    assert postbox.addresses == [provider] * 4 + [practice] * 2
    assert await office.counts() == {"sent": 6}
    assert {one.state for one in await office.settled()} == {MessageState.SENT}
    assert len(await office.settled()) == 6


async def test_each_contact_is_told_once_however_often_the_fact_comes(
    office: Office, postbox: Postbox
) -> None:
    await office.know(organisation(PROVIDER, "a@rz1.example", "b@rz1.example", "a@rz1.example"))
    fact = opened_case()
    await office.tell(fact, fact)
    await office.tell(fact)
    await office.deliver()
    await office.tell(fact)
    await office.deliver()
    assert postbox.addresses == ["a@rz1.example", "b@rz1.example"]


async def test_history_makes_no_message(office: Office) -> None:
    await office.tell(opened_case(state=CaseState.HISTORY, due_at=None))
    assert await office.log() == []


async def test_a_message_without_contact_is_held_and_sent_when_contacts_arrive(
    office: Office, postbox: Postbox
) -> None:
    await office.know(organisation(PROVIDER, "  "))
    await office.tell(opened_case(), opened_case(provider="RZ9"))
    assert await office.watch() == 0
    assert await office.deliver() == 0
    assert await office.counts() == {"held": 2}

    await office.know(
        organisation(PROVIDER, "a@rz1.example", "b@rz1.example", revision=3),
        organisation(PROVIDER, "c@rz9.example").model_copy(update={"code": "RZ9"}),
    )
    assert await office.watch() == 2
    assert await office.deliver() == 3
    assert postbox.addresses == ["a@rz1.example", "b@rz1.example", "c@rz9.example"]
    assert await office.counts() == {"sent": 3}


async def test_mail_for_an_organisation_that_was_succeeded_goes_to_its_successor(
    office: Office, postbox: Postbox
) -> None:
    old = organisation(PROVIDER, "old@rz1.example")
    new = organisation("RZ2", "new@rz2.example")
    await office.know(closed(old, "RZ3"), closed(organisation("RZ3"), "RZ2"), new)
    await office.tell(opened_case())
    await office.deliver()
    assert postbox.addresses == ["new@rz2.example"]
    assert [one.recipient for one in await office.log()] == ["RZ2"]


async def test_what_was_held_for_an_organisation_goes_to_whoever_succeeds_it(
    office: Office, postbox: Postbox
) -> None:
    nobody = organisation(PROVIDER)
    await office.know(nobody, organisation("RZ2", "new@rz2.example"))
    await office.tell(opened_case())
    assert await office.watch() == 0
    await office.know(closed(nobody, "RZ2"))
    assert await office.watch() == 1
    await office.deliver()
    assert postbox.addresses == ["new@rz2.example"]


async def test_a_contact_that_is_no_address_fails_and_the_others_are_told(
    office: Office, postbox: Postbox
) -> None:
    await office.know(organisation(PROVIDER, "ask for Jo", "a@rz1.example"))
    await office.tell(opened_case())
    [failed] = await office.settled()
    assert failed.state is MessageState.FAILED
    await office.deliver()
    assert postbox.addresses == ["a@rz1.example"]
    [bad] = [one for one in await office.log() if one.status is Status.FAILED]
    assert (bad.reason, bad.address, bad.may_be_sent_again) == (Reason.BAD_ADDRESS, "***", False)
    with pytest.raises(Conflict):
        async with office.transactions.begin() as tx:
            await use_cases.send_again(bad.message_id, tx)


async def test_a_server_that_is_down_gets_every_mail_once_when_it_is_back(
    office: Office, postbox: Postbox
) -> None:
    await postbox.stop()
    await office.tell(*(opened_case() for _ in range(5)))
    assert await office.deliver() == 5
    assert await office.deliver() == 0  # not before their time
    assert await office.counts() == {"pending": 5}
    assert await office.settled() == []
    await postbox.start()
    await office.all_due()
    assert await office.deliver() == 5
    assert len(postbox.received) == 5
    assert await office.counts() == {"sent": 5}


async def test_a_refusal_fails_with_its_code_and_an_operator_sends_again(
    office: Office, postbox: Postbox
) -> None:
    postbox.answer_address = lambda address: f"550 {address} is unknown here"
    await office.tell(opened_case())
    await office.deliver()
    [entry] = await office.log()
    assert (entry.status, entry.reason, entry.smtp_code) == (Status.FAILED, Reason.REFUSED, 550)
    assert await office.deliver() == 0

    postbox.answer_address = lambda _: "250 OK"
    async with office.transactions.begin(who_asks=lambda: MAX) as tx:
        await use_cases.send_again(entry.message_id, tx)
    await office.deliver()
    assert len(postbox.received) == 1
    async with office.transactions.read() as connection:
        attempts = await delivery_log.attempts(connection, entry.message_id)
    assert [(one.number, one.state) for one in attempts] == [
        (1, MessageState.FAILED),
        (2, MessageState.SENT),
    ]
    assert [one.state for one in await office.settled()] == [
        MessageState.FAILED,
        MessageState.SENT,
    ]


async def test_a_crash_after_sending_began_shows_as_unknown_and_only_an_operator_sends_again(
    office: Office, postbox: Postbox
) -> None:
    await office.tell(opened_case())
    delivery, server = office.worker()
    postbox.go_on.clear()
    crashing = asyncio.create_task(delivery.deliver_once(server, office.transactions))
    await postbox.holding.wait()
    crashing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await crashing
    postbox.go_on.set()

    assert await office.watch() == 0  # its lease still runs
    await office.age_claims()
    assert await office.watch() == 1
    [entry] = await office.log()
    assert (entry.status, entry.reason) == (Status.UNKNOWN, Reason.INTERRUPTED)
    assert [one.state for one in await office.settled()] == [MessageState.UNKNOWN]
    assert await office.deliver() == 0

    async with office.transactions.begin() as tx:
        await use_cases.send_again(entry.message_id, tx)
    assert await office.deliver() == 1
    assert await office.counts() == {"sent": 1}


async def test_a_crash_before_sending_began_goes_back_and_is_sent_once(
    office: Office, postbox: Postbox
) -> None:
    await office.tell(opened_case())
    async with office.transactions.begin() as tx:
        await use_cases.claim(tx, 10)
    assert await office.deliver() == 0
    await office.age_claims()
    assert await office.watch() == 1
    assert await office.settled() == []
    assert await office.deliver() == 1
    assert len(postbox.received) == 1


async def test_a_worker_that_thaws_after_its_claim_was_given_away_sends_nothing(
    office: Office, postbox: Postbox
) -> None:
    await office.tell(opened_case())
    async with office.transactions.begin() as tx:
        frozen = await use_cases.claim(tx, 10)
    await office.age_claims()
    await office.watch()
    assert await office.deliver() == 1
    async with office.transactions.begin() as tx:
        assert await use_cases.begin_sending(frozen, tx) == set()
    async with office.transactions.begin() as tx:
        await use_cases.record_outcomes([(frozen.messages[0], Accepted(), None)], tx)
    assert await office.counts() == {"sent": 1}
    assert len(await office.settled()) == 1


async def test_a_worker_that_thaws_after_sending_corrects_unknown(office: Office) -> None:
    await office.tell(opened_case())
    async with office.transactions.begin() as tx:
        frozen = await use_cases.claim(tx, 10)
    async with office.transactions.begin() as tx:
        await use_cases.begin_sending(frozen, tx)
    await office.age_claims()
    await office.watch()
    for _ in range(2):  # recording twice is recording once
        async with office.transactions.begin() as tx:
            await use_cases.record_outcomes([(frozen.messages[0], Accepted(), None)], tx)
    assert await office.counts() == {"sent": 1}
    assert [one.state for one in await office.settled()] == [
        MessageState.UNKNOWN,
        MessageState.SENT,
    ]


async def test_a_late_record_changes_nothing_once_an_operator_had_it_sent_again(
    office: Office,
) -> None:
    await office.tell(opened_case())
    async with office.transactions.begin() as tx:
        frozen = await use_cases.claim(tx, 10)
    async with office.transactions.begin() as tx:
        await use_cases.begin_sending(frozen, tx)
    await office.age_claims()
    await office.watch()
    [entry] = await office.log()
    async with office.transactions.begin() as tx:
        await use_cases.send_again(entry.message_id, tx)
    async with office.transactions.begin() as tx:
        await use_cases.record_outcomes([(frozen.messages[0], Accepted(), None)], tx)
    assert await office.statuses() == [Status.PENDING]


async def test_workers_side_by_side_never_send_the_same_message(
    office: Office, postbox: Postbox
) -> None:
    workers = [office.worker() for _ in range(4)]
    cases = [opened_case() for _ in range(150)]
    await office.tell(*cases)
    delivered = 0
    while delivered < 150:
        rounds = (one.deliver_once(server, office.transactions) for one, server in workers)
        delivered += sum(len(one) for one in await asyncio.gather(*rounds))
    assert delivered == 150
    assert len({one.message["Message-ID"] for one in postbox.received}) == 150
    assert len(postbox.received) == 150
    assert await office.counts() == {"sent": 150}


async def test_a_message_that_is_sent_or_not_there_cannot_be_sent_again(office: Office) -> None:
    await office.tell(opened_case())
    await office.deliver()
    [entry] = await office.log()
    async with office.transactions.begin() as tx:
        with pytest.raises(Conflict):
            await use_cases.send_again(entry.message_id, tx)
        with pytest.raises(NotFound):
            await use_cases.send_again(uuid7(), tx)


async def test_the_log_is_filtered_and_read_page_by_page(office: Office) -> None:
    await office.tell(*(opened_case() for _ in range(5)))
    async with office.transactions.read() as connection:
        first = await delivery_log.entries(
            connection, status=Status.PENDING, kind=None, before=None, limit=3
        )
        rest = await delivery_log.entries(
            connection, status=Status.PENDING, kind=None, before=first[-1].message_id, limit=3
        )
        none = await delivery_log.entries(
            connection, status=Status.SENT, kind=None, before=None, limit=3
        )
    ids = [one.message_id for one in (*first, *rest)]
    assert (len(first), len(rest), none) == (3, 2, [])
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 5
