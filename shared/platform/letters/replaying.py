"""What operators decide about records that this service set aside, done in the transaction of whatever else is consumed with it.

A letter is applied as its record would have been: its fact goes through the inbox and the service's own handlers. Whatever is
decided again, or delivered twice, finds the letter settled and has no second effect. One that fails again is kept as it was, and
waits: nothing is ever tried by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from aiokafka import ConsumerRecord

from shared.contracts.operations import (
    Cause,
    DeadLetterDecided,
    DeadLetterSettled,
    Decision,
    LetterOutcome,
)
from shared.platform import repository as platform
from shared.platform.consumers import Consumers
from shared.platform.letters import repository
from shared.platform.letters.repository import Kept
from shared.platform.records import Malformed, Received, read
from shared.platform.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one decision."""

    outcome: LetterOutcome
    cause: Cause | None = None
    detail: str = ""


class Replaying:
    """The handler of `DeadLetterDecided` in every service."""

    def __init__(self, service: str, consumers: Sequence[Consumers]) -> None:
        """`consumers` are all that the service applies facts by."""
        self._service = service
        self._consumers = consumers

    async def decide(self, facts: Sequence[DeadLetterDecided], tx: Transaction) -> None:
        """Do what was decided, in that order. Raises for an outage only, and then nothing has been done."""
        todo = [fact for fact in facts if fact.consumer == self._service]
        while todo:
            now, todo = _first_of_each_letter(todo)
            await self._round(now, tx)

    async def _round(self, decided: Mapping[UUID, DeadLetterDecided], tx: Transaction) -> None:
        kept = await repository.lock(tx.connection, decided.keys())
        results: dict[UUID, Result] = {}
        replayed: list[Kept] = []
        for letter_id, fact in decided.items():
            letter = kept.get(letter_id)
            if letter is None or letter.outcome is not None or letter.headers is None:
                results[letter_id] = _without_record(letter)
            elif fact.decision is Decision.DISCARD:
                results[letter_id] = Result(LetterOutcome.DISCARDED)
            else:
                replayed.append(letter)
        results |= await self._replay(replayed, tx)
        await self._settle(results, kept, tx)
        tx.emit_all(
            DeadLetterSettled(
                occurred_at=tx.now,
                letter_id=letter_id,
                decision_id=fact.decision_id,
                consumer=self._service,
                outcome=results[letter_id].outcome,
                cause=results[letter_id].cause,
                detail=results[letter_id].detail,
            )
            for letter_id, fact in decided.items()
        )

    async def _settle(
        self, results: Mapping[UUID, Result], kept: Mapping[UUID, Kept], tx: Transaction
    ) -> None:
        open_ = {one.event_id for one in kept.values() if one.outcome is None}
        refused = {key: one.cause for key, one in results.items() if one.cause is not None}
        over = {key: one.outcome for key, one in results.items() if one.cause is None}
        await repository.refuse(tx.connection, refused)
        await repository.settle(
            tx.connection, {key: outcome for key, outcome in over.items() if key in open_}, tx.now
        )

    async def _replay(self, letters: Sequence[Kept], tx: Transaction) -> dict[UUID, Result]:
        results: dict[UUID, Result] = {}
        wanted: dict[UUID, Received] = {}
        for letter in letters:
            one = read(_record_of(letter))
            if isinstance(one, Malformed):
                results[letter.event_id] = _refused(one)
            elif one is None or not any(each.wants(one.fact) for each in self._consumers):
                results[letter.event_id] = Result(LetterOutcome.NOT_WANTED)
            else:
                wanted[letter.event_id] = one
        applied = await self._apply({one.identity: one for one in wanted.values()}, tx)
        told: set[UUID] = set()
        for letter_id, one in wanted.items():
            result = applied[one.identity]
            # Two letters may hold one fact; it is applied by the first of them.
            again = one.identity in told and result.outcome is LetterOutcome.APPLIED
            results[letter_id] = Result(LetterOutcome.KNOWN) if again else result
            told.add(one.identity)
        return results

    async def _apply(self, facts: Mapping[UUID, Received], tx: Transaction) -> dict[UUID, Result]:
        """By the facts' identities. As `Batches` does with what comes from Kafka: inbox, then handlers."""
        fresh = await platform.claim_events(tx.connection, facts.keys())
        tx.follow({one.fact.key: one.traceparent for one in facts.values()})
        results = {
            identity: Result(LetterOutcome.APPLIED if identity in fresh else LetterOutcome.KNOWN)
            for identity in facts
        }
        for consumers in self._consumers:
            new = [one for one in facts.values() if one.identity in fresh]
            poison = await consumers.apply_isolated(
                [one for one in new if consumers.wants(one.fact)], tx
            )
            identities = {id(one.record): one.identity for one in new}
            refused = {identities[id(one.record)]: _refused(one) for one in poison}
            await platform.release_events(tx.connection, list(refused))
            results |= refused
        return results


def _first_of_each_letter(
    facts: Iterable[DeadLetterDecided],
) -> tuple[dict[UUID, DeadLetterDecided], list[DeadLetterDecided]]:
    """The first decision about each letter, and the others, which come after it."""
    first: dict[UUID, DeadLetterDecided] = {}
    others = [fact for fact in facts if first.setdefault(fact.letter_id, fact) is not fact]
    return first, others


def _without_record(letter: Kept | None) -> Result:
    """What has become of it before, told again."""
    if letter is None or letter.outcome is None:
        return Result(LetterOutcome.MISSING)
    if letter.outcome is LetterOutcome.APPLIED:
        return Result(LetterOutcome.KNOWN)
    return Result(letter.outcome)


def _refused(one: Malformed) -> Result:
    return Result(LetterOutcome.REFUSED, one.cause, one.detail)


def _record_of(letter: Kept) -> "ConsumerRecord[bytes, bytes]":
    """As it came from its topic, but for its time and what Kafka counts of it."""
    key, value = letter.key, letter.value
    return ConsumerRecord(
        letter.topic,
        letter.partition,
        letter.offset,
        0,
        0,
        key,
        value,
        None,
        len(key or b""),
        len(value or b""),
        letter.headers or (),
    )
