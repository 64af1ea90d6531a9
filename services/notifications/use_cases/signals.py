"""Signals: kept as they are told, mailed to the commissioner in whose area they are. Joint ones with safety at once, all others in the
day's digest. What is withdrawn before it was mailed is not mailed, and nothing is mailed twice."""

from collections.abc import Sequence
from datetime import time
from itertools import groupby
from uuid import UUID

from services.notifications.domain import (
    Notice,
    SignalMail,
    digest_id,
    is_urgent,
    mail_id,
    next_digest,
)
from services.notifications.repository import signals as repository
from services.notifications.use_cases.messages import add_messages
from shared.contracts.signals import SignalFact, SignalRaised
from shared.platform.timers import FiredTimer
from shared.platform.transaction import Timer, Transaction

DIGEST = "signal-digest"
"""A timer for each day on which there is something to tell: what comes after it has fired is the next day's."""


async def follow_signals(facts: Sequence[SignalFact], tx: Transaction, digest_at: time) -> None:
    """What the signals are now. Joint ones with safety are mailed at once, for others the day's digest is set."""
    newest = {fact.signal_id: fact for fact in sorted(facts, key=lambda one: one.revision)}
    saved = await repository.save(tx.connection, list(newest.values()))
    untold = [newest[key] for key, mail in saved.items() if mail is None]
    raised = [fact for fact in untold if isinstance(fact, SignalRaised) and fact.area is not None]
    await _tell_at_once([fact for fact in raised if is_urgent(fact)], tx)
    if not all(map(is_urgent, raised)):
        due_at = next_digest(tx.now, digest_at)
        tx.schedule(Timer(DIGEST, digest_id(due_at.date()), due_at))


async def send_digest(timers: Sequence[FiredTimer], tx: Transaction) -> None:
    """One mail to each commissioner in whose area there are signals that nobody was told of."""
    trace = tx.traceparent_of(str(timers[-1].subject))
    untold = await repository.take_untold(tx.connection)
    mails = {
        area: [one.signal_id for one in untold if one.area == area]
        for area in sorted({one.area for one in untold})
    }
    await _tell(SignalMail.DIGEST, [(area, theirs, trace) for area, theirs in mails.items()], tx)


async def _tell_at_once(facts: Sequence[SignalFact], tx: Transaction) -> None:
    """One mail for each theme and provider."""

    def place(fact: SignalFact) -> tuple[str, str, str]:
        return fact.area or "", fact.theme, fact.provider or ""

    mails = []
    for (area, _, _), same in groupby(sorted(facts, key=place), place):
        together = list(same)
        trace = tx.traceparent_of(together[0].key)
        mails.append((area, [one.signal_id for one in together], trace))
    await _tell(SignalMail.JOINT_SAFETY, mails, tx)


async def _tell(
    kind: SignalMail, mails: Sequence[tuple[str, Sequence[UUID], str | None]], tx: Transaction
) -> None:
    """Of each mail: the area's commissioner, the signals, and the trace that led there."""
    notices: list[Notice] = []
    traces: dict[UUID, str | None] = {}
    for area, signals, trace in mails:
        notice = Notice(mail_id(signals), kind, area)
        await repository.tell(tx.connection, notice.fact_id, signals)
        notices.append(notice)
        traces[notice.fact_id] = trace
    await add_messages(notices, traces, tx)
