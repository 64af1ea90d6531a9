"""What each fact does to the read model. Every one of them may come first, late or replayed: see `domain.known`."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar
from uuid import UUID

from services.reporting.domain.counts import Counts
from services.reporting.domain.known import (
    Known,
    MessageEnd,
    Progress,
    Reported,
    Verdict,
    last_ends,
)
from services.reporting.repository import facts as repository
from shared.contracts.cases import CaseFact
from shared.contracts.messages import MessageSettled
from shared.contracts.operations import DeadLetter
from shared.contracts.reports import ReportSubmitted
from shared.contracts.themes import ThemesAssigned
from shared.platform.transaction import Transaction

Told = TypeVar("Told", ReportSubmitted, ThemesAssigned, CaseFact)
Learn = Callable[[Known, Told], Known]


async def count_reports(facts: Sequence[ReportSubmitted], tx: Transaction) -> None:
    """Each report counts in its month and places from now on, with what was heard of it before."""
    changed = await _learn(facts, lambda known, fact: known.with_report(Reported.of(fact)), tx)
    await repository.save_reports(
        tx.connection,
        {key: known.reported for key, known in changed.items() if known.reported is not None},
    )


async def apply_verdicts(facts: Sequence[ThemesAssigned], tx: Transaction) -> None:
    """A verdict that supersedes another moves the report from its old cells to its new ones."""
    changed = await _learn(facts, lambda known, fact: known.with_verdict(Verdict.of(fact)), tx)
    await repository.save_verdicts(
        tx.connection,
        {key: known.verdict for key, known in changed.items() if known.verdict is not None},
    )
    await repository.save_titles(tx.connection, facts)


async def follow_cases(facts: Sequence[CaseFact], tx: Transaction) -> None:
    """Each case is as far as its newest fact says, and counts in every stage that it has reached."""
    changed = await _learn(facts, lambda known, fact: known.with_progress(Progress.of(fact)), tx)
    await repository.save_progress(
        tx.connection,
        {key: known.progress for key, known in changed.items() if known.progress is not None},
        {fact.report_id: fact for fact in facts},
    )


async def count_messages(facts: Sequence[MessageSettled], tx: Transaction) -> None:
    """A message counts in the state it last ended in."""
    await repository.take_turn(tx.connection)
    ends = [MessageEnd.of(fact) for fact in facts]
    before = await repository.load_messages(tx.connection, {end.message_id for end in ends})
    last = last_ends([*before.values(), *ends])
    moved = [end for key, end in last.items() if before.get(key) != end]
    counts = Counts()
    for end in moved:
        counts.move_message(before.get(end.message_id), end)
    await repository.save_messages(tx.connection, moved)
    await repository.move_counts(tx.connection, counts)


async def list_dead_letters(facts: Sequence[DeadLetter], tx: Transaction) -> None:
    """Where and why a record was set aside, for the operations page."""
    await repository.save_dead_letters(tx.connection, facts)


async def _learn(facts: Sequence[Told], learn: Learn[Told], tx: Transaction) -> dict[UUID, Known]:
    """Take in the facts and move the counts accordingly; gives what is now known of the reports of which more is known than
    before. The caller saves the part that its topic fills."""
    await repository.take_turn(tx.connection)
    before = await repository.load(tx.connection, _ids(facts))
    after = dict(before)
    for fact in facts:
        after[fact.report_id] = learn(after[fact.report_id], fact)
    counts = Counts()
    for key, known in after.items():
        counts.move(before[key], known)
    await repository.move_counts(tx.connection, counts)
    return {key: known for key, known in after.items() if known != before[key]}


def _ids(facts: Sequence[Told]) -> Collection[UUID]:
    return dict.fromkeys(fact.report_id for fact in facts)
