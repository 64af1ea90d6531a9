"""Operators decide about dead letters on pages: masked, once, with who and why in the history."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from services.reporting.app import create_app
from services.reporting.domain.letters import Selection
from services.reporting.repository import letters
from services.reporting.settings import Settings
from services.reporting.use_cases import decide_about_letters
from shared.contracts.operations import (
    Cause,
    DeadLetter,
    DeadLetterDecided,
    DeadLetterSettled,
    Decision,
    LetterOutcome,
    RawHeader,
)
from shared.contracts.reports import REPORTS_TOPIC
from shared.platform.audit import RecordKind
from shared.platform.errors import Unprocessable
from tests.conftest import SettingsFor
from tests.reporting.histories import NOW
from tests.reporting.support import apply
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.entries import entries
from tests.support.facts import Facts, proper_headers
from tests.support.letters import set_aside
from tests.support.reports import report
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

CANARY = "Winterbourne"
PATH = "/operations/dead-letters"
WHY = "The list of services was corrected"


@pytest.fixture
async def service(settings_for: SettingsFor) -> AsyncIterator[Running]:
    async with running(create_app(await settings_for(Settings)), directory()) as service:
        yield service


def letter(number: int = 0, **changes: object) -> DeadLetter:
    """Of actions, about a report, with the canary in its key, value and headers."""
    values: dict[str, object] = {
        "consumer": "actions",
        "occurred_at": NOW,
        "record_key": b64encode(CANARY.encode()),
        "record_headers": (
            RawHeader(name=CANARY, value=b64encode(b"x")),
            RawHeader(name="ce_type", value=b64encode(CANARY.encode())),
        ),
    }
    text = f"{CANARY} and others waited"
    return set_aside(number=number, text=text, **(values | changes))  # type: ignore[arg-type]  # fields of the contract


def settled(
    decided: DeadLetterDecided, outcome: LetterOutcome, **changes: object
) -> DeadLetterSettled:
    values: dict[str, object] = {
        "occurred_at": NOW,
        "letter_id": decided.letter_id,
        "decision_id": decided.decision_id,
        "consumer": decided.consumer,
        "outcome": outcome,
    }
    return DeadLetterSettled.model_validate(values | changes)


async def page(service: Running, path: str, status: int = 200) -> str:
    answer = await (await service.sign_in("max.stone")).get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def group_in(service: Running) -> str:
    """The address of the only group there is."""
    (found,) = set(re.findall(rf"{PATH}/([0-9a-f]{{12}})\b", await page(service, PATH)))
    return f"{PATH}/{found}"


async def test_letters_are_shown_by_reason_and_masked(service: Running) -> None:
    other = letter(9, cause=Cause.RULE, detail="the rule says no")
    first = letter(1)
    await apply([first, letter(2), other], service.transactions)
    for path in ("/operations", PATH):
        text = await page(service, path)
        assert "harm: enum" in text
        assert "the rule says no" in text
        groups = re.findall(rf"{PATH}/([0-9a-f]{{12}})\b", text)
        assert len(set(groups)) == 2
    async with service.transactions.read() as connection:
        (group,) = await letters.groups(connection, Selection(cause=Cause.BAD_VALUE), limit=9)
    shown = [
        await page(service, PATH),
        await page(service, f"{PATH}/{group.group}"),
        await page(service, f"{PATH}/letters/{first.event_id}"),
    ]
    assert f"About {report(1).reference}" in shown[1]
    for text in shown[1:]:
        assert "text, 30 characters" in text
        assert "Refused: enum" in text
        assert "unknown header, 12 characters" in text
    assert not any(CANARY.lower() in text.lower() for text in shown)


async def test_a_replay_asks_the_service_once_and_shows_what_became_of_it(
    service: Running, facts: Facts
) -> None:
    told = [letter(number) for number in range(3)]
    await apply(told, service.transactions)
    operator = await service.sign_in("max.stone")
    group = await group_in(service)
    sent = await operator.post(group, {"decision": "replay", "reason": WHY})
    assert sent.status_code == 303
    result = sent.headers["location"]
    assert "Being replayed" in await page(service, result)
    again = await operator.post(group, {"decision": "replay", "reason": WHY})
    assert again.headers["location"] == f"{PATH}?nothing"
    decided = await facts.expect_all(DeadLetterDecided, count=3)
    assert {one.letter_id for one in decided} == {one.event_id for one in told}
    assert {(one.consumer, one.decision) for one in decided} == {("actions", Decision.REPLAY)}
    outcomes = (LetterOutcome.APPLIED, LetterOutcome.KNOWN, LetterOutcome.REFUSED)
    await facts.publish(
        settled(decided[0], outcomes[0]),
        settled(decided[1], outcomes[1]),
        settled(decided[2], outcomes[2], cause=Cause.RULE, detail="the rule says no"),
    )

    async def done() -> bool:
        return "Not done yet" not in await page(service, result)

    await eventually(done)
    assert len(facts.seen(DeadLetterDecided)) == 3
    text = await page(service, result)
    assert "Max Stone" in text
    assert WHY in text
    for words in ("Applied: 1", "no second effect: 1", "it waits for another decision: 1"):
        assert words in text
    # What was refused again waits under its new reason, and can be decided about anew.
    assert "the rule says no" in await page(service, PATH)
    assert (await page(service, group, 404)) is not None
    refused = await page(service, await group_in(service))
    assert "Refused again 1 time" in refused


async def test_who_decided_and_why_is_in_the_history_and_is_shown(
    service: Running, facts: Facts
) -> None:
    one = letter()
    await apply([one], service.transactions)
    operator = await service.sign_in("max.stone")
    sent = await operator.post(
        f"{PATH}/letters/{one.event_id}", {"decision": "discard", "reason": WHY}
    )
    assert sent.status_code == 303
    decided = await facts.expect(DeadLetterDecided)
    await facts.publish(settled(decided, LetterOutcome.DISCARDED))

    async def steps() -> list[tuple[str, str]]:
        told = await entries(service.transactions, RecordKind.DEAD_LETTER, one.event_id)
        return [(each.step, each.who[0]) for each in told]

    async def both() -> bool:
        return await steps() == [("discard", "Max Stone"), ("discarded", "Insight")]

    await eventually(both)
    for path in (f"{PATH}/letters/{one.event_id}", f"{PATH}/history"):
        text = await page(service, path)
        assert "Discarding decided" in text
        assert "Max Stone" in text
        assert WHY in text
    file = await (await service.sign_in("max.stone")).get(f"{PATH}/history.csv")
    assert WHY in file.text
    assert "None: no record waits" in await page(service, PATH)


async def test_what_is_to_be_discarded_needs_a_reason(service: Running) -> None:
    one = letter()
    await apply([one], service.transactions)
    operator = await service.sign_in("max.stone")
    for address in (await group_in(service), f"{PATH}/letters/{one.event_id}"):
        for values in ({"decision": "discard", "reason": "  "}, {"decision": ""}, {}):
            answer = await operator.post(address, values)
            assert answer.status_code == 422
            assert "There is a problem" in answer.text
    async with service.transactions.begin() as tx:
        with pytest.raises(Unprocessable):
            await decide_about_letters(Selection(), Decision.DISCARD, "", tx)
    async with service.transactions.read() as connection:
        assert await letters.count_waiting(connection, Selection()) == 1
    assert await entries(service.transactions, RecordKind.DEAD_LETTER) == []


async def test_many_letters_are_decided_about_in_parts_the_oldest_first(
    service: Running, facts: Facts
) -> None:
    told = [letter(number) for number in range(5)]
    await apply(told, service.transactions)
    async with service.transactions.begin() as tx:
        decided = await decide_about_letters(Selection(), Decision.REPLAY, "", tx, limit=2)
    assert decided is not None
    assert decided.letters == 2
    found = await facts.expect_all(DeadLetterDecided, count=2)
    assert [one.letter_id for one in found] == [one.event_id for one in told[:2]]
    async with service.transactions.read() as connection:
        assert await letters.count_waiting(connection, Selection()) == 3


async def test_a_record_that_reporting_set_aside_is_replayed_by_reporting_itself(
    service: Running, facts: Facts
) -> None:
    """The whole way on real servers: poison, letter, decision, refusal, page."""
    fact = report(text=CANARY)
    await facts.publish_raw(
        REPORTS_TOPIC,
        fact.model_dump_json().encode().replace(b'"kind":"event"', b'"kind":"Winterbourne"'),
        key=fact.key.encode(),
        headers=proper_headers(fact),
    )
    one = await facts.expect(DeadLetter)
    address = f"{PATH}/letters/{one.event_id}"

    async def says(words: str) -> bool:
        answer = await (await service.sign_in("max.stone")).get(address)
        return words in " ".join(answer.text.split())

    await eventually(lambda: says("Waits for a decision"))
    operator = await service.sign_in("max.stone")
    for tries in (1, 2):
        assert (await operator.post(address, {"decision": "replay"})).status_code == 303
        await eventually(lambda tries=tries: says(f"{tries} time"))  # type: ignore[misc]
    assert len(facts.seen(DeadLetter)) == 1
    assert not await says(CANARY)
