"""What each fact does to the read model. Every one of them may come first, late or replayed: see `domain.known`. What moves counts is
looked at for signals: `signals`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from services.reporting.domain.areas import answered_anew, areas_in
from services.reporting.domain.counts import Counts, standing_of
from services.reporting.domain.cubes import Standing
from services.reporting.domain.known import (
    Known,
    MessageEnd,
    Progress,
    Reported,
    Verdict,
    Withdrawal,
    last_ends,
)
from services.reporting.domain.signals import Subject, subjects_of
from services.reporting.repository import counts as kept
from services.reporting.repository import facts as repository
from services.reporting.repository import watching
from shared.contracts.cases import CaseFact
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.messages import MessageSettled
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.themes import ThemesAssigned
from shared.directory.use_cases import record_organisations
from shared.platform.transaction import Transaction

Told = TypeVar("Told", ReportSubmitted, ReportWithdrawn, ThemesAssigned, CaseFact)
Learn = Callable[[Known, Told], Known]


async def follow_directory(facts: Sequence[OrganisationRecorded], tx: Transaction) -> None:
    """The directory as it is now; what it moves from one commissioner's area to another's is counted there. Providers that merge are
    watched as one."""
    await repository.take_turn(tx.connection)
    known = await kept.directory(tx.connection)
    await record_organisations(facts, tx)
    before = await kept.areas(tx.connection)
    told = await kept.directory(tx.connection)
    after = areas_in(told)
    await kept.move_areas(tx.connection, before, after)
    await watching.touch_areas(tx.connection, before.moved_to(after))
    await watching.touch_providers(tx.connection, answered_anew(known, told))


async def count_reports(facts: Sequence[ReportSubmitted], tx: Transaction) -> None:
    """Each report counts in its month and places from now on, with what was heard of it before."""
    learnt = await _learn(facts, lambda known, fact: known.with_report(Reported.of(fact)), tx)
    await repository.save_reports(
        tx.connection,
        {key: known.reported for key, known in learnt.after.items() if known.reported is not None},
    )
    await _count(learnt, tx)


async def take_out_reports(facts: Sequence[ReportWithdrawn], tx: Transaction) -> None:
    """What was withdrawn leaves every count and list, and never comes into them if it was not heard of yet."""
    learnt = await _learn(facts, lambda known, fact: known.with_withdrawal(Withdrawal.of(fact)), tx)
    await repository.save_withdrawals(
        tx.connection,
        {key: known.withdrawal for key, known in learnt.after.items() if known.withdrawal},
    )
    await _count(learnt, tx)


async def apply_verdicts(facts: Sequence[ThemesAssigned], tx: Transaction) -> None:
    """A verdict that supersedes another moves the report from its old cells to its new ones."""
    learnt = await _learn(facts, lambda known, fact: known.with_verdict(Verdict.of(fact)), tx)
    await repository.save_verdicts(
        tx.connection,
        {key: known.verdict for key, known in learnt.after.items() if known.verdict is not None},
    )
    await repository.save_titles(tx.connection, facts)
    await _count(learnt, tx)


async def follow_cases(facts: Sequence[CaseFact], tx: Transaction) -> None:
    """Each case is as far as its newest fact says, and counts in every stage that it has reached."""
    learnt = await _learn(facts, lambda known, fact: known.with_progress(Progress.of(fact)), tx)
    await repository.save_progress(
        tx.connection,
        {key: known.progress for key, known in learnt.after.items() if known.progress is not None},
        {fact.report_id: fact for fact in facts},
    )
    await repository.save_actions(tx.connection, facts)
    await _count(learnt, tx)


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
    await kept.move_counts(tx.connection, counts)


@dataclass(frozen=True)
class _Learnt:
    """What is known of the reports of which more is known than before, and what was."""

    before: Mapping[UUID, Known]
    after: Mapping[UUID, Known]


async def _learn(facts: Sequence[Told], learn: Learn[Told], tx: Transaction) -> _Learnt:
    """Take in the facts. The caller saves the part that its topic fills and then counts: a fact that the database does not take is
    found before the counts, which cost most, have moved in vain."""
    await repository.take_turn(tx.connection)
    before = await repository.load(tx.connection, _ids(facts))
    after = dict(before)
    for fact in facts:
        after[fact.report_id] = learn(after[fact.report_id], fact)
    return _Learnt(before, {key: known for key, known in after.items() if known != before[key]})


async def _count(learnt: _Learnt, tx: Transaction) -> None:
    """Move the counts and the lists to what is known now."""
    before, changed = learnt.before, learnt.after
    places = [known.reported for known in changed.values() if known.reported is not None]
    codes = {each.reporter for each in places} | {each.provider for each in places}
    areas = await kept.areas(tx.connection, codes)
    counts = Counts()
    stood: dict[UUID, Standing] = {}
    stands: dict[UUID, Standing] = {}
    for key, known in changed.items():
        was, now = standing_of(before[key], areas), standing_of(known, areas)
        counts.move_tallies(before[key], known)
        counts.move(was, now)
        if was is not None:
            stood[key] = was
        if now is not None:
            stands[key] = now
    await kept.move_counts(tx.connection, counts)
    await kept.list_reports(tx.connection, stood, stands)
    await watching.touch(tx.connection, _touched(stood, stands))


def _touched(stood: Mapping[UUID, Standing], stands: Mapping[UUID, Standing]) -> set[Subject]:
    """What counts the reports otherwise than before. How far their cases have come is not watched."""
    found: set[Subject] = set()
    for key in stood.keys() | stands.keys():
        was, now = stood.get(key), stands.get(key)
        if was is not None and now is not None and replace(was, measures=now.measures) == now:
            continue
        for each in filter(None, (was, now)):
            areas = {area for area, provider in each.places if provider == each.provider}
            found.update(subjects_of(areas, each.provider, each.slugs[1:]))
    return found


def _ids(facts: Sequence[Told]) -> Collection[UUID]:
    return dict.fromkeys(fact.report_id for fact in facts)
