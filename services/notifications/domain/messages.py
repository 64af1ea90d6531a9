"""Who is told what, and how a mail ends: pure rules.

A fact of a case becomes a `Notice` to one organisation, and so do the day's signals; a notice becomes one message for each of the
organisation's contacts.
What the mail server made of a message is an `Outcome`, from which `settle` says where the message stands.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.cases import (
    CaseAcknowledged,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    CaseState,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.messages import MessageKind, MessageState
from shared.contracts.reports import Kind

FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=1)
"""A mail server that comes back is found within this time, and one that is gone is asked no more than this often."""


class Reason(StrEnum):
    """Why a message is not sent (yet). Codes of our own: a server's words may repeat an address."""

    BAD_ADDRESS = "bad-address"
    REFUSED = "refused"
    PUT_OFF = "put-off"
    NO_ANSWER = "no-answer"
    INTERRUPTED = "interrupted"


class SignalMail(StrEnum):
    """Mails that are about no report. `insight.messages.v1`, whose facts are about one, does not tell of them."""

    DIGEST = "signals"
    """The day's signals."""
    JOINT_SAFETY = "joint-safety"
    """At once: safety and another tenet have become worse together."""


MailKind = MessageKind | SignalMail


def kind_of(value: str) -> MailKind:
    return SignalMail(value) if value in {*SignalMail} else MessageKind(value)


class Status(StrEnum):
    """A message's state as operators see it: pending without an address is `held`."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


def status_of(state: MessageState, address: str | None) -> Status:
    return Status.HELD if address is None else Status(state.value)


@dataclass(frozen=True)
class Notice:
    """An organisation is to be told of a fact, or of the signals that were put together under this id. `report_id` and `reference`
    only of a fact about a report, `due_at` and `report_kind` only where the mail mentions them."""

    fact_id: UUID
    kind: MailKind
    recipient: str
    report_id: UUID | None = None
    reference: str | None = None
    due_at: datetime | None = None
    report_kind: Kind | None = None


@dataclass(frozen=True)
class Accepted:
    """The mail server took it."""


@dataclass(frozen=True)
class Refused:
    """The mail server will never take it: a 5xx reply."""

    code: int


@dataclass(frozen=True)
class PutOff:
    """The mail server has not taken it, for certain, but may later: a 4xx reply, or nobody to ask (no code)."""

    code: int | None = None


@dataclass(frozen=True)
class Unanswered:
    """The mail was handed over and no reply came: it may or may not have been taken."""


Outcome = Accepted | Refused | PutOff | Unanswered


@dataclass(frozen=True)
class Standing:
    """Where a message stands after an outcome. `next_attempt_at` only for pending."""

    state: MessageState
    reason: Reason | None = None
    smtp_code: int | None = None
    next_attempt_at: datetime | None = None


def notice_of(fact: CaseFact) -> Notice | None:
    """Whom a fact of a case concerns; none for history and for facts that nobody is told by mail."""
    match fact:
        case CaseOpened(state=CaseState.HISTORY) | CaseOpened(due_at=None):
            return None
        case CaseOpened():
            return _notice(fact, MessageKind.ALERT, fact.provider, fact.due_at, fact.kind)
        case CaseDueSoon():
            return _notice(fact, MessageKind.DUE_SOON, fact.provider, fact.due_at)
        case CaseOverdue():
            return _notice(fact, MessageKind.OVERDUE, fact.provider, fact.due_at)
        case CaseAcknowledged():
            return _notice(fact, MessageKind.ANSWERED, fact.reporter)
        case OutcomeRecorded():
            return _notice(fact, MessageKind.OUTCOME, fact.reporter)
        case OutcomeDisputed():
            return _notice(fact, MessageKind.DISPUTED, fact.provider)
        case _:
            return None


def _notice(
    fact: CaseFact,
    kind: MessageKind,
    recipient: str,
    due_at: datetime | None = None,
    report_kind: Kind | None = None,
) -> Notice:
    return Notice(
        fact.event_id, kind, recipient, fact.report_id, fact.reference, due_at, report_kind
    )


def addresses_of(contacts: Iterable[str]) -> list[str]:
    """Each contact once, in the directory's order, without what is blank."""
    return list(dict.fromkeys(stripped for each in contacts if (stripped := each.strip())))


_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)


def is_address(text: str) -> bool:
    """Whether it can stand in `RCPT TO:<...>`: no display names, quotes, comments, or anything outside ASCII."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def masked(address: str) -> str:
    """`anna.smith@example.org` -> `a***@example.org`: enough to recognise a contact, not to use it."""
    if not is_address(address):
        return "***"
    name, _, host = address.rpartition("@")
    return f"{name[0]}***@{host}"


def standing_at_first(address: str) -> Standing:
    """A message begins as pending, unless its address can never work."""
    if is_address(address):
        return Standing(MessageState.PENDING)
    return Standing(MessageState.FAILED, Reason.BAD_ADDRESS)


def settle(outcome: Outcome, attempts: int, now: datetime) -> Standing:
    """`attempts` counts the one that ended with this outcome."""
    match outcome:
        case Accepted():
            return Standing(MessageState.SENT)
        case Refused(code):
            return Standing(MessageState.FAILED, Reason.REFUSED, code)
        case PutOff(code):
            again = now + retry_after(attempts)
            return Standing(MessageState.PENDING, Reason.PUT_OFF, code, again)
        case Unanswered():
            return Standing(MessageState.UNKNOWN, Reason.NO_ANSWER)


def retry_after(attempts: int) -> timedelta:
    """Doubles with each attempt, up to the longest."""
    doublings = min(max(attempts - 1, 0), 16)  # beyond that the longest has long been reached
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)


def standing_of_lost(begun: bool, now: datetime) -> Standing:
    """A claim whose worker is gone. Sending that never began is safe to begin again; what began is for an operator."""
    if begun:
        return Standing(MessageState.UNKNOWN, Reason.INTERRUPTED)
    return Standing(MessageState.PENDING, Reason.INTERRUPTED, next_attempt_at=now)


def may_be_sent_again(state: MessageState, reason: Reason | None) -> bool:
    """By an operator. What went to no usable address needs a corrected contact, not another attempt."""
    return state in {MessageState.FAILED, MessageState.UNKNOWN} and reason is not Reason.BAD_ADDRESS
