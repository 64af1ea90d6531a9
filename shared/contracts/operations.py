"""What keeps the estate honest: dead letters, each process's heartbeat, and how far each service's history has come.

`insight.dead-letters.v1` holds every record that could not be processed, whole, with its cause. `insight.heartbeats.v1` tells
operators how each process is. `insight.audit-heads.v1` is the history's anchor outside the database. A lost heartbeat or head
loses nothing, since the next one says more: they pass no outbox.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts.base import Fact, ShortText, Slug, Value

DEAD_LETTERS_TOPIC = "insight.dead-letters.v1"
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


class Sign(Value):
    """No fact, but how something is at a moment: may be lost, since the next one says it again."""

    topic: ClassVar[str]
    type: ClassVar[str]


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
    counts: dict[str, int] = Field(default_factory=dict)
    """What the service has done: `reports_accepted`, `cases_open`, `messages_sent`..."""


class AuditHead(Sign):
    """The last entry of a service's history when this was sent: nobody can rewrite what came before without its hash changing."""

    topic: ClassVar[str] = AUDIT_HEADS_TOPIC
    type: ClassVar[str] = "insight.audit-head.v1"

    service: Slug
    number: int = Field(ge=0)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    at: AwareDatetime
