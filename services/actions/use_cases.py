"""What actions does: one function for each fact, timer and request.

Facts and timers come in batches and cost one statement of a kind for a batch. Requests of people change one case, which is locked
first, so that of two people who do the same at once the second meets what the first has done.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from uuid import UUID

from services.actions import repository
from services.actions.domain import rules
from services.actions.domain.case import (
    ActionItem,
    Case,
    Change,
    LearningResponse,
    Person,
    Refused,
    Step,
    TimerKind,
)
from services.actions.domain.clock import local_day
from services.actions.repository import Scope
from shared.contracts.directory import ResponsePolicy
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.themes import ThemesAssigned
from shared.directory import repository as directory
from shared.platform import audit
from shared.platform.errors import Conflict, NotFound
from shared.platform.timers import FiredTimer
from shared.platform.transaction import Timer, Transaction

_DEFAULT_POLICY = ResponsePolicy()

Rule = Callable[[Case], Change | None]


class NotNow(Conflict):
    title = "You cannot do this now"


async def open_cases(reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
    """A case and its clock for each report. A provider that this service has not heard of yet has the default policy. What was
    withdrawn before, since the report itself was set aside and is replayed, opens and closes at once: no alert, no clock."""
    withdrawn = await repository.withdrawn_among(
        tx.connection, [report.report_id for report in reports]
    )
    wanted = {report.provider for report in reports if not report.historic}
    known = await directory.organisations(tx.connection, wanted) if wanted else {}
    opened: dict[UUID, tuple[ReportSubmitted, Change]] = {}
    for report in reports:
        provider = known.get(report.provider)
        policy = provider.policy if provider else _DEFAULT_POLICY
        is_withdrawn = report.report_id in withdrawn
        change = rules.open_case(report, policy, tx.now, withdrawn=is_withdrawn)
        opened.setdefault(report.report_id, (report, change))
    new = await repository.insert_cases(
        tx.connection, [(report, change.case) for report, change in opened.values()]
    )
    changes = [change for report, change in opened.values() if report.report_id in new]
    tx.schedule_all(
        Timer(kind, change.case.report_id, due_at)
        for change in changes
        for kind, due_at in rules.timers_at_opening(change.case, tx.now).items()
    )
    await _tell(changes, tx)
    await _close_withdrawn(new & withdrawn, tx)


async def withdraw_cases(facts: Sequence[ReportWithdrawn], tx: Transaction) -> None:
    """Closes the case of each and stops its clocks. Of a report that is not here yet it is remembered."""
    await repository.save_withdrawals(tx.connection, facts)
    await _close_withdrawn({fact.report_id for fact in facts}, tx)


async def _close_withdrawn(report_ids: Collection[UUID], tx: Transaction) -> None:
    if not report_ids:
        return
    await repository.lock_timers(tx.connection, report_ids)
    for change in await _change_all(report_ids, tx, lambda case: rules.withdraw(case, tx.now)):
        _cancel(tx, change.case, *TimerKind)


async def record_themes(verdicts: Sequence[ThemesAssigned], tx: Transaction) -> None:
    """Keeps the newest verdict on each report, also when it comes before the report."""
    newest: dict[UUID, ThemesAssigned] = {}
    for verdict in sorted(verdicts, key=lambda one: (one.report_id, one.revision)):
        newest[verdict.report_id] = verdict
    await repository.save_themes(tx.connection, list(newest.values()))


async def raise_due_soon(timers: Sequence[FiredTimer], tx: Transaction) -> None:
    await _fire(timers, tx, lambda case: rules.raise_due_soon(case, tx.now))


async def raise_overdue(timers: Sequence[FiredTimer], tx: Transaction) -> None:
    await _fire(timers, tx, lambda case: rules.raise_overdue(case, tx.now))


async def close_unanswered(timers: Sequence[FiredTimer], tx: Transaction) -> None:
    await _fire(timers, tx, lambda case: rules.close_unanswered(case, tx.now))


async def acknowledge(
    reference: str, owner: str, next_step: str, person: Person, tx: Transaction
) -> None:
    """Raises NotFound for a case that is not the person's provider's, NotNow when somebody else was first."""
    change = await _change(
        reference,
        await _as_provider(person, tx),
        tx,
        lambda case: rules.acknowledge(case, person, owner, next_step, tx.now),
    )
    if change:
        _cancel(tx, change.case, TimerKind.DUE_SOON, TimerKind.OVERDUE)


async def record_learning_response(
    reference: str, response: LearningResponse, person: Person, tx: Transaction
) -> None:
    change = await _change(
        reference,
        await _as_provider(person, tx),
        tx,
        lambda case: rules.record_learning_response(case, response, tx.now),
    )
    if change:
        await repository.save_learning(tx.connection, change.case.report_id, response)


async def plan_action(reference: str, action: ActionItem, person: Person, tx: Transaction) -> None:
    """`action_id` comes from the form, so that sending the form twice plans one action."""
    case = await _lock(reference, await _as_provider(person, tx), tx)
    known = await repository.action_by_id(tx.connection, action.action_id)
    if known is not None:
        if (known[0], replace(known[1], completed_on=None)) != (case.report_id, action):
            raise NotNow("This action was added already. Open the action plan to add another.")
        return
    change = await _apply(case, tx, lambda case: rules.plan_action(case, action, tx.now))
    if change:
        await repository.insert_action(tx.connection, case.report_id, action)


async def complete_action(reference: str, action_id: UUID, person: Person, tx: Transaction) -> None:
    case = await _lock(reference, await _as_provider(person, tx), tx)
    known = await repository.action_by_id(tx.connection, action_id)
    if known is None or known[0] != case.report_id:
        raise NotFound("This case has no such action.")
    action = known[1]
    change = await _apply(case, tx, lambda case: rules.complete_action(case, action, tx.now))
    if change:
        done = replace(action, completed_on=local_day(tx.now))
        await repository.save_completion(tx.connection, done)


async def record_outcome(reference: str, outcome: str, person: Person, tx: Transaction) -> None:
    change = await _change(
        reference,
        await _as_provider(person, tx),
        tx,
        lambda case: rules.record_outcome(case, outcome, tx.now),
    )
    if change and change.case.close_at is not None:
        tx.schedule(Timer(TimerKind.CLOSE_UNANSWERED, change.case.report_id, change.case.close_at))


async def confirm_outcome(reference: str, person: Person, tx: Transaction) -> None:
    change = await _change(
        reference, await _as_reporter(person, tx), tx, lambda case: rules.confirm(case, tx.now)
    )
    if change:
        _cancel(tx, change.case, TimerKind.CLOSE_UNANSWERED)


async def dispute_outcome(reference: str, reason: str, person: Person, tx: Transaction) -> None:
    change = await _change(
        reference,
        await _as_reporter(person, tx),
        tx,
        lambda case: rules.dispute(case, reason, tx.now),
    )
    if change:
        _cancel(tx, change.case, TimerKind.CLOSE_UNANSWERED)


async def _as_provider(person: Person, tx: Transaction) -> Scope:
    """Its organisation's cases, and those of the organisations it succeeded."""
    return Scope(answers=await directory.stands_for(tx.connection, [person.organisation]))


async def _as_reporter(person: Person, tx: Transaction) -> Scope:
    return Scope(reported=await directory.stands_for(tx.connection, [person.organisation]))


def _cancel(tx: Transaction, case: Case, *kinds: TimerKind) -> None:
    for kind in kinds:
        tx.cancel(kind, [case.report_id])


async def _change(reference: str, scope: Scope, tx: Transaction, rule: Rule) -> Change | None:
    return await _apply(await _lock(reference, scope, tx), tx, rule)


async def _lock(reference: str, scope: Scope, tx: Transaction) -> Case:
    report_id = await repository.find_report_id(tx.connection, scope, reference)
    if report_id is None:
        raise NotFound("There is no such case, or it is not yours to change.")
    await repository.lock_timers(tx.connection, [report_id])
    return await repository.lock_case(tx.connection, report_id)


async def _apply(case: Case, tx: Transaction, rule: Rule) -> Change | None:
    """None when the request has been carried out before."""
    try:
        change = rule(case)
    except Refused as refused:
        raise NotNow(str(refused)) from None
    if change is not None:
        await repository.save_cases(tx.connection, [change.case])
        await _tell([change], tx)
    return change


async def _fire(timers: Collection[FiredTimer], tx: Transaction, rule: Rule) -> None:
    """A timer only says that it is time to look: the rule decides, on the locked case."""
    await _change_all([timer.subject for timer in timers], tx, rule)


async def _change_all(report_ids: Collection[UUID], tx: Transaction, rule: Rule) -> list[Change]:
    """Those cases that are there and that the rule changes."""
    cases = await repository.lock_cases(tx.connection, report_ids)
    changes = [change for case in cases.values() if (change := rule(case)) is not None]
    await repository.save_cases(tx.connection, [change.case for change in changes])
    await _tell(changes, tx)
    return changes


async def _tell(changes: Sequence[Change], tx: Transaction) -> None:
    """The history, the facts and the tally of what has changed."""
    for change in changes:
        tx.record(_entry(change))
        tx.emit_all(change.facts)
    await repository.add_to_tally(tx.connection, changes)


def _entry(change: Change) -> audit.Change:
    """What was reported stands in the record alone and never changes there: a fingerprint proves it."""
    after = dict(change.after)
    if change.step is Step.OPENED:
        after["text"] = audit.fingerprint(str(after["text"]))
    return audit.Change(
        audit.RecordKind.CASE, str(change.case.report_id), change.step, change.before, after
    )
