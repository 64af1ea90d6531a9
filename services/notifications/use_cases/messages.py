"""Messages: made from notices, sent by a worker's steps, and settled."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.notifications.domain import (
    Notice,
    Outcome,
    Reason,
    SignalMail,
    Standing,
    Status,
    addresses_of,
    changes_in,
    masked,
    may_be_sent_again,
    notice_of,
    settle,
    standing_at_first,
    standing_of_lost,
    status_of,
)
from services.notifications.mail import Letter
from services.notifications.repository import messages as repository
from services.notifications.repository import signals
from services.notifications.repository.messages import Claimed, NewMessage, Settled
from shared.contracts.cases import CaseClosed, CaseFact, ClosedBecause
from shared.contracts.messages import MessageSettled, MessageState
from shared.directory import repository as directory
from shared.platform.audit import Change, RecordKind
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Messages claimed together, and what their mails say."""

    claim: UUID
    messages: Sequence[Claimed]
    letters: Sequence[Letter]


async def notify(facts: Sequence[CaseFact], tx: Transaction) -> None:
    """Tells each organisation of the facts that concern it."""
    notices = [n for fact in facts if (n := notice_of(fact))]
    await add_messages(
        notices, {one.fact_id: tx.traceparent_of(str(one.report_id)) for one in notices}, tx
    )
    await _leave_out_withdrawn({one.report_id for one in notices}, tx)


async def stop_telling(facts: Sequence[CaseClosed], tx: Transaction) -> None:
    """Nobody is told anything more about a report that was withdrawn. What has left, or is leaving, has: the case says the rest."""
    withdrawn = {one.report_id for one in facts if one.because is ClosedBecause.WITHDRAWN}
    await repository.remember_withdrawn(tx.connection, withdrawn)
    await _leave_out_withdrawn(withdrawn, tx)


async def _leave_out_withdrawn(report_ids: Collection[UUID | None], tx: Transaction) -> None:
    """Of these reports, wherever a message about them has come to wait anew. Most batches have none: they pay for a look by key."""
    withdrawn = await repository.withdrawn_among(tx.connection, report_ids)
    if withdrawn:
        left_out = await repository.take_waiting(tx.connection, withdrawn)
        tx.record(*(_left_out(one.message_id, one.status) for one in left_out))


def _left_out(message_id: UUID, status: Status) -> Change:
    return _entry(message_id, "left out", {"state": status}, {})


async def add_messages(
    notices: Sequence[Notice], traces: Mapping[UUID, str | None], tx: Transaction
) -> None:
    """Adds a message for each contact of the organisation that each notice concerns; without contacts, one that is held. `traces`
    are those that led to each fact."""
    notices = await _to_whom_it_concerns(notices, tx)
    contacts = await _contacts(tx, {one.recipient for one in notices})
    new = [
        message
        for notice in notices
        for message in _messages(notice, contacts[notice.recipient], traces[notice.fact_id], tx)
    ]
    await _add(new, tx)


async def release_held(tx: Transaction, limit: int = 500) -> int:
    """Turns held messages into real ones where contacts have arrived, the organisation's own or its successor's; returns how many
    were held."""
    waiting = await repository.held_recipients(tx.connection)
    today = await directory.successors(tx.connection, waiting)
    contacts = await _contacts(tx, {today.get(code, code) for code in waiting})
    ready = [code for code in waiting if contacts[today.get(code, code)]]
    held = await repository.take_held(tx.connection, ready, limit) if ready else []
    notices = await _to_whom_it_concerns([one.notice for one in held], tx)
    new = [
        message
        for one, notice in zip(held, notices, strict=True)
        for message in _messages(
            notice, contacts[notice.recipient], one.traceparent, tx, instead_of=one
        )
    ]
    await _add(new, tx)
    tx.record(*(_released(one, new) for one in held))
    await _leave_out_withdrawn({one.report_id for one in notices}, tx)
    return len(held)


async def _to_whom_it_concerns(notices: Sequence[Notice], tx: Transaction) -> list[Notice]:
    """An organisation that closed is not told any more: who succeeded it is."""
    today = await directory.successors(tx.connection, {one.recipient for one in notices})
    return [replace(one, recipient=today.get(one.recipient, one.recipient)) for one in notices]


def _released(held: NewMessage, new: Sequence[NewMessage]) -> Change:
    """A held message gives way to one for each contact."""
    instead = [str(one.message_id) for one in new if one.notice.fact_id == held.notice.fact_id]
    return _entry(held.message_id, "released", {"state": Status.HELD}, {"replaced_by": instead})


async def _contacts(tx: Transaction, codes: set[str]) -> Mapping[str, list[str]]:
    known = await directory.organisations(tx.connection, codes) if codes else {}
    return {code: addresses_of(known[code].contacts) if code in known else [] for code in codes}


def _messages(
    notice: Notice,
    addresses: Sequence[str],
    traceparent: str | None,
    tx: Transaction,
    *,
    instead_of: NewMessage | None = None,
) -> list[NewMessage]:
    created_at = instead_of.created_at if instead_of else tx.now
    if not addresses:
        held = Standing(MessageState.PENDING)
        return [NewMessage(uuid7(), notice, None, held, traceparent, created_at)]
    return [
        NewMessage(uuid7(), notice, address, standing_at_first(address), traceparent, created_at)
        for address in addresses
    ]


async def _add(messages: Sequence[NewMessage], tx: Transaction) -> None:
    added = await repository.add(tx.connection, messages, tx.now)
    for one in messages:
        if one.message_id not in added:
            continue
        tx.record(_entry(one.message_id, "added", {}, _at_first(one)))
        if one.standing.state is MessageState.FAILED:
            tx.follow({str(one.notice.report_id): one.traceparent})
            _publish(one.message_id, one.notice, one.standing, tx)


def _at_first(message: NewMessage) -> dict[str, object]:
    """All that the message begins with, its address as the delivery log shows it."""
    notice, standing = message.notice, message.standing
    told = {
        "state": status_of(standing.state, message.address),
        "reason": standing.reason,
        "kind": notice.kind,
        "recipient": notice.recipient,
        "address": masked(message.address) if message.address else None,
        "report_id": notice.report_id,
        "reference": notice.reference,
        "due_at": notice.due_at,
    }
    return {name: value for name, value in told.items() if value is not None}


def _told(standing: Standing) -> dict[str, object]:
    told = {
        "state": standing.state,
        "reason": standing.reason,
        "smtp_code": standing.smtp_code,
    }
    return {name: value for name, value in told.items() if value is not None}


def _entry(
    message_id: UUID, step: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Change:
    return Change(RecordKind.MESSAGE, str(message_id), step, before, after)


async def claim(tx: Transaction, limit: int) -> Batch:
    """Takes up to `limit` messages that are due, for one worker alone."""
    claim_id = uuid7()
    due = await repository.claim(tx.connection, claim_id, limit, tx.now)
    claimed = await _without_withdrawn(due, tx)
    return Batch(claim_id, claimed, await _letters(claimed, tx))


async def _without_withdrawn(claimed: Sequence[Claimed], tx: Transaction) -> Sequence[Claimed]:
    """One that was in hand at the withdrawal, and came to wait again, is left out now."""
    about = {one.notice.report_id for one in claimed}
    withdrawn = await repository.withdrawn_among(tx.connection, about)
    gone = [one for one in claimed if one.notice.report_id in withdrawn]
    if gone:
        await repository.remove(tx.connection, [one.message_id for one in gone])
        tx.record(*(_left_out(one.message_id, Status.PENDING) for one in gone))
    return [one for one in claimed if one not in gone]


async def _letters(claimed: Sequence[Claimed], tx: Transaction) -> list[Letter]:
    of_signals = {one.notice.fact_id for one in claimed if isinstance(one.notice.kind, SignalMail)}
    told = await signals.told_by(tx.connection, of_signals)
    about = {each.provider for found in told.values() for each in found if each.provider}
    names = await directory.names(tx.connection, about | {one.notice.recipient for one in claimed})
    return [
        Letter(
            message_id=one.message_id,
            kind=one.notice.kind,
            reference=one.notice.reference,
            organisation=names[one.notice.recipient],
            address=one.address,
            due_at=one.notice.due_at,
            report_kind=one.notice.report_kind,
            changes=changes_in(told.get(one.notice.fact_id, ()), names),
        )
        for one in claimed
    ]


async def begin_sending(batch: Batch, tx: Transaction) -> set[UUID]:
    """The last question before mails leave: which of them are still ours? From here on they count as possibly sent."""
    return await repository.begin_sending(tx.connection, batch.claim, tx.now)


async def record_outcomes(
    outcomes: Sequence[tuple[Claimed, Outcome, str | None]], tx: Transaction
) -> None:
    """Settles each message by what became of its mail; the third part is the trace of the sending. Safe to call again."""
    tx.follow({str(message.notice.report_id): trace for message, _, trace in outcomes})
    await _settle(
        [
            Settled(message, settle(outcome, message.attempts, tx.now))
            for message, outcome, _ in outcomes
        ],
        tx,
    )


async def give_up_lost(tx: Transaction, lease: timedelta, limit: int = 500) -> int:
    """Settles messages whose worker is gone: back to pending if sending never began, else unknown. Returns how many."""
    lost = await repository.take_lost(tx.connection, lease, limit, tx.now)
    tx.follow({str(one.notice.report_id): one.traceparent for one in lost})
    await _settle([Settled(one, standing_of_lost(one.begun, tx.now)) for one in lost], tx)
    return len(lost)


async def _settle(settled: Sequence[Settled], tx: Transaction) -> None:
    changed = await repository.settle(tx.connection, settled, tx.now)
    if not changed:
        return
    await repository.record_attempts(tx.connection, changed)
    done = [one for one in settled if one.message.message_id in changed]
    states = Counter(one.standing.state for one in done)
    if states[MessageState.SENT]:
        await repository.count_sent(tx.connection, states[MessageState.SENT])
    for one in done:
        if one.standing.state is MessageState.PENDING:
            continue  # put off: one of many attempts, told by the delivery log
        message_id = one.message.message_id
        _publish(message_id, one.message.notice, one.standing, tx)
        before = {"state": changed[message_id]}
        tx.record(_entry(message_id, one.standing.state, before, _told(one.standing)))
    _tell(done)


def _tell(settled: Iterable[Settled]) -> None:
    for one in settled:
        if one.standing.state in {MessageState.FAILED, MessageState.UNKNOWN}:
            log.warning(
                "message %s about %s is %s: %s %s",
                one.message.message_id,
                one.message.notice.reference or "signals",
                one.standing.state.value,
                one.standing.reason.value if one.standing.reason else "",
                one.standing.smtp_code or "",
            )


def _publish(message_id: UUID, notice: Notice, standing: Standing, tx: Transaction) -> None:
    """Tell of a message that is about a report; others are in the delivery log only."""
    if isinstance(notice.kind, SignalMail) or notice.report_id is None or notice.reference is None:
        return
    tx.emit(
        MessageSettled(
            occurred_at=tx.now,
            message_id=message_id,
            report_id=notice.report_id,
            reference=notice.reference,
            kind=notice.kind,
            recipient=notice.recipient,
            state=standing.state,
        )
    )


async def send_again(message_id: UUID, tx: Transaction) -> None:
    """An operator's decision: one more attempt, whatever became of those before. Raises NotFound or Conflict."""
    standing = await repository.lock_standing(tx.connection, message_id)
    if standing is None:
        raise NotFound("There is no such message.")
    if standing.reason is Reason.BAD_ADDRESS:
        raise Conflict("This is no mail address. Correct the organisation's contact first.")
    if not may_be_sent_again(standing.state, standing.reason):
        raise Conflict("Only failed and unknown messages can be sent again.")
    await repository.send_again(tx.connection, message_id, tx.now)
    pending = _told(Standing(MessageState.PENDING))
    tx.record(_entry(message_id, "queued again", _told(standing), pending))
    log.info("message %s is sent again", message_id)
