"""What an operator decides about a dead letter is done once by the service that set it aside, and by nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, null, select, update
from uuid_utils.compat import uuid7

from shared.contracts.facts import FACTS
from shared.contracts.operations import (
    Cause,
    DeadLetter,
    DeadLetterDecided,
    DeadLetterSettled,
    Decision,
    LetterOutcome,
)
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.platform.failures import Rejected
from shared.platform.tables import dead_letter
from shared.platform.transaction import Transaction
from tests.platform.probe import Place, Probe, note
from tests.support.facts import Facts, proper_headers
from tests.support.reports import SUBMITTED_AT, report
from tests.support.waiting import eventually

BAD = "refused while the rule is what it is"


@dataclass
class Rule:
    """A handler that refuses some, until it is mended."""

    mended: bool = False
    failures: list[Exception] = field(default_factory=list)
    """Raised first, one at a time."""

    async def __call__(self, reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
        if self.failures:
            raise self.failures.pop()
        if not self.mended and any(one.text == BAD for one in reports):
            raise Rejected("the rule says no")
        await note(reports, tx)


def decided(
    letter: DeadLetter, decision: Decision = Decision.REPLAY, **changes: object
) -> DeadLetterDecided:
    values: dict[str, object] = {
        "occurred_at": SUBMITTED_AT,
        "letter_id": letter.event_id,
        "decision_id": uuid7(),
        "consumer": letter.consumer,
        "decision": decision,
    }
    return DeadLetterDecided.model_validate(values | changes)


async def outcomes(facts: Facts, *decisions: DeadLetterDecided) -> list[LetterOutcome]:
    """What became of these, in their order, once something has become of all."""
    wanted = [one.decision_id for one in decisions]
    settled = await facts.expect_all(
        DeadLetterSettled, lambda one: one.decision_id in wanted, count=len(wanted)
    )
    return [one.outcome for one in sorted(settled, key=lambda one: wanted.index(one.decision_id))]


async def waiting(probe: Probe) -> int:
    return (await probe.runtime.status()).dead_letters_waiting


async def records_kept(probe: Probe) -> list[bytes | None]:
    async with probe.runtime.transactions.read() as connection:
        rows = await connection.execute(select(dead_letter.c.record_value))
        return [row[0] for row in rows]


async def test_a_replay_once_the_rule_is_mended_has_one_effect_however_often_it_is_decided(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused, report(2))
        letter = await facts.expect(DeadLetter)
        assert await records_kept(probe) == [refused.model_dump_json().encode()]
        rule.mended = True
        first, second, third = decided(letter), decided(letter), decided(letter)
        await facts.publish(first, first, second)
        assert await outcomes(facts, first, second) == [LetterOutcome.APPLIED, LetterOutcome.KNOWN]
        await facts.publish(first, third)
        assert await outcomes(facts, third) == [LetterOutcome.KNOWN]
        assert (await probe.effects()).count(refused.report_id) == 1
        assert len(await probe.effects()) == 2
        assert await waiting(probe) == 0
        assert await records_kept(probe) == [None], "it is over: nothing of it is kept here"
    assert len(facts.seen(DeadLetter)) == 1


async def test_a_replay_that_fails_again_is_kept_and_is_not_tried_by_itself(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused)
        letter = await facts.expect(DeadLetter)
        first, second = decided(letter), decided(letter)
        await facts.publish(first, second)
        assert await outcomes(facts, first, second) == [LetterOutcome.REFUSED] * 2
        (told, _) = facts.seen(DeadLetterSettled)
        assert (told.cause, told.detail) == (Cause.RULE, "the rule says no")
        assert await probe.effects() == []
        assert await waiting(probe) == 1
        rule.mended = True
        third = decided(letter)
        await facts.publish(third)
        assert await outcomes(facts, third) == [LetterOutcome.APPLIED]
        assert await probe.effects() == [refused.report_id]
    assert len(facts.seen(DeadLetter)) == 1, "a letter about a letter is a loop"


async def test_neighbours_of_a_letter_that_fails_again_are_applied(
    place: Place, facts: Facts
) -> None:
    rule = Rule()
    good = [report(number, text=BAD) for number in range(4)]
    async with place.running(rule) as probe:
        await facts.publish(*good)
        await facts.publish_raw(REPORTS_TOPIC, b"not JSON", headers=proper_headers(report(9)))
        letters = await facts.expect_all(DeadLetter, count=5)
        rule.mended = True
        decisions = [decided(letter) for letter in letters]
        await facts.publish(*decisions)
        found = zip(letters, await outcomes(facts, *decisions), strict=True)
        assert {(letter.cause, outcome) for letter, outcome in found} == {
            (Cause.RULE, LetterOutcome.APPLIED),
            (Cause.BAD_VALUE, LetterOutcome.REFUSED),
        }
        assert sorted(await probe.effects()) == sorted(one.report_id for one in good)
        assert await waiting(probe) == 1


async def test_what_is_discarded_is_never_applied_and_its_record_goes(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused)
        letter = await facts.expect(DeadLetter)
        discard, replay = decided(letter, Decision.DISCARD), decided(letter)
        rule.mended = True
        await facts.publish(discard, replay)
        assert await outcomes(facts, discard, replay) == [LetterOutcome.DISCARDED] * 2
        assert await probe.effects() == []
        assert await waiting(probe) == 0
        assert await records_kept(probe) == [None]


async def test_only_the_service_that_set_it_aside_does_what_was_decided(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused)
        letter = await facts.expect(DeadLetter)
        rule.mended = True
        another, unknown = decided(letter, consumer="another"), decided(letter, letter_id=uuid7())
        await facts.publish(another, unknown)
        assert await outcomes(facts, unknown) == [LetterOutcome.MISSING]
        assert [one.decision_id for one in facts.seen(DeadLetterSettled)] == [unknown.decision_id]
        assert await probe.effects() == []
        assert await waiting(probe) == 1


async def test_a_record_that_somebody_put_back_by_hand_is_not_applied_again(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused)
        letter = await facts.expect(DeadLetter)
        rule.mended = True
        await facts.publish(refused)

        async def applied() -> bool:
            return await probe.effects() == [refused.report_id]

        await eventually(applied)
        await facts.publish(replay := decided(letter))
        assert await outcomes(facts, replay) == [LetterOutcome.KNOWN]
        assert await probe.effects() == [refused.report_id]


async def test_an_outage_in_the_middle_of_a_replay_puts_it_off_and_decides_nothing(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused)
        letter = await facts.expect(DeadLetter)
        rule.mended = True
        rule.failures = [TimeoutError("down"), ConnectionError("down")]
        await facts.publish(replay := decided(letter))
        assert await outcomes(facts, replay) == [LetterOutcome.APPLIED]
        assert await probe.effects() == [refused.report_id]
        assert rule.failures == []


async def test_one_fact_in_two_letters_is_applied_once(place: Place, facts: Facts) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused)
        await facts.expect(DeadLetter)
        await facts.publish(refused)
        one, other = await facts.expect_all(DeadLetter, count=2)
        rule.mended = True
        decisions = decided(one), decided(other)
        await facts.publish(*decisions)
        found = await outcomes(facts, *decisions)
        assert sorted(found) == [LetterOutcome.APPLIED, LetterOutcome.KNOWN]
        assert await probe.effects() == [refused.report_id]
        assert await waiting(probe) == 0


async def test_a_type_that_became_known_and_is_not_this_service_s_is_over(
    place: Place, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ReportEaten(ReportSubmitted):
        type = "insight.report.eaten.v1"

    fact = report(1)
    headers = dict(proper_headers(fact)) | {"ce_type": ReportEaten.type.encode()}
    async with place.running() as probe:
        await facts.publish_raw(
            REPORTS_TOPIC, fact.model_dump_json().encode(), headers=list(headers.items())
        )
        letter = await facts.expect(DeadLetter)
        assert (letter.cause, letter.detail) == (Cause.UNKNOWN_TYPE, ReportEaten.type)
        monkeypatch.setitem(FACTS, ReportEaten.type, ReportEaten)
        await facts.publish(replay := decided(letter))
        assert await outcomes(facts, replay) == [LetterOutcome.NOT_WANTED]
        assert await probe.effects() == []
        assert await waiting(probe) == 0


async def test_letters_of_a_release_that_kept_records_in_the_topic_only_can_be_replayed(
    place: Place, facts: Facts
) -> None:
    rule, refused = Rule(), report(1, text=BAD)
    gone = report(2, text=BAD)
    async with place.running(rule) as probe:
        await facts.publish(refused, gone)
        letters = await facts.expect_all(DeadLetter, count=2)
        lost = next(one for one in letters if one.record_value == gone.model_dump_json().encode())
        (letter,) = [one for one in letters if one is not lost]
        nowhere = uuid7()
        async with probe.runtime.transactions.begin() as tx:
            await tx.connection.execute(update(dead_letter).values(record_headers=null()))
            is_lost = dead_letter.c.event_id == lost.event_id
            await tx.connection.execute(update(dead_letter).where(is_lost).values(event_id=nowhere))
    rule.mended = True
    async with place.running(rule) as probe:

        async def recovered() -> bool:
            return await records_with_headers(probe) == 1

        await eventually(recovered)
        decisions = decided(letter), decided(lost, letter_id=nowhere)
        await facts.publish(*decisions)
        assert await outcomes(facts, *decisions) == [LetterOutcome.APPLIED, LetterOutcome.MISSING]
        assert await probe.effects() == [refused.report_id]
        assert await waiting(probe) == 0


async def records_with_headers(probe: Probe) -> int:
    async with probe.runtime.transactions.read() as connection:
        held = select(func.count(dead_letter.c.record_headers)).select_from(dead_letter)
        return int((await connection.execute(held)).scalar_one())
