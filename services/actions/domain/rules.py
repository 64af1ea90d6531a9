"""What may happen to a case. Each rule gives the change, or None when it has been done already, just so: a repeated request is
harmless. What the case's state does not allow is `Refused`.
"""

from dataclasses import asdict, fields, replace
from datetime import date, datetime

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
from services.actions.domain.clock import days_after, local_day, start_clock
from shared.contracts.cases import (
    ActionCompleted,
    ActionPlanned,
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    CaseState,
    ClosedBecause,
    LearningResponseRecorded,
    OutcomeConfirmed,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import ResponsePolicy
from shared.contracts.reports import ReportSubmitted

_PROVIDER_MUST_WAIT = {
    CaseState.OPEN: "Acknowledge the alert first.",
    CaseState.ANSWERED: "The outcome has been sent. It can change only if the practice disputes it.",
    CaseState.CLOSED: "The case is closed.",
    CaseState.HISTORY: "This is imported history: it is counted, not answered.",
}
_PRACTICE_MUST_WAIT = {
    CaseState.OPEN: "The provider has not answered yet.",
    CaseState.ACKNOWLEDGED: "The provider has not sent an outcome yet.",
    CaseState.DISPUTED: "The outcome is disputed already. The provider will answer again.",
    CaseState.CLOSED: "The case is closed.",
    CaseState.HISTORY: "This is imported history: it is counted, not answered.",
}
_WITHDRAWN = "The report was withdrawn by whoever sent it. Nothing is to be answered."
_PROVIDERS_TURN = frozenset({CaseState.ACKNOWLEDGED, CaseState.DISPUTED})
_TOLD_AT_OPENING = (
    "state",
    "reference",
    "kind",
    "harm",
    "reporter",
    "provider",
    "due_at",
    "due_soon_at",
    "close_unanswered_after_days",
)


def open_case(
    report: ReportSubmitted, policy: ResponsePolicy, now: datetime, *, withdrawn: bool = False
) -> Change:
    """`policy` is the provider's at this moment, of which the report's harm chooses the clock; a later change of it does not move
    this case's deadline. One whose report is known to be `withdrawn` begins as history does: nobody is alerted, nobody waits."""
    policy = policy.for_harm(report.harm)
    starts = not (report.historic or withdrawn)
    clock = start_clock(report.occurred_at, policy) if starts else None
    case = Case(
        report_id=report.report_id,
        reference=report.reference,
        kind=report.kind,
        harm=report.harm,
        reporter=report.reporter,
        provider=report.provider,
        state=CaseState.OPEN if clock else CaseState.HISTORY,
        revision=1,
        opened_at=now,
        due_at=clock.due_at if clock else None,
        due_soon_at=clock.due_soon_at if clock else None,
        close_unanswered_after_days=policy.close_unanswered_after_days if clock else None,
    )
    opened = _fact(CaseOpened, case, now, kind=case.kind, harm=case.harm, due_at=case.due_at)
    return Change(case, Step.OPENED, (opened,), before={}, after=_at_opening(case, report))


def _at_opening(case: Case, report: ReportSubmitted) -> dict[str, object]:
    """All that the case begins with; of the report's text, which the case keeps, the entry's writer makes a fingerprint."""
    told = {name: getattr(case, name) for name in _TOLD_AT_OPENING} | {
        "tenet": report.tenet,
        "service": report.service,
        "happened_on": report.happened_on,
        "reported_at": report.occurred_at,
        "rating": report.rating,
        "question": report.question,
        "text": report.text,
    }
    return {name: value for name, value in told.items() if value is not None}


def timers_at_opening(case: Case, now: datetime) -> dict[TimerKind, datetime]:
    """When the response clock speaks up.

    A reminder whose time has passed already (the report waited out an outage) is left out: the alert that goes out now says the
    deadline. A deadline that has passed already stays: it was missed, and is said so at once.
    """
    due: dict[TimerKind, datetime] = {}
    if case.due_soon_at is not None and now < case.due_soon_at:
        due[TimerKind.DUE_SOON] = case.due_soon_at
    if case.due_at is not None:
        due[TimerKind.OVERDUE] = case.due_at
    return due


def raise_due_soon(case: Case, now: datetime) -> Change | None:
    """None when somebody has acknowledged, when it was raised before, or when the deadline has passed and overdue says more."""
    if case.state is not CaseState.OPEN or case.due_soon_raised or case.due_at is None:
        return None
    if now >= case.due_at:
        return None
    raised = replace(case, due_soon_raised=True)
    return _change(case, raised, now, Step.DUE_SOON, CaseDueSoon, due_at=case.due_at)


def raise_overdue(case: Case, now: datetime) -> Change | None:
    """None when somebody has acknowledged, late or not, when it was raised before, or when it is too early."""
    if case.state is not CaseState.OPEN or case.overdue_raised or case.due_at is None:
        return None
    if now < case.due_at:
        return None
    raised = replace(case, overdue_raised=True)
    return _change(case, raised, now, Step.OVERDUE, CaseOverdue, due_at=case.due_at)


def acknowledge(
    case: Case, person: Person, owner: str, next_step: str, now: datetime
) -> Change | None:
    """From the deadline on it is late: recorded so, never refused."""
    if case.acknowledged_at is not None:
        if (case.acknowledged_by, case.owner, case.next_step) == (person.name, owner, next_step):
            return None
        raise Refused(
            f"{case.acknowledged_by} has already acknowledged this alert. Its owner is {case.owner}."
        )
    _only_if_not_withdrawn(case)
    if case.due_at is None:
        raise Refused(_PROVIDER_MUST_WAIT[CaseState.HISTORY])
    late = now >= case.due_at
    acknowledged = replace(
        case,
        state=CaseState.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by=person.name,
        late=late,
        owner=owner,
        next_step=next_step,
    )
    return _change(
        case,
        acknowledged,
        now,
        Step.ACKNOWLEDGED,
        CaseAcknowledged,
        due_at=case.due_at,
        late=late,
        owner=owner,
        next_step=next_step,
    )


def record_learning_response(
    case: Case, response: LearningResponse, now: datetime
) -> Change | None:
    if case.learning == response:
        return None
    _only_on_the_providers_turn(case)
    return _change(
        case,
        replace(case, learning=response),
        now,
        Step.LEARNING_RESPONSE_CHANGED if case.learning else Step.LEARNING_RESPONSE_RECORDED,
        LearningResponseRecorded,
        method=response.method,
        factors=response.factors,
    )


def plan_action(case: Case, action: ActionItem, now: datetime) -> Change:
    """Also after the outcome was sent: an improvement may be planned while the practice reads it."""
    if case.state is not CaseState.ANSWERED:
        _only_on_the_providers_turn(case)
    told = {"action_id": action.action_id, "due_on": action.due_on}
    change = _change(case, case, now, Step.ACTION_PLANNED, ActionPlanned, **told)
    return replace(change, after={"action": asdict(action)})


def complete_action(case: Case, action: ActionItem, now: datetime) -> Change | None:
    """In any state, closed too: improvements often outlast the case."""
    if action.completed_on is not None:
        return None
    done: date = local_day(now)
    told = {"action_id": action.action_id, "completed_on": done}
    change = _change(case, case, now, Step.ACTION_COMPLETED, ActionCompleted, **told)
    before, after = asdict(action), asdict(replace(action, completed_on=done))
    return replace(change, before={"action": before}, after={"action": after})


def record_outcome(case: Case, outcome: str, now: datetime) -> Change | None:
    if case.state is CaseState.ANSWERED and case.outcome == outcome:
        return None
    _only_on_the_providers_turn(case)
    if case.learning is None:
        raise Refused("Record your learning response first. The outcome says what came of it.")
    if case.state is CaseState.DISPUTED and case.outcome == outcome:
        raise Refused("The practice disputed this outcome. Change it before you send it again.")
    days = case.close_unanswered_after_days
    answered = replace(
        case,
        state=CaseState.ANSWERED,
        outcome=outcome,
        answered_at=now,
        close_at=None if days is None else days_after(now, days),
    )
    return _change(case, answered, now, Step.OUTCOME_RECORDED, OutcomeRecorded, outcome=outcome)


def confirm(case: Case, now: datetime) -> Change | None:
    """The practice accepts the outcome, which closes the case: two facts, one after the other."""
    if case.closed_because is ClosedBecause.CONFIRMED:
        return None
    _only_when_answered(case)
    confirmed = replace(case, revision=case.revision + 1)
    change = _close(confirmed, ClosedBecause.CONFIRMED, Step.OUTCOME_CONFIRMED, now)
    return replace(change, facts=(_fact(OutcomeConfirmed, confirmed, now), *change.facts))


def dispute(case: Case, reason: str, now: datetime) -> Change | None:
    if case.state is CaseState.DISPUTED and case.dispute_reason == reason:
        return None
    _only_when_answered(case)
    disputed = replace(
        case,
        state=CaseState.DISPUTED,
        dispute_reason=reason,
        disputed_at=now,
        close_at=None,
    )
    return _change(case, disputed, now, Step.OUTCOME_DISPUTED, OutcomeDisputed, reason=reason)


def close_unanswered(case: Case, now: datetime) -> Change | None:
    """None when the practice has answered, or when its time is not up."""
    if case.state is not CaseState.ANSWERED or case.close_at is None or now < case.close_at:
        return None
    return _close(case, ClosedBecause.UNANSWERED, Step.CLOSED_UNANSWERED, now)


def withdraw(case: Case, now: datetime) -> Change | None:
    """However far the case has come; None when it is closed already, which it stays for the reason that it has."""
    if case.state is CaseState.CLOSED:
        return None
    return _close(case, ClosedBecause.WITHDRAWN, Step.WITHDRAWN, now)


def _only_if_not_withdrawn(case: Case) -> None:
    if case.closed_because is ClosedBecause.WITHDRAWN:
        raise Refused(_WITHDRAWN)


def _only_on_the_providers_turn(case: Case) -> None:
    _only_if_not_withdrawn(case)
    if case.state not in _PROVIDERS_TURN:
        raise Refused(_PROVIDER_MUST_WAIT[case.state])


def _only_when_answered(case: Case) -> None:
    _only_if_not_withdrawn(case)
    if case.state is not CaseState.ANSWERED:
        raise Refused(_PRACTICE_MUST_WAIT[case.state])


def _close(case: Case, because: ClosedBecause, step: Step, now: datetime) -> Change:
    closed = replace(
        case, state=CaseState.CLOSED, closed_at=now, closed_because=because, close_at=None
    )
    return _change(case, closed, now, step, CaseClosed, because=because)


def _change(
    before: Case, after: Case, now: datetime, step: Step, fact: type[CaseFact], **told: object
) -> Change:
    """One step on: `told` is what the fact says beyond what every fact of a case carries."""
    case = replace(after, revision=before.revision + 1)
    names = [
        field.name
        for field in fields(Case)
        if field.name != "revision" and getattr(before, field.name) != getattr(case, field.name)
    ]
    return Change(
        case,
        step,
        (_fact(fact, case, now, **told),),
        before={name: getattr(before, name) for name in names},
        after={name: getattr(case, name) for name in names},
    )


def _fact(fact: type[CaseFact], case: Case, now: datetime, **told: object) -> CaseFact:
    common = {
        "occurred_at": now,
        "report_id": case.report_id,
        "reference": case.reference,
        "revision": case.revision,
        "state": case.state,
        "reporter": case.reporter,
        "provider": case.provider,
    }
    return fact.model_validate(common | told)
