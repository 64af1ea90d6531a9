"""A version tried on history, beside what history has: what would change, before anybody puts it in force."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from services.classification import domain, repository
from services.classification.domain.trial import Comparison, TrialState, compare
from services.classification.model.versions import Classifier, Versions
from services.classification.repository import StoredReport, trials
from services.classification.repository.trials import Trial
from services.classification.use_cases.versions import in_force
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from shared.platform.audit import Change, RecordKind
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction


async def start_trial(name: str, person: str, tx: Transaction, versions: Versions) -> UUID:
    """Its id. Raises NotFound for an unknown version, Conflict for the one in force, and while another trial of the kind is under way."""
    version = versions.find(name)
    if version is None:
        raise NotFound("There is no such version.")
    await repository.lock_what_is_in_force(tx.connection)
    current = (await in_force(tx, versions))[version.kind]
    if current == version:
        raise Conflict("This version is in force: it would change nothing.")
    found = await trials.newest_trials(tx.connection)
    if any(one.under_way and one.kind is version.kind for one in found.values()):
        raise Conflict("Another version is being tried on these reports. Wait for it, or stop it.")
    one = Trial(
        trial_id=UUID(str(uuid7())),
        kind=version.kind,
        candidate=name,
        against=current.name,
        state=TrialState.UNDER_WAY,
        total=await trials.count_reports(tx.connection, version.kind),
        compared=0,
        cursor=None,
        began_at=tx.now,
        ended_at=None,
        person=person,
    )
    await trials.add_trial(tx.connection, one)
    tx.record(_change(version.kind, "trial begun", name))
    return one.trial_id


async def stop_trial(trial_id: UUID, tx: Transaction) -> None:
    """What it found so far stays. Raises NotFound, and Conflict when it has ended."""
    if await trials.find_trial(tx.connection, trial_id) is None:
        raise NotFound("There is no such trial.")
    ended = await trials.end_trials(tx.connection, TrialState.STOPPED, tx.now, trial_id=trial_id)
    if not ended:
        raise Conflict("This trial has ended already.")
    tx.record(_change(ended[0].kind, "trial stopped", ended[0].candidate))


async def advance_trial(tx: Transaction, versions: Versions, *, at_once: int) -> bool:
    """The next reports of a trial that is under way; of several processes one is at a trial at a time. False when there is none to be
    at. What was compared before a crash is kept, and what was not is compared by whoever comes next."""
    one = await trials.take_trial(tx.connection, [version.name for version in versions.listed])
    if one is None:
        return False
    found = await trials.next_reports(tx.connection, one, at_once)
    if not found:
        await trials.end_trials(tx.connection, TrialState.FINISHED, tx.now, trial_id=one.trial_id)
        return True
    current = (await in_force(tx, versions))[one.kind]
    candidate, other = versions.load(one.candidate), versions.load(current.name)
    compared = await asyncio.to_thread(_compare_all, found, candidate, other)
    await trials.save_comparisons(tx.connection, one, compared)
    return True


def _compare_all(
    found: Sequence[tuple[StoredReport, domain.Decision]], candidate: Classifier, other: Classifier
) -> list[tuple[UUID, Comparison]]:
    asked = [report.asked(current.tenet) for report, current in found]
    by_people = [
        n for n, (_, current) in enumerate(found) if current.decided_by is DecidedBy.PERSON
    ]
    says = candidate.classify_all(asked)
    others = dict(zip(by_people, other.classify_all([asked[n] for n in by_people]), strict=True))
    return [
        (report.report_id, compare(current, says[n], others.get(n)))
        for n, (report, current) in enumerate(found)
    ]


def _change(kind: Kind, step: str, name: str) -> Change:
    return Change(RecordKind.TAXONOMY, kind, step, {}, {"tried": name})
