"""The history of cases: one entry for each change with who, for whom, before and after; none for what had been done already."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.actions import use_cases
from services.actions.domain.case import Step, TimerKind
from services.actions.tables import case_
from services.actions.use_cases import open_cases
from shared.contracts.reports import ReportSubmitted
from shared.platform.audit import RecordKind
from shared.platform.tables import outbox
from shared.platform.timers import FiredTimer
from tests.actions.test_journey import LEARNING, answer
from tests.actions.waiting import put_case, withdraw
from tests.support.apps import Person, Running
from tests.support.entries import Told, entries, findings, steps

pytestmark = pytest.mark.integration

JO = ("Jo Lee", "RZ1")
AMIRA = ("Dr Amira Patel", "Y90001")
INSIGHT = ("Insight", None)
ACTION = {
    "action_id": "0190f0a8-7b4e-7c3a-9d51-3a8e5f0c2d11",
    "description": "Check the queue",
    "owner": "Ward clerk",
    "due_on[day]": "1",
    "due_on[month]": "12",
    "due_on[year]": "2099",
}


async def _told(pages: Running) -> list[Told]:
    return await entries(pages.transactions, RecordKind.CASE)


async def _last(pages: Running) -> Told:
    return (await _told(pages))[-1]


async def _fire(pages: Running, kind: TimerKind, submitted: ReportSubmitted, **moved: Any) -> None:
    """The timer, as if these times of the case lay in the past or in the future."""
    fired = FiredTimer(kind, submitted.report_id, submitted.occurred_at, None)
    handler = {
        TimerKind.DUE_SOON: use_cases.raise_due_soon,
        TimerKind.OVERDUE: use_cases.raise_overdue,
        TimerKind.CLOSE_UNANSWERED: use_cases.close_unanswered,
    }[kind]
    async with pages.transactions.begin() as tx:
        if moved:
            await tx.connection.execute(update(case_).values(moved))
        await handler([fired], tx)


async def _acknowledge(person: Person, submitted: ReportSubmitted) -> None:
    given = {"owner": "Jo Lee", "next_step": "We look into it."}
    await person.post(f"/cases/{submitted.reference}/acknowledge", given)


async def test_a_case_begins_with_all_that_it_holds_and_only_a_fingerprint_of_the_text(
    pages: Running,
) -> None:
    submitted = await put_case(pages)
    [told] = await _told(pages)
    assert (told.record_id, told.step) == (str(submitted.report_id), "opened")
    assert (told.who, told.before) == (INSIGHT, {})
    assert told.after["state"] == "open"
    assert told.after["provider"] == "RZ1"
    assert told.after["text"]["characters"] == len(submitted.text)
    assert submitted.text not in str(told.after)


async def test_a_report_that_comes_again_leaves_no_entry(pages: Running) -> None:
    submitted = await put_case(pages)
    async with pages.transactions.begin() as tx:
        await open_cases([submitted, submitted], tx)
    assert await steps(pages.transactions) == ["opened"]


async def test_an_acknowledgement_says_who_for_whom_before_and_after(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    await _acknowledge(jo, submitted)
    await _acknowledge(jo, submitted)
    _, told = await _told(pages)
    assert (told.step, told.who) == ("acknowledged", JO)
    assert (told.before["state"], told.after["state"]) == ("open", "acknowledged")
    assert (told.before["owner"], told.after["owner"]) == (None, "Jo Lee")
    assert "reference" not in told.after


async def test_a_changed_learning_response_holds_the_version_before(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    await _acknowledge(jo, submitted)
    page = f"/cases/{submitted.reference}/learning-response"
    await jo.post(page, LEARNING)
    await jo.post(page, LEARNING | {"why": "Two systems, and no owner."})
    told = await _last(pages)
    assert (told.step, told.who) == ("learning response changed", JO)
    assert told.before["learning"]["why"] == "Nobody owned the queue."
    assert told.after["learning"]["why"] == "Two systems, and no owner."


async def _life(pages: Running) -> None:
    """Of three cases, in which everything happens that can happen to a case."""
    jo, amira = await pages.sign_in("jo.lee"), await pages.sign_in("amira.patel")
    first, second = await put_case(pages, 1), await put_case(pages, 2)
    now = first.occurred_at
    await _fire(pages, TimerKind.DUE_SOON, first)
    await _fire(pages, TimerKind.OVERDUE, second, due_at=now - timedelta(hours=1))
    for submitted in (first, second):
        await _acknowledge(jo, submitted)
        page = f"/cases/{submitted.reference}"
        await jo.post(f"{page}/learning-response", LEARNING)
        await jo.post(f"{page}/learning-response", LEARNING | {"why": "Two systems."})
        await answer(jo, submitted.reference, "We check the queue daily.")
    page = f"/cases/{first.reference}"
    await jo.post(f"{page}/actions", ACTION)
    await jo.post(f"{page}/actions/{ACTION['action_id']}/complete")
    await amira.post(f"{page}/dispute", {"reason": "Which medicine?"})
    await answer(jo, first.reference, "Letters name medicines.")
    await amira.post(f"{page}/confirm")
    await _fire(pages, TimerKind.CLOSE_UNANSWERED, second, close_at=now - timedelta(hours=1))
    await withdraw(pages, await put_case(pages, 3))


async def test_everything_that_can_happen_to_a_case_leaves_its_entry(pages: Running) -> None:
    await _life(pages)
    told = await _told(pages)
    assert {one.step for one in told} == set(Step)
    by_system = {Step.OPENED, Step.DUE_SOON, Step.OVERDUE, Step.CLOSED_UNANSWERED, Step.WITHDRAWN}
    by_practice = {Step.OUTCOME_CONFIRMED, Step.OUTCOME_DISPUTED}
    for one in told:
        who = INSIGHT if one.step in by_system else AMIRA if one.step in by_practice else JO
        assert one.who == who, one.step
        assert one.after
    async with pages.transactions.read() as connection:
        facts = (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()
        assert await findings(connection) == []
    assert len(told) == facts - 1  # confirming is one change and two facts


async def test_the_entries_of_a_case_lead_from_its_beginning_to_what_it_is_now(
    pages: Running,
) -> None:
    await _life(pages)
    replayed: dict[str, dict[str, Any]] = {}
    for told in await _told(pages):
        state = replayed.setdefault(told.record_id, {})
        for name in told.before.keys() - {"due_at", "close_at"}:  # moved by `_life`
            assert state.get(name, told.before[name]) == told.before[name], (told.step, name)
        state.update(told.after)
    columns = (case_.c.report_id, case_.c.state, case_.c.outcome, case_.c.owner)
    async with pages.transactions.read() as connection:
        for row in await connection.execute(select(*columns)):
            state = replayed[str(row.report_id)]
            now = (row.state, row.outcome, row.owner)
            assert (state["state"], state.get("outcome"), state.get("owner")) == now
