"""`insight.messages.v1`: what was sent to whom and how it ended. Published by notifications, keyed by report id."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact, OrganisationCode, Reference

MESSAGES_TOPIC = "insight.messages.v1"


class MessageKind(StrEnum):
    ALERT = "alert"
    """To the provider: a report about you waits for your acknowledgement."""
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    """To the practice: the provider has acknowledged and says what happens next."""
    OUTCOME = "outcome"
    """To the practice: here is the outcome, confirm or dispute it."""
    DISPUTED = "disputed"
    """To the provider: the practice does not accept the outcome."""


class MessageState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    """The mail server accepted it."""
    FAILED = "failed"
    """The mail server refused it for good."""
    UNKNOWN = "unknown"
    """A crash fell between sending and recording: an operator decides whether to send again."""


class MessageSettled(Fact):
    """A message reached an end: sent, failed or unknown. No address: the organisation says who was told."""

    topic: ClassVar[str] = MESSAGES_TOPIC
    type: ClassVar[str] = "insight.message.settled.v1"

    message_id: UUID
    report_id: UUID
    reference: Reference
    kind: MessageKind
    recipient: OrganisationCode
    state: MessageState

    @property
    def key(self) -> str:
        return str(self.report_id)
