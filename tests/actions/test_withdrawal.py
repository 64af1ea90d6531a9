"""A withdrawn report: its case is closed however far it has come, its clocks stop, and nobody can answer it any more."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from services.actions import repository, use_cases
from services.actions.domain import rules
from services.actions.domain.case import Case, Refused
from shared.contracts.cases import CaseClosed, CaseState, ClosedBecause
from shared.contracts.reports import WithdrawalReason
from shared.platform.tables import timer
from tests.actions.cases import (
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
from tests.actions.test_journey import LEARNING
from tests.actions.waiting import database_now, put_case, withdraw
from tests.support.apps import Running
from tests.support.reports import report

ACKNOWLEDGEMENT = {"owner": "Jo Lee", "next_step": "We look into it."}


@pytest.mark.parametrize(
    "case",
    [
        opened().case,
        opened(historic=True).case,
        acknowledged(),
        learned(),
        answered(),
        disputed(),
    ],
    ids=lambda case: str(case.state),
)
def test_a_withdrawal_closes_a_case_in_any_state(case: Case) -> None:
    change = rules.withdraw(case, at(9))
    assert change is not None
    (fact,) = change.facts
    assert isinstance(fact, CaseClosed)
    assert (fact.because, fact.revision) == (ClosedBecause.WITHDRAWN, case.revision + 1)
    assert (change.case.state, change.case.close_at) == (CaseState.CLOSED, None)


def test_a_closed_case_stays_closed_for_the_reason_that_it_has() -> None:
    closed = changed(rules.confirm(answered(), at(5)))
    assert rules.withdraw(closed, at(9)) is None
    withdrawn = changed(rules.withdraw(opened().case, at(1)))
    assert rules.withdraw(withdrawn, at(9)) is None


@pytest.mark.parametrize(
    "step",
    [
        lambda case: rules.acknowledge(case, JO, "Jo Lee", "We look into it.", at(9)),
        lambda case: rules.record_learning_response(case, LEARNED, at(9)),
        lambda case: rules.record_outcome(case, "It was so.", at(9)),
        lambda case: rules.confirm(case, at(9)),
        lambda case: rules.dispute(case, "It was not.", at(9)),
    ],
)
@pytest.mark.parametrize("before", [opened().case, opened(historic=True).case])
def test_nothing_can_be_said_to_a_withdrawn_report(
    before: Case, step: Callable[[Case], object]
) -> None:
    case = changed(rules.withdraw(before, at(1)))
    with pytest.raises(Refused, match="withdrawn by whoever sent it"):
        step(case)


def test_an_acknowledgement_sent_again_after_the_withdrawal_is_harmless() -> None:
    case = changed(rules.withdraw(acknowledged(), at(2)))
    assert rules.acknowledge(case, JO, "Jo Lee", "We look into it.", at(3)) is None
    with pytest.raises(Refused, match="already acknowledged"):
        rules.acknowledge(case, KIM, "Kim Howe", "Me too.", at(3))


@pytest.mark.integration
async def test_a_withdrawal_stops_every_clock_and_no_deadline_passes_later(pages: Running) -> None:
    withdrawn, waits = await put_case(pages, 1), await put_case(pages, 2)
    await withdraw(pages, withdrawn)
    async with pages.transactions.read() as connection:
        subjects = await connection.execute(select(timer.c.subject).distinct())
        assert set(subjects.scalars()) == {waits.report_id}
        counts = await repository.counts(connection)
    assert {name: n for name, n in counts.items() if n} == {"cases_open": 1, "cases_closed": 1}


@pytest.mark.integration
async def test_a_report_replayed_after_its_withdrawal_opens_no_case_that_waits(
    pages: Running,
) -> None:
    submitted = report(1, None, occurred_at=await database_now(pages))
    await withdraw(pages, submitted)
    async with pages.transactions.begin() as tx:
        await use_cases.open_cases([submitted], tx)
    async with pages.transactions.read() as connection:
        case = await repository.lock_case(connection, submitted.report_id)
        timers = (await connection.execute(select(func.count()).select_from(timer))).scalar_one()
    assert (case.state, case.closed_because) == (CaseState.CLOSED, ClosedBecause.WITHDRAWN)
    assert (case.due_at, case.revision, timers) == (None, 2, 0)


@pytest.mark.integration
async def test_the_case_says_to_both_sides_that_and_why_it_was_withdrawn(pages: Running) -> None:
    submitted = await put_case(pages)
    path = f"/cases/{submitted.reference}"
    jo, amira = await pages.sign_in("jo.lee"), await pages.sign_in("amira.patel")
    assert f'href="/reports/{submitted.reference}/withdraw"' in (await amira.get(path)).text
    assert "Withdraw this report" not in (await jo.get(path)).text
    await withdraw(pages, submitted, WithdrawalReason.WRONG_PROVIDER)
    for person in (jo, amira):
        page = (await person.get(path)).text
        assert "Elm Road Surgery withdrew this report on" in page
        assert "Reason: it is about another provider." in page
        assert "Withdraw this report" not in page
        assert "Acknowledge the alert" not in page
        assert "Closed: the report was withdrawn" in page


@pytest.mark.integration
async def test_who_was_just_answering_is_told_and_keeps_what_was_typed(pages: Running) -> None:
    submitted = await put_case(pages)
    path = f"/cases/{submitted.reference}"
    jo = await pages.sign_in("jo.lee")
    await withdraw(pages, submitted)
    for form, values in (("acknowledge", ACKNOWLEDGEMENT), ("learning-response", LEARNING)):
        assert (await jo.get(f"{path}/{form}")).headers["location"] == path
        refused = await jo.post(f"{path}/{form}", values)
        assert refused.status_code == 409
        assert "The report was withdrawn by whoever sent it" in refused.text
    assert "Nobody owned the queue." in refused.text


@pytest.mark.integration
async def test_what_was_planned_can_be_completed_after_the_withdrawal(pages: Running) -> None:
    submitted = await put_case(pages)
    path = f"/cases/{submitted.reference}"
    jo = await pages.sign_in("jo.lee")
    await jo.post(f"{path}/acknowledge", ACKNOWLEDGEMENT)
    action = {"action_id": "019ab0c0-5e00-7000-8000-00000000000a", "owner": "Ward clerk"}
    due = {"due_on[day]": "1", "due_on[month]": "12", "due_on[year]": "2099"}
    await jo.post(f"{path}/actions", {**action, **due, "description": "Read the list"})
    await withdraw(pages, submitted)
    page = (await jo.get(path)).text
    assert f'href="{path}/actions">Mark actions as completed' in page
    done = await jo.post(f"{path}/actions/{action['action_id']}/complete")
    assert done.status_code == 303
