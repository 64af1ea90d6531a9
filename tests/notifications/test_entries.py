"""The history of messages: every change is an entry, one each, and no address stands there whole."""

from contextlib import AsyncExitStack

import pytest

from services.notifications import use_cases
from services.notifications.app import create_app
from services.notifications.domain import Accepted
from shared.platform.audit import Author, AuthorKind, RecordKind
from tests.notifications.office import Office
from tests.notifications.postbox import Postbox
from tests.notifications.samples import DUE, PROVIDER, PROVIDER_CONTACT, opened_case, organisation
from tests.support.apps import Running
from tests.support.directory import directory
from tests.support.entries import Told, entries, findings, steps

pytestmark = pytest.mark.integration

MAX = Author(AuthorKind.PERSON, "Max Stone", "0190", "0ZX")
INSIGHT = ("Insight", None)


async def _told(office: Office) -> list[Told]:
    return await entries(office.transactions, RecordKind.MESSAGE)


async def test_a_message_that_is_sent_has_two_entries_and_a_fact_that_comes_again_none(
    office: Office, postbox: Postbox
) -> None:
    fact = opened_case()
    await office.tell(fact)
    await office.tell(fact)
    await office.deliver()
    added, sent = await _told(office)
    assert (added.step, added.who, added.before) == ("added", INSIGHT, {})
    assert added.after == {
        "state": "pending",
        "kind": "alert",
        "recipient": PROVIDER,
        "address": "q***@insight.example",
        "report_id": str(fact.report_id),
        "reference": fact.reference,
        "due_at": DUE.isoformat().replace("+00:00", "Z"),
    }
    assert (sent.step, sent.before, sent.after) == ("sent", {"state": "sending"}, {"state": "sent"})
    async with office.transactions.read() as connection:
        assert await findings(connection) == []


async def test_a_held_message_gives_way_to_one_for_each_contact(office: Office) -> None:
    await office.know(organisation(PROVIDER))
    await office.tell(opened_case())
    await office.know(organisation(PROVIDER, "a@rz1.example", "no address", revision=3))
    await office.watch()
    held, one, other, released = await _told(office)
    assert held.after["state"] == "held"
    assert [one.after["state"], other.after["state"]] == ["pending", "failed"]
    assert other.after["address"] == "***"
    assert released.record_id == held.record_id
    assert released.step == "released"
    assert released.after == {"replaced_by": [one.record_id, other.record_id]}


async def test_an_operator_stands_in_the_history_by_name(office: Office, postbox: Postbox) -> None:
    postbox.answer_address = lambda address: f"550 {address} is unknown here"
    await office.tell(opened_case())
    await office.deliver()
    [entry] = await office.log()
    async with office.transactions.begin(who_asks=lambda: MAX) as tx:
        await use_cases.send_again(entry.message_id, tx)
    _, failed, again = await _told(office)
    refused = {"state": "failed", "reason": "refused", "smtp_code": 550}
    assert (failed.step, failed.after) == ("failed", refused)
    assert (again.step, again.who) == ("queued again", ("Max Stone", "0ZX"))
    assert (again.before, again.after) == (refused, {"state": "pending"})


async def test_mails_put_off_leave_no_entry_until_they_end(
    office: Office, postbox: Postbox
) -> None:
    postbox.answer_address = lambda _: "450 later"
    await office.tell(opened_case())
    await office.deliver()
    assert await steps(office.transactions, RecordKind.MESSAGE) == ["added"]
    postbox.answer_address = lambda _: "250 OK"
    await office.all_due()
    await office.deliver()
    assert await steps(office.transactions, RecordKind.MESSAGE) == ["added", "sent"]


async def test_what_became_of_an_unknown_message_follows_what_it_was(office: Office) -> None:
    await office.tell(opened_case())
    async with office.transactions.begin() as tx:
        batch = await use_cases.claim(tx, 10)
    async with office.transactions.begin() as tx:
        await use_cases.begin_sending(batch, tx)
    await office.age_claims()
    await office.watch()
    for _ in range(2):
        async with office.transactions.begin() as tx:
            await use_cases.record_outcomes([(batch.messages[0], Accepted(), None)], tx)
    _, lost, sent = await _told(office)
    assert lost.after == {"state": "unknown", "reason": "interrupted"}
    assert (sent.before, sent.after) == ({"state": "unknown"}, {"state": "sent"})


async def test_operators_read_a_messages_history_without_an_address(
    office: Office, postbox: Postbox
) -> None:
    postbox.answer_address = lambda address: f"550 {address} is unknown here"
    await office.tell(opened_case())
    await office.deliver()
    [entry] = await office.log()
    async with AsyncExitStack() as stack:
        pages = Running(create_app(office.settings()), stack)
        await pages.seed(directory())
        max_ = await pages.sign_in("max.stone")
        await max_.post(f"/messages/{entry.message_id}/send-again")
        page = (await max_.get(f"/messages/{entry.message_id}/history")).text
        file = (await max_.get(f"/messages/{entry.message_id}/history.csv")).text
        jo = await pages.sign_in("jo.lee")
        refused = await jo.get(f"/messages/{entry.message_id}/history")
        missing = await max_.get("/messages/0190f0a8-7b4e-7c3a-9d51-3a8e5f0c2d11/history")
    await pages.runtime.engine.dispose()
    assert "Max Stone" in page
    assert "for Westvale Support Unit (0ZX)" in page
    assert "The mail server refused it" in page
    assert PROVIDER_CONTACT not in page + file
    assert "queued again" in file
    assert (refused.status_code, missing.status_code) == (403, 404)
