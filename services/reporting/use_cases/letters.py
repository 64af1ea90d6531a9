"""What was set aside anywhere: listed, decided about by operators, and what became of it."""

from collections.abc import Sequence

from uuid_utils.compat import uuid7

from services.reporting.domain.letters import AFTER, DURING, LetterState, Selection
from services.reporting.domain.shapes import about, shape_of
from services.reporting.repository import letter_decisions, letters
from services.reporting.repository.letter_decisions import Decided
from services.reporting.repository.letters import Place, WaitingLetter
from shared.contracts.operations import (
    DeadLetter,
    DeadLetterDecided,
    DeadLetterSettled,
    Decision,
)
from shared.platform.audit import Change, RecordKind
from shared.platform.errors import Unprocessable
from shared.platform.transaction import Transaction

DECIDED_AT_ONCE = 1_000
"""Letters in one transaction: each is a fact and an entry of the history."""


async def list_dead_letters(facts: Sequence[DeadLetter], tx: Transaction) -> None:
    """Where and why records were set aside, and what they look like masked, for operators to decide."""
    masked = []
    for fact in facts:
        headers = [(one.name, one.value) for one in fact.record_headers]
        shape = shape_of(fact.record_key, fact.record_value, headers)
        masked.append((fact, shape, about(fact.record_key, fact.record_value)))
    await letters.save(tx.connection, masked)


async def settle_dead_letters(facts: Sequence[DeadLetterSettled], tx: Transaction) -> None:
    """What became of letters that were decided about. One that was refused again waits for another decision."""
    newest = {fact.letter_id: fact for fact in facts}
    known = await letters.places_of(tx.connection, newest.keys())
    told = [fact for key, fact in newest.items() if key in known]
    await letters.settle(tx.connection, told, known)
    tx.record(*(_became(fact, known[fact.letter_id]) for fact in facts if fact.letter_id in known))


def _became(fact: DeadLetterSettled, place: Place) -> Change:
    after = {"record": str(place), "outcome": fact.outcome, "decision_id": fact.decision_id}
    if fact.cause is not None:
        after |= {"cause": fact.cause, "detail": fact.detail}
    state = {"state": AFTER[fact.outcome]}
    return Change(RecordKind.DEAD_LETTER, str(fact.letter_id), fact.outcome, {}, after | state)


async def decide_about_letters(
    selection: Selection,
    decision: Decision,
    reason: str,
    tx: Transaction,
    *,
    limit: int | None = None,
) -> Decided | None:
    """Have the oldest of the letters that wait replayed or discarded by the services that set them aside; none where none waits.
    Raises Unprocessable where they are to be discarded without a reason."""
    if decision is Decision.DISCARD and not reason:
        raise Unprocessable("Say why these records are never to be applied.")
    waiting = await letters.take(tx.connection, selection, limit or DECIDED_AT_ONCE)
    if not waiting:
        return None
    decided = Decided(
        decision_id=uuid7(),
        decision=decision,
        reason=reason,
        decided_by=tx.author.name,
        acting_for=tx.author.acting_for,
        decided_at=tx.now,
        letters=len(waiting),
        outcomes={None: len(waiting)},
    )
    ids = [one.letter_id for one in waiting]
    await letters.mark(tx.connection, ids, DURING[decision], decided.decision_id)
    await letter_decisions.add(tx.connection, decided)
    for one in waiting:
        tx.emit(
            DeadLetterDecided(
                occurred_at=tx.now,
                letter_id=one.letter_id,
                decision_id=decided.decision_id,
                consumer=one.consumer,
                decision=decision,
            )
        )
        tx.record(_decided(one, decided))
    return decided


def _decided(letter: WaitingLetter, decided: Decided) -> Change:
    before = {"state": LetterState.WAITING}
    after: dict[str, object] = {
        "state": DURING[decided.decision],
        "record": str(letter.place),
        "consumer": letter.consumer,
        "cause": letter.cause,
        "decision_id": decided.decision_id,
    }
    if decided.reason:
        after["reason"] = decided.reason
    return Change(RecordKind.DEAD_LETTER, str(letter.letter_id), decided.decision, before, after)
