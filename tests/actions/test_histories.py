"""Any history of a case, in any order: what always holds."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.actions.domain import rules
from services.actions.domain.case import Case, Change, Refused
from shared.contracts.cases import (
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseFact,
    CaseOverdue,
    CaseState,
    ClosedBecause,
    OutcomeConfirmed,
    OutcomeRecorded,
)
from tests.actions.cases import JO, KIM, LEARNED, at, opened

Rule = Callable[[Case, datetime], Change | None]

RULES: dict[str, Rule] = {
    "due soon": rules.raise_due_soon,
    "overdue": rules.raise_overdue,
    "acknowledge": lambda case, now: rules.acknowledge(case, JO, "Jo Lee", "We look.", now),
    "acknowledge too": lambda case, now: rules.acknowledge(case, KIM, "Kim Howe", "Mine.", now),
    "learn": lambda case, now: rules.record_learning_response(case, LEARNED, now),
    "answer": lambda case, now: rules.record_outcome(case, f"Answer {case.revision}.", now),
    "confirm": rules.confirm,
    "dispute": lambda case, now: rules.dispute(case, f"Because {case.revision}.", now),
    "unanswered": rules.close_unanswered,
}
steps = st.lists(
    st.tuples(st.sampled_from(sorted(RULES)), st.integers(0, 24 * 30)), min_size=1, max_size=25
)


def play(history: list[tuple[str, int]]) -> tuple[Case, list[CaseFact]]:
    """The case and its facts after these rules, each so many hours after the one before."""
    change = opened()
    case, facts, now = change.case, list(change.facts), at(0)
    for name, hours in history:
        now += timedelta(hours=hours)
        try:
            step = RULES[name](case, now)
        except Refused:
            continue
        if step is not None:
            case = step.case
            facts += step.facts
    return case, facts


@given(steps)
def test_revisions_rise_by_one_and_the_last_fact_tells_the_state(
    history: list[tuple[str, int]],
) -> None:
    case, facts = play(history)
    assert [fact.revision for fact in facts] == list(range(1, len(facts) + 1))
    assert case.revision == len(facts)
    assert facts[-1].state is case.state


@given(steps)
def test_only_a_confirmed_or_an_unanswered_case_is_closed(history: list[tuple[str, int]]) -> None:
    case, facts = play(history)
    closings = [fact for fact in facts if isinstance(fact, CaseClosed)]
    assert (case.state is CaseState.CLOSED) == (len(closings) == 1)
    for closing in closings:
        before = facts[closing.revision - 2]
        confirmed = closing.because is ClosedBecause.CONFIRMED
        assert isinstance(before, OutcomeConfirmed if confirmed else OutcomeRecorded)
        assert facts[-1] is closing


@given(steps)
def test_a_breach_is_told_once_at_most_and_never_after_an_acknowledgement(
    history: list[tuple[str, int]],
) -> None:
    case, facts = play(history)
    for kind in (CaseDueSoon, CaseOverdue, CaseAcknowledged):
        assert sum(isinstance(fact, kind) for fact in facts) <= 1
    names = [type(fact) for fact in facts]
    if CaseAcknowledged in names and CaseOverdue in names:
        assert names.index(CaseOverdue) < names.index(CaseAcknowledged)
        assert case.late is True
