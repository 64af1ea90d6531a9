"""A report's whole way through actions, on real Kafka and PostgreSQL."""

import pytest
from sqlalchemy import func, select, text

from services.actions import repository
from services.actions.tables import case_, case_themes
from shared.contracts.cases import (
    ActionCompleted,
    ActionPlanned,
    CaseAcknowledged,
    CaseClosed,
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
from shared.contracts.operations import Cause, DeadLetter
from shared.contracts.reports import REPORTS_TOPIC, Tenet
from shared.contracts.themes import AssignedTheme, ThemesAssigned
from tests.actions.waiting import database_now, hours_ago, is_there, open_case
from tests.support.apps import Person, Running
from tests.support.directory import directory
from tests.support.facts import Facts, proper_headers
from tests.support.reports import SUBMITTED_AT, report
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

LEARNING = {
    "method": "root-cause-analysis",
    "what_happened": "The letter waited in a queue.",
    "why": "Nobody owned the queue.",
    "factors": ["organisation", "tasks"],
}


def themes(report_id: object, revision: int, title: str) -> ThemesAssigned:
    return ThemesAssigned.model_validate(
        {
            "occurred_at": SUBMITTED_AT,
            "report_id": report_id,
            "revision": revision,
            "tenet": Tenet.SAFETY,
            "themes": (AssignedTheme(theme="discharge", title=title, confidence=0.9),),
            "taxonomy_version": "1",
            "model_version": "words-1",
        }
    )


async def answer(jo: Person, reference: str, outcome: str) -> None:
    sent = {"outcome": outcome, "stage": "send"}
    response = await jo.post(f"/cases/{reference}/outcome", sent)
    assert response.status_code == 303, response.text


async def test_a_report_is_answered_disputed_answered_again_and_confirmed(
    actions: Running, facts: Facts
) -> None:
    submitted = await open_case(actions, facts)
    page = f"/cases/{submitted.reference}"
    jo, amira = await actions.sign_in("jo.lee"), await actions.sign_in("amira.patel")

    await jo.post(f"{page}/acknowledge", {"owner": "Jo Lee", "next_step": "We look into it."})
    await jo.post(f"{page}/learning-response", LEARNING)
    form = (await jo.get(f"{page}/actions")).text
    action_id = form.split('name="action_id" value="')[1].split('"')[0]
    planned = {
        "action_id": action_id,
        "description": "Check the queue daily",
        "owner": "Ward clerk",
        "due_on[day]": "1",
        "due_on[month]": "12",
        "due_on[year]": "2099",
    }
    await jo.post(f"{page}/actions", planned)
    await jo.post(f"{page}/actions/{action_id}/complete")
    await answer(jo, submitted.reference, "We check the queue daily.")
    await amira.post(f"{page}/dispute", {"reason": "The medicine is not mentioned."})
    await answer(jo, submitted.reference, "Letters now name stopped medicines.")
    await amira.post(f"{page}/confirm")

    closed = await facts.expect(CaseClosed)
    assert closed.because is ClosedBecause.CONFIRMED
    told = facts.seen(CaseFact, lambda fact: fact.report_id == submitted.report_id)
    assert [type(fact) for fact in told] == [
        CaseOpened,
        CaseAcknowledged,
        LearningResponseRecorded,
        ActionPlanned,
        ActionCompleted,
        OutcomeRecorded,
        OutcomeDisputed,
        OutcomeRecorded,
        OutcomeConfirmed,
        CaseClosed,
    ]
    assert [fact.revision for fact in told] == list(range(1, 11))
    async with actions.transactions.read() as connection:
        counts = await repository.counts(connection)
        timers = (await connection.execute(text("SELECT count(*) FROM timer"))).scalar_one()
    assert {name: n for name, n in counts.items() if n} == {"cases_closed": 1}
    assert timers == 0


async def test_the_same_report_twice_opens_one_case(actions: Running, facts: Facts) -> None:
    submitted = await open_case(actions, facts)
    another_event = submitted.model_copy(update={"event_id": report().event_id})
    last = report(2, None, occurred_at=submitted.occurred_at)
    await facts.publish(submitted, another_event, last)
    await facts.expect(CaseOpened, lambda fact: fact.report_id == last.report_id)
    await eventually(lambda: is_there(actions, last))
    opened = facts.seen(CaseOpened, lambda fact: fact.report_id == submitted.report_id)
    assert len(opened) == 1
    async with actions.transactions.read() as connection:
        assert (await repository.counts(connection))["cases_open"] == 2


async def test_themes_that_come_before_their_report_are_shown_with_it(
    actions: Running, facts: Facts
) -> None:
    submitted = report(3, None, occurred_at=await database_now(actions))
    newest = themes(submitted.report_id, 2, "Discharge letters")
    await facts.publish(newest, themes(submitted.report_id, 1, "Something else"))
    await eventually(lambda: _revision_of(actions, submitted.report_id, 2))
    await facts.publish(submitted)
    await eventually(lambda: is_there(actions, submitted))
    inbox = (await (await actions.sign_in("jo.lee")).get("/cases?theme=discharge")).text
    assert submitted.reference in inbox
    assert "Discharge letters" in inbox
    assert "Something else" not in inbox


async def _revision_of(actions: Running, report_id: object, revision: int) -> bool:
    async with actions.transactions.read() as connection:
        found = await connection.execute(
            select(case_themes.c.revision).where(case_themes.c.report_id == report_id)
        )
        return found.scalar_one_or_none() == revision


async def test_the_providers_own_policy_sets_the_deadline(actions: Running, facts: Facts) -> None:
    slow = next(each for each in directory() if each.code == "RZ2")
    policy = ResponsePolicy(acknowledge_within_hours=72)
    await actions.seed([slow.model_copy(update={"policy": policy, "revision": 2})])
    submitted = await open_case(actions, facts, provider="RZ2")
    opened = await facts.expect(CaseOpened)
    assert opened.due_at is not None
    assert (opened.due_at - submitted.occurred_at).total_seconds() == 72 * 3600


async def test_a_provider_that_is_not_known_yet_has_the_default_policy(
    actions: Running, facts: Facts
) -> None:
    submitted = await open_case(actions, facts, provider="RX9")
    opened = await facts.expect(CaseOpened)
    assert opened.due_at is not None
    assert (opened.due_at - submitted.occurred_at).total_seconds() == 24 * 3600


async def test_imported_history_is_counted_and_nothing_else(actions: Running, facts: Facts) -> None:
    old = await hours_ago(actions, 1000)
    await open_case(actions, facts, 4, historic=True, occurred_at=old)
    opened = await facts.expect(CaseOpened)
    assert (opened.state, opened.due_at) == (CaseState.HISTORY, None)
    async with actions.transactions.read() as connection:
        assert (await repository.counts(connection))["cases_history"] == 1
        assert (await connection.execute(text("SELECT count(*) FROM timer"))).scalar_one() == 0
    assert not facts.seen(CaseOverdue)


async def test_a_malformed_report_is_set_aside_and_its_neighbours_go_through(
    actions: Running, facts: Facts
) -> None:
    before, after = report(5), report(6)
    await facts.publish_raw(REPORTS_TOPIC, b"{", headers=proper_headers(before))
    await facts.publish(after)
    letter = await facts.expect(DeadLetter)
    assert (letter.cause, letter.consumer) == (Cause.BAD_VALUE, "actions")
    await eventually(lambda: is_there(actions, after))


async def test_a_second_report_with_anothers_reference_is_set_aside_not_lost(
    actions: Running, facts: Facts
) -> None:
    await open_case(actions, facts, 7)
    thief, after = report(7), report(8)
    await facts.publish(thief, after)
    letter = await facts.expect(DeadLetter)
    assert letter.cause is Cause.RULE
    await eventually(lambda: is_there(actions, after))
    assert not await is_there(actions, thief)


async def test_500_reports_are_opened_by_a_handful_of_statements(
    actions: Running, facts: Facts
) -> None:
    now = await database_now(actions)
    many = [report(number, None, occurred_at=now) for number in range(100, 600)]
    await facts.publish(*many)
    await eventually(lambda: _count(actions, 500))
    async with actions.transactions.read() as connection:
        assert (await repository.counts(connection))["cases_open"] == 500


async def _count(actions: Running, wanted: int) -> bool:
    async with actions.transactions.read() as connection:
        total = await connection.execute(select(func.count()).select_from(case_))
        return total.scalar_one() == wanted
