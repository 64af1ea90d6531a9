"""What keeps the estate honest: dead letters, each process's heartbeat, and how far each service's history has come.

`insight.dead-letters.v1` holds every record that could not be processed, whole, with its cause, and what became of it in the end.
`insight.dead-letter-decisions.v1` has what operators decided about them. `insight.heartbeats.v1` tells operators how each process
is. `insight.audit-heads.v1` is the history's anchor outside the database. A lost heartbeat or head loses nothing, since the next
one says more: they pass no outbox.
"""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts.base import Fact, Reference, ShortText, Slug, Value

DEAD_LETTERS_TOPIC = "insight.dead-letters.v1"
DECISIONS_TOPIC = "insight.dead-letter-decisions.v1"
HEARTBEATS_TOPIC = "insight.heartbeats.v1"
AUDIT_HEADS_TOPIC = "insight.audit-heads.v1"


class Cause(StrEnum):
    """Why a record could not be processed."""

    BAD_HEADERS = "bad-headers"
    UNKNOWN_TYPE = "unknown-type"
    BAD_VALUE = "bad-value"
    """Not JSON, or not what the contract says."""
    RULE = "rule"
    """The contract holds, but a rule or the database refused it."""


class RawHeader(Value):
    name: str
    value: Base64Bytes


class DeadLetter(Fact):
    """A record set aside, with all that is needed to put it back. The record itself may hold free text: show it masked."""

    topic: ClassVar[str] = DEAD_LETTERS_TOPIC
    type: ClassVar[str] = "insight.dead-letter.recorded.v1"

    consumer: Slug
    """The service that could not process it."""
    origin_topic: ShortText
    origin_partition: int
    origin_offset: int
    cause: Cause
    detail: ShortText
    """What was wrong, without the record's own words: error types and field names only."""
    record_key: Base64Bytes | None
    record_value: Base64Bytes | None
    record_headers: tuple[RawHeader, ...]

    @property
    def key(self) -> str:
        return f"{self.origin_topic}/{self.origin_partition}/{self.origin_offset}"


class Decision(StrEnum):
    """What an operator can decide about a dead letter."""

    REPLAY = "replay"
    """The service that set the record aside is to try it once more."""
    DISCARD = "discard"
    """It is never to be applied."""


class DeadLetterDecided(Fact):
    """An operator has decided about a dead letter. For the service that set it aside; all others pass it over."""

    topic: ClassVar[str] = DECISIONS_TOPIC
    type: ClassVar[str] = "insight.dead-letter.decided.v1"

    letter_id: UUID
    """The `event_id` of the `DeadLetter`."""
    decision_id: UUID
    """One for all letters that were decided about together."""
    consumer: Slug
    decision: Decision

    @property
    def key(self) -> str:
        return self.consumer


class LetterOutcome(StrEnum):
    """What became of a decision about a dead letter."""

    APPLIED = "applied"
    KNOWN = "known"
    """The service had applied the same fact before: it has no second effect."""
    NOT_WANTED = "not-wanted"
    """It can be read by now, and is nothing that the service takes."""
    REFUSED = "refused"
    """It still cannot be processed, and waits for another decision."""
    DISCARDED = "discarded"
    MISSING = "missing"
    """The service has no such letter: its database began anew after it was written."""


class DeadLetterSettled(Fact):
    """A service has done what was decided about one of its dead letters."""

    topic: ClassVar[str] = DEAD_LETTERS_TOPIC
    type: ClassVar[str] = "insight.dead-letter.settled.v1"

    letter_id: UUID
    decision_id: UUID
    consumer: Slug
    outcome: LetterOutcome
    cause: Cause | None = None
    """Why it was refused again."""
    detail: ShortText = ""
    """As a dead letter's: without the record's own words."""

    @property
    def key(self) -> str:
        return str(self.letter_id)


class Sign(Value):
    """No fact, but how something is at a moment: may be lost, since the next one says it again."""

    topic: ClassVar[str]
    type: ClassVar[str]


class Accepted(Value):
    """How many reports there were by a moment so long ago that none can be added to them any more."""

    number: int = Field(ge=0)
    until: AwareDatetime


class Waiting(Value):
    """Reports that have waited at one stage of the chain for longer than is usual."""

    stage: Slug
    """A service's name, or what `docs/guarantees.md` says."""
    number: int = Field(ge=0)
    since: AwareDatetime
    """Since when the oldest of them waits."""
    references: tuple[Reference, ...] = ()
    """Of the oldest few, where they are known."""


class Heartbeat(Sign):
    """How one process of a service is, once a second or so. The same numbers as its `/status`."""

    topic: ClassVar[str] = HEARTBEATS_TOPIC
    type: ClassVar[str] = "insight.heartbeat.v1"

    service: Slug
    instance: ShortText
    at: AwareDatetime
    ready: bool
    problems: tuple[ShortText, ...] = ()
    """Why it is not ready, in words for an operator."""
    lag: dict[str, int] = Field(default_factory=dict)
    """Records not yet processed, by topic, over the partitions this process holds."""
    outbox_rows: int = 0
    outbox_age_seconds: float = 0
    dead_letters: int = 0
    """Records this service has set aside since its database began."""
    dead_letters_waiting: int = 0
    """Those of them about which nobody has decided yet, or which were refused again."""
    counts: dict[str, int] = Field(default_factory=dict)
    """What the service has done: `reports_accepted`, `cases_open`, `messages_sent`..."""
    accepted: Accepted | None = None
    """Of intake: what the others are to account for."""
    waiting: tuple[Waiting, ...] = ()
    """Of intake: what its outbox holds up. Of reporting: where accepted reports are that should have come further."""


class AuditHead(Sign):
    """The last entry of a service's history when this was sent: nobody can rewrite what came before without its hash changing."""

    topic: ClassVar[str] = AUDIT_HEADS_TOPIC
    type: ClassVar[str] = "insight.audit-head.v1"

    service: Slug
    number: int = Field(ge=0)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    at: AwareDatetime
