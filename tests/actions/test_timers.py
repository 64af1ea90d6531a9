"""Timers of the response clock on real servers: at their time, once, and stopped by an acknowledgement."""

import pytest
from sqlalchemy import text, update

from services.actions import repository
from services.actions.app import create_app
from services.actions.domain.case import Step
from services.actions.settings import Settings
from services.actions.tables import case_
from shared.contracts.cases import (
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseOpened,
    CaseOverdue,
    CaseState,
    ClosedBecause,
)
from shared.platform.audit import RecordKind
from tests.actions.test_journey import LEARNING, answer
from tests.actions.waiting import hours_ago, open_case
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.entries import steps
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

A_MOMENT = 12 / 3600
"""Hours: long enough to open sixty cases before their time comes, on a busy machine, too, and short enough to wait for."""


async def test_due_soon_and_overdue_are_raised_once_each_by_two_replicas(
    settings: Settings, facts: Facts
) -> None:
    async with running(create_app(settings), directory()) as one, running(create_app(settings)):
        await open_case(one, facts)  # both have joined the group and share the topics
        soon = await hours_ago(one, 20 - A_MOMENT)
        late = await hours_ago(one, 24 - A_MOMENT)
        reports = [report(n, None, occurred_at=soon if n % 2 else late) for n in range(2, 62)]
        await facts.publish(*reports)
        due_soon = await facts.expect_all(CaseDueSoon, count=30)
        overdue = await facts.expect_all(CaseOverdue, count=30)
        await eventually(lambda: _is_quiet(one, pending=32))

        assert len({fact.report_id for fact in due_soon}) == len(facts.seen(CaseDueSoon)) == 30
        assert len({fact.report_id for fact in overdue}) == len(facts.seen(CaseOverdue)) == 30
        assert all(fact.occurred_at >= fact.due_at for fact in overdue)
        assert await _lines(one, Step.OVERDUE) == await _lines(one, Step.DUE_SOON) == 30
        async with one.transactions.read() as connection:
            assert (await repository.counts(connection))["cases_overdue"] == 30


async def test_an_acknowledgement_stops_the_clock(actions: Running, facts: Facts) -> None:
    submitted = await open_case(actions, facts)
    jo = await actions.sign_in("jo.lee")
    given = {"owner": "Jo Lee", "next_step": "We look into it."}
    await jo.post(f"/cases/{submitted.reference}/acknowledge", given)
    assert not (await facts.expect(CaseAcknowledged)).late
    await eventually(lambda: _is_quiet(actions, pending=0))


async def test_an_acknowledgement_after_the_deadline_is_recorded_as_late(
    actions: Running, facts: Facts
) -> None:
    submitted = await open_case(actions, facts, occurred_at=await hours_ago(actions, 30))
    await facts.expect(CaseOverdue)
    jo = await actions.sign_in("jo.lee")
    given = {"owner": "Jo Lee", "next_step": "We look into it."}
    response = await jo.post(f"/cases/{submitted.reference}/acknowledge", given)
    assert response.status_code == 303
    assert (await facts.expect(CaseAcknowledged)).late
    page = (await jo.get(f"/cases/{submitted.reference}")).text
    assert "after the deadline" in page


async def test_a_case_opened_after_its_reminder_raises_none(actions: Running, facts: Facts) -> None:
    await open_case(actions, facts, occurred_at=await hours_ago(actions, 22))
    await facts.expect(CaseOpened)
    async with actions.transactions.read() as connection:
        kinds = await connection.execute(text("SELECT kind FROM timer"))
        assert [kind for (kind,) in kinds] == ["overdue"]
    assert await _lines(actions, Step.DUE_SOON) == 0


async def test_an_outcome_left_unanswered_closes_the_case_and_is_counted_apart(
    actions: Running, facts: Facts
) -> None:
    submitted = await open_case(actions, facts)
    jo = await actions.sign_in("jo.lee")
    page = f"/cases/{submitted.reference}"
    await jo.post(f"{page}/acknowledge", {"owner": "Jo Lee", "next_step": "We look into it."})
    await jo.post(f"{page}/learning-response", LEARNING)
    await answer(jo, submitted.reference, "We check the queue daily.")
    await _let_28_days_pass(actions)
    closed = await facts.expect(CaseClosed)
    assert (closed.because, closed.state) == (ClosedBecause.UNANSWERED, CaseState.CLOSED)


async def _let_28_days_pass(actions: Running) -> None:
    """As if the outcome had been sent 28 days ago."""
    async with actions.transactions.begin() as tx:
        await tx.connection.execute(
            update(case_).values(close_at=case_.c.close_at - text("interval '28 days'"))
        )
        await tx.connection.execute(text("UPDATE timer SET due_at = due_at - interval '28 days'"))


async def _is_quiet(actions: Running, pending: int) -> bool:
    """Everything told has been published, and so many timers are pending."""
    async with actions.transactions.read() as connection:
        timers = (await connection.execute(text("SELECT count(*) FROM timer"))).scalar_one()
        outbox = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    return bool(timers == pending and outbox == 0)


async def _lines(actions: Running, step: Step) -> int:
    return (await steps(actions.transactions, RecordKind.CASE)).count(step)
