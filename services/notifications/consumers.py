"""Which fact and which timer lead to which use case. The facts of a case carry all that a mail needs, so reports are not listened to."""

from collections.abc import Callable, Sequence
from datetime import time

from services.notifications import use_cases
from shared.contracts.cases import (
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.sessions import SessionEnded
from shared.contracts.signals import SignalFact, SignalRaised, SignalWithdrawn
from shared.directory.use_cases import record_organisations
from shared.platform.consumers import Consumers
from shared.platform.timers import FiredTimer, Timers
from shared.platform.transaction import Transaction
from shared.sessions.use_cases import record_endings


def build_consumers(ring: Callable[[], None], digest_at: time) -> Consumers:
    """`ring` is called when there may be messages to send."""

    async def notify(facts: Sequence[CaseFact], tx: Transaction) -> None:
        await use_cases.notify(facts, tx)
        ring()

    async def follow_signals(facts: Sequence[SignalFact], tx: Transaction) -> None:
        await use_cases.follow_signals(facts, tx, digest_at)
        ring()

    return (
        Consumers()
        .on(OrganisationRecorded, record_organisations)
        .on(SessionEnded, record_endings)
        .on(CaseOpened, notify)
        .on(CaseDueSoon, notify)
        .on(CaseOverdue, notify)
        .on(CaseAcknowledged, notify)
        .on(OutcomeRecorded, notify)
        .on(OutcomeDisputed, notify)
        .on(CaseClosed, use_cases.stop_telling)
        .on(SignalRaised, follow_signals)
        .on(SignalWithdrawn, follow_signals)
    )


def build_timers(ring: Callable[[], None]) -> Timers:
    async def send_digest(timers: Sequence[FiredTimer], tx: Transaction) -> None:
        await use_cases.send_digest(timers, tx)
        ring()

    return Timers().on(use_cases.DIGEST, send_digest)
