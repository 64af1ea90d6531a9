"""Dead letters as operators decide about them: how each stands, and which ones are meant."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.contracts.operations import Cause, Decision, LetterOutcome


class LetterState(StrEnum):
    WAITING = "waiting"
    """For a decision: never decided about, or refused again."""
    REPLAYING = "replaying"
    """Decided; its service has not said yet what became of it."""
    DISCARDING = "discarding"
    APPLIED = "applied"
    DISCARDED = "discarded"
    GONE = "gone"
    """Its service has no such letter any more."""


OPEN = frozenset({LetterState.WAITING, LetterState.REPLAYING, LetterState.DISCARDING})
AFTER: Mapping[LetterOutcome, LetterState] = {
    LetterOutcome.APPLIED: LetterState.APPLIED,
    LetterOutcome.KNOWN: LetterState.APPLIED,
    LetterOutcome.NOT_WANTED: LetterState.APPLIED,
    LetterOutcome.REFUSED: LetterState.WAITING,
    LetterOutcome.DISCARDED: LetterState.DISCARDED,
    LetterOutcome.MISSING: LetterState.GONE,
}
"""How a letter stands once its service has done what was decided."""
DURING: Mapping[Decision, LetterState] = {
    Decision.REPLAY: LetterState.REPLAYING,
    Decision.DISCARD: LetterState.DISCARDING,
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Letters that wait for a decision: all of them, but for what is said here."""

    ids: tuple[UUID, ...] | None = None
    group: str | None = None
    cause: Cause | None = None
    consumer: str | None = None
    decided_by_others_than: tuple[UUID, ...] = ()
    """Decisions: a letter that one of them was about, and that was refused again, is not meant."""


ALL = Selection()


def group_of(consumer: str, cause: str, detail: str, origin_topic: str) -> str:
    """What the letters that one service set aside for one reason are called in addresses and commands."""
    reason = "\x1f".join((consumer, cause, detail, origin_topic))
    return hashlib.sha256(reason.encode()).hexdigest()[:12]
