"""What may happen to a case, one rule at a time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from uuid_utils.compat import uuid7

from services.actions.domain import rules
from services.actions.domain.case import ActionItem, Refused, TimerKind
from shared.contracts.cases import (
    ActionCompleted,
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseOverdue,
    CaseState,
    ClosedBecause,
    OutcomeConfirmed,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import HarmPolicy, ResponsePolicy
from shared.contracts.reports import Harm, Kind, Tenet
from tests.actions.cases import (
    DUE_AT,
    JO,
    KIM,
    LEARNED,
    acknowledged,
    answered,
    at,
    changed,
    disputed,
    learned,
    opened,
)


def test_a_report_opens_a_case_with_the_providers_deadline() -> None:
    change = opened(ResponsePolicy(acknowledge_within_hours=72))
    (fact,) = change.facts
    assert isinstance(fact, CaseOpened)
    assert (fact.revision, fact.state, fact.due_at) == (1, CaseState.OPEN, at(72))


BY_HARM = ResponsePolicy(
    acknowledge_within_hours=48,
    by_harm=(
        HarmPolicy(harm=Harm.SEVERE, acknowledge_within_hours=4, due_soon_hours=1),
        HarmPolicy(harm=Harm.FATAL, acknowledge_within_hours=1, due_soon_hours=0),
    ),
)


@pytest.mark.parametrize(
    ("harm", "hours", "reminder"),
    [(Harm.SEVERE, 4, 3), (Harm.FATAL, 1, None), (Harm.LOW, 48, 44), (Harm.NONE, 48, 44)],
)
def test_the_report_s_harm_chooses_the_clock(harm: Harm, hours: int, reminder: int | None) -> None:
    case = opened(BY_HARM, harm=harm).case
    assert case.due_at == at(hours)
    assert case.due_soon_at == (None if reminder is None else at(reminder))
    assert case.close_unanswered_after_days == BY_HARM.close_unanswered_after_days


def test_feedback_runs_by_the_usual_clock() -> None:
    feedback = {"kind": Kind.FEEDBACK, "tenet": Tenet.EXPERIENCE, "harm": None}
    assert opened(BY_HARM, **feedback).case.due_at == at(48)


def test_imported_history_opens_no_clock_and_no_timer() -> None:
    change = opened(historic=True)
    assert change.case.state is CaseState.HISTORY
    assert change.case.due_at is None
    assert rules.timers_at_opening(change.case, at(0)) == {}


def test_a_case_opened_in_time_has_both_timers() -> None:
    timers = rules.timers_at_opening(opened().case, at(0))
    assert timers == {TimerKind.DUE_SOON: at(20), TimerKind.OVERDUE: DUE_AT}


def test_a_case_opened_after_its_reminder_has_only_the_deadlines_timer() -> None:
    assert rules.timers_at_opening(opened().case, at(20)) == {TimerKind.OVERDUE: DUE_AT}


def test_a_case_opened_after_its_deadline_is_overdue_at_once() -> None:
    case = opened().case
    assert rules.timers_at_opening(case, at(30)) == {TimerKind.OVERDUE: DUE_AT}
    assert rules.raise_overdue(case, at(30)) is not None


def test_an_acknowledgement_before_the_deadline_is_in_time() -> None:
    change = rules.acknowledge(opened().case, JO, "Jo Lee", "We look.", at(23.99))
    assert change is not None
    assert change.case.late is False


def test_an_acknowledgement_after_the_deadline_is_recorded_as_late() -> None:
    change = rules.acknowledge(opened().case, JO, "Jo Lee", "We look.", at(25))
    assert change is not None
    (fact,) = change.facts
    assert isinstance(fact, CaseAcknowledged)
    assert fact.late
    assert change.case.state is CaseState.ACKNOWLEDGED


def test_an_overdue_case_is_never_acknowledged_in_time() -> None:
    case = opened().case
    assert rules.raise_overdue(case, DUE_AT) is not None
    assert changed(rules.acknowledge(case, JO, "Jo Lee", "We look.", DUE_AT)).late is True


def test_the_second_person_to_acknowledge_is_told_who_was_first() -> None:
    with pytest.raises(Refused, match="Jo Lee has already acknowledged"):
        rules.acknowledge(acknowledged(), KIM, "Kim Howe", "I do it.", at(2))


def test_acknowledging_again_with_the_same_words_changes_nothing() -> None:
    assert rules.acknowledge(acknowledged(), JO, "Jo Lee", "We look into it.", at(2)) is None


def test_an_acknowledged_case_gets_neither_reminder_nor_breach() -> None:
    assert rules.raise_due_soon(acknowledged(), at(21)) is None
    assert rules.raise_overdue(acknowledged(), at(25)) is None


def test_the_reminder_and_the_breach_are_raised_once() -> None:
    reminded = changed(rules.raise_due_soon(opened().case, at(20)))
    assert rules.raise_due_soon(reminded, at(21)) is None
    overdue = changed(rules.raise_overdue(reminded, DUE_AT))
    assert rules.raise_overdue(overdue, at(26)) is None
    assert overdue.revision == 3


def test_nothing_is_overdue_before_the_deadline() -> None:
    assert rules.raise_overdue(opened().case, DUE_AT - timedelta(microseconds=1)) is None


def test_a_reminder_that_fires_after_the_deadline_is_left_to_the_breach() -> None:
    assert rules.raise_due_soon(opened().case, at(25)) is None


def test_the_outcome_needs_an_acknowledgement_first() -> None:
    with pytest.raises(Refused, match="Acknowledge the alert first"):
        rules.record_outcome(opened().case, "Done.", at(1))


def test_the_outcome_needs_a_learning_response_first() -> None:
    with pytest.raises(Refused, match="learning response first"):
        rules.record_outcome(acknowledged(), "Done.", at(2))


def test_the_outcome_starts_the_practices_28_days() -> None:
    change = rules.record_outcome(learned(), "We check the queue daily.", at(3))
    assert change is not None
    (fact,) = change.facts
    assert isinstance(fact, OutcomeRecorded)
    assert change.case.close_at == at(3 + 28 * 24)


def test_a_policy_without_days_never_closes_by_itself() -> None:
    case = replace(learned(), close_unanswered_after_days=None)
    waiting = changed(rules.record_outcome(case, "Done.", at(3)))
    assert waiting.close_at is None
    assert rules.close_unanswered(waiting, at(24 * 400)) is None


def test_confirming_closes_the_case_by_two_facts_in_order() -> None:
    change = rules.confirm(answered(), at(5))
    assert change is not None
    confirmed, closed = change.facts
    assert isinstance(confirmed, OutcomeConfirmed)
    assert isinstance(closed, CaseClosed)
    assert closed.because is ClosedBecause.CONFIRMED
    assert [fact.revision for fact in change.facts] == [5, 6]
    assert change.case.revision == 6
    assert rules.confirm(change.case, at(6)) is None


def test_an_outcome_is_confirmed_only_when_there_is_one() -> None:
    with pytest.raises(Refused, match="not sent an outcome yet"):
        rules.confirm(learned(), at(3))


def test_a_dispute_reopens_the_case_and_the_provider_answers_again() -> None:
    case = disputed()
    assert (case.state, case.close_at) == (CaseState.DISPUTED, None)
    again = rules.record_outcome(case, "We now name the stopped medicine.", at(6))
    assert changed(again).state is CaseState.ANSWERED


def test_the_disputed_outcome_is_not_sent_again_unchanged() -> None:
    with pytest.raises(Refused, match="Change it"):
        rules.record_outcome(disputed(), "We now check the queue every day.", at(6))


def test_disputing_again_with_the_same_reason_changes_nothing() -> None:
    assert rules.dispute(disputed(), "The medicine is not mentioned.", at(5)) is None
    with pytest.raises(Refused, match="disputed already"):
        rules.dispute(disputed(), "Something else.", at(5))


def test_the_dispute_carries_its_reason() -> None:
    change = rules.dispute(answered(), "The medicine is not mentioned.", at(4))
    assert change is not None
    (fact,) = change.facts
    assert isinstance(fact, OutcomeDisputed)
    assert fact.reason == "The medicine is not mentioned."


def test_an_unanswered_outcome_closes_the_case_after_its_days_and_is_told_apart() -> None:
    case = answered()
    assert rules.close_unanswered(case, at(3 + 28 * 24 - 0.1)) is None
    closed = changed(rules.close_unanswered(case, at(3 + 28 * 24)))
    assert closed.closed_because is ClosedBecause.UNANSWERED


def test_a_disputed_case_is_not_closed_by_an_old_timer() -> None:
    assert rules.close_unanswered(disputed(), at(24 * 40)) is None


def test_the_answer_is_not_changed_while_the_practice_reads_it() -> None:
    with pytest.raises(Refused, match="has been sent"):
        rules.record_learning_response(answered(), replace(LEARNED, why="Something else."), at(4))


def test_an_action_is_completed_after_the_case_is_closed() -> None:
    closed = changed(rules.confirm(answered(), at(5)))
    action = ActionItem(uuid7(), "Check the queue", "Ward clerk", date(2026, 12, 1))
    change = rules.complete_action(closed, action, at(48))
    assert change is not None
    (fact,) = change.facts
    assert isinstance(fact, ActionCompleted)
    assert (fact.state, fact.completed_on) == (CaseState.CLOSED, date(2026, 11, 25))
    assert (
        rules.complete_action(closed, replace(action, completed_on=fact.completed_on), at(49))
        is None
    )


def test_a_closed_case_takes_no_new_action() -> None:
    closed = changed(rules.confirm(answered(), at(5)))
    action = ActionItem(uuid7(), "Check the queue", "Ward clerk", date(2026, 12, 1))
    with pytest.raises(Refused, match="closed"):
        rules.plan_action(closed, action, at(6))


def test_imported_history_is_not_answered() -> None:
    with pytest.raises(Refused, match="imported history"):
        rules.acknowledge(opened(historic=True).case, JO, "Jo Lee", "We look.", at(1))


def test_the_history_says_what_was_before_and_after() -> None:
    change = rules.raise_overdue(opened().case, DUE_AT)
    assert change is not None
    assert (change.before, change.after) == ({"overdue_raised": False}, {"overdue_raised": True})
    assert isinstance(change.facts[0], CaseOverdue)
