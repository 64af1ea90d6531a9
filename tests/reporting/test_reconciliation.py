"""Every accepted report is accounted for, and what is missing is found where it is: from facts and what services say of themselves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest

from services.reporting import workers
from services.reporting.app import create_app
from services.reporting.domain.reconciliation import (
    Found,
    Missing,
    Reconciliation,
    Stage,
    Told,
    reconcile,
)
from services.reporting.settings import Settings
from services.reporting.workers import Reconciler
from shared.contracts.base import Fact
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.messages import MessageState
from shared.contracts.operations import (
    Accepted,
    DeadLetterSettled,
    Heartbeat,
    LetterOutcome,
    Waiting,
)
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.themes import THEMES_TOPIC
from tests.conftest import SettingsFor
from tests.reporting.histories import Story, seeded, story
from tests.reporting.support import apply
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.letters import set_aside

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
UNTIL = NOW - timedelta(minutes=1)
LONG_AGO = NOW - timedelta(hours=2)
WHOLE = Found(
    heard=10,
    open=5,
    closed=3,
    imported=2,
    set_aside=0,
    no_case=Missing(),
    no_verdict=Missing(),
    no_alert=Missing(),
    unheard_set_aside=0,
    unheard_known=False,
)
SOME = Missing(2, LONG_AGO, ("IN-7K3Q-92", "IN-7K3Q-93"))


def checked(found: Found, accepted: int | None = 10, **told: object) -> Reconciliation:
    known = None if accepted is None else Accepted(number=accepted, until=UNTIL)
    says = Told(accepted=known, **told)  # type: ignore[arg-type]  # by their names
    return reconcile(found, says, UNTIL, NOW, {Stage.NOWHERE: LONG_AGO})


def waiting(found: Reconciliation) -> dict[str, int]:
    return {one.stage: one.number for one in found.waiting}


def test_an_account_that_comes_out_even_has_nothing_waiting() -> None:
    found = checked(WHOLE)
    assert (found.difference, found.waiting) == (0, ())


@pytest.mark.parametrize(
    ("found", "accepted", "told", "stages"),
    [
        (WHOLE, 12, {}, {Stage.NOWHERE: 2}),
        (WHOLE, 8, {}, {Stage.NOT_ACCEPTED: 2}),
        (WHOLE, 12, {"behind": frozenset({("reporting", REPORTS_TOPIC)})}, {Stage.REPORTING: 2}),
        (replace(WHOLE, unheard_known=True), 12, {}, {Stage.REPORTING: 2}),
        (replace(WHOLE, unheard_set_aside=1), 12, {}, {Stage.NOWHERE: 1}),
        (replace(WHOLE, unheard_set_aside=9), 12, {}, {}),
        (
            WHOLE,
            13,
            {"outbox": Waiting(stage="intake", number=2, since=LONG_AGO)},
            {Stage.INTAKE: 2, Stage.NOWHERE: 1},
        ),
        (WHOLE, 10, {"outbox": Waiting(stage="intake", number=2, since=LONG_AGO)}, {}),
        (replace(WHOLE, open=3, no_case=SOME), 10, {}, {Stage.ACTIONS: 2}),
        (
            replace(WHOLE, open=3, no_case=SOME),
            10,
            {"behind": frozenset({("reporting", CASES_TOPIC)})},
            {Stage.REPORTING: 2},
        ),
        (
            replace(WHOLE, open=3, no_case=SOME),
            10,
            {"behind": frozenset({("reporting", CASES_TOPIC), ("actions", REPORTS_TOPIC)})},
            {Stage.ACTIONS: 2},
        ),
        (
            replace(WHOLE, open=3, no_case=SOME),
            10,
            {
                "behind": frozenset({("reporting", CASES_TOPIC)}),
                "unpublished": frozenset({"actions"}),
            },
            {Stage.ACTIONS: 2},
        ),
        (replace(WHOLE, no_verdict=SOME), 10, {}, {Stage.CLASSIFICATION: 2}),
        (
            replace(WHOLE, open=3, no_case=SOME, no_verdict=SOME),
            10,
            {"behind": frozenset({("reporting", CASES_TOPIC), ("reporting", THEMES_TOPIC)})},
            {Stage.REPORTING: 2},
        ),
        (replace(WHOLE, no_alert=SOME), 10, {}, {Stage.NOTIFICATIONS: 2}),
        (replace(WHOLE, no_alert=SOME), 10, {"alerts_held": 2}, {}),
        (replace(WHOLE, no_alert=SOME), None, {}, {Stage.NOTIFICATIONS: 2}),
    ],
)
def test_what_is_missing_is_found_at_its_stage(
    found: Found, accepted: int | None, told: dict[str, object], stages: dict[Stage, int]
) -> None:
    assert waiting(checked(found, accepted, **told)) == stages


def test_a_stage_tells_since_when_and_whose_reports_wait() -> None:
    (one,) = checked(replace(WHOLE, open=3, no_case=SOME)).waiting
    assert (one.since, one.references) == (LONG_AGO, SOME.references)
    (lost,) = checked(WHOLE, 12).waiting
    assert lost.since == LONG_AGO, "it was lost at the last check already"
    (new,) = reconcile(WHOLE, Told(Accepted(number=11, until=UNTIL)), UNTIL, NOW, before={}).waiting
    assert new.since == UNTIL


@pytest.fixture
async def service(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    """Whose own check is not due."""
    monkeypatch.setattr(workers, "_FIRST_AFTER_SECONDS", 3_600)
    settings = await settings_for(Settings, reconcile_seconds=3_600)
    async with running(create_app(settings), directory()) as service:
        yield service


@pytest.fixture
def reconciler(service: Running) -> Reconciler:
    (found,) = [one for one in service.runtime._workers if isinstance(one, Reconciler)]
    found._seconds = 0
    return found


def told(number: int, **changes: object) -> Story:
    """Submitted two hours before now by the database's clock, which the check goes by."""
    at = datetime.now(UTC) - timedelta(hours=2, seconds=-number)
    return story(seeded(number), number, historic=False, occurred_at=at, **changes)


def whole(one: Story) -> Sequence[Fact]:
    return [one.report, one.verdict(1), *one.case(length=1), one.message(MessageState.SENT)]


async def hear(service: Running, accepted: int, **changes: object) -> None:
    values: dict[str, object] = {
        "service": "intake",
        "instance": "host:1",
        "at": NOW,
        "ready": True,
        "accepted": Accepted(number=accepted, until=datetime.now(UTC) - timedelta(minutes=1)),
    }
    beat = Heartbeat.model_validate(values | changes)
    service.app.state.health_board.hear(beat.model_dump_json().encode())


async def check(reconciler: Reconciler, service: Running) -> Reconciliation:
    found = await reconciler.check(service.transactions)
    assert found is not None
    return found


@pytest.mark.integration
async def test_reports_are_accounted_for_and_the_missing_ones_are_named_on_the_page_and_in_status(
    service: Running, reconciler: Reconciler
) -> None:
    history = story(seeded(50), 50, historic=True, occurred_at=LONG_AGO)
    stories = [told(number) for number in range(6)]
    await apply([f for one in stories[:4] for f in whole(one)], service.transactions)
    imported = [history.report, history.verdict(1), *history.case()]
    await apply(imported, service.transactions)
    no_case, no_alert = stories[4:]
    await apply([no_case.report, no_case.verdict(1)], service.transactions)
    await apply([no_alert.report, *no_alert.case(length=1)], service.transactions)
    await hear(service, 8)
    found = await check(reconciler, service)
    assert (found.accepted, found.open, found.closed, found.imported) == (8, 5, 0, 1)
    assert found.difference == 2
    assert waiting(found) == {
        Stage.CLASSIFICATION: 1,
        Stage.ACTIONS: 1,
        Stage.NOTIFICATIONS: 1,
        Stage.NOWHERE: 1,
    }
    by_stage = {one.stage: one for one in found.waiting}
    assert by_stage[Stage.ACTIONS].references == (no_case.report.reference,)
    assert by_stage[Stage.NOTIFICATIONS].references == (no_alert.report.reference,)
    await _is_told(service, no_case.report.reference)

    await apply(whole(no_case), service.transactions)
    await apply([no_alert.verdict(1), no_alert.message(MessageState.UNKNOWN)], service.transactions)
    await hear(service, 7)
    after = await check(reconciler, service)
    assert (after.difference, after.waiting) == (0, ())
    assert "None waits anywhere." in await _page(service, "max.stone")


async def _is_told(service: Running, reference: str) -> None:
    operators = await _page(service, "max.stone")
    assert "Actions</strong>" in operators
    assert reference in operators
    assert "1 hour 59 minutes" in operators
    leads = await _page(service, "helen.marsh")
    assert "Actions</strong>" in leads
    assert reference not in leads
    # Told with the next heartbeat; and measured at once.
    service.runtime._count_again_at = 0
    (status,) = [
        one for one in (await service.runtime.status()).waiting if one.stage == Stage.ACTIONS
    ]
    assert status.references == (reference,)
    measured = generate_latest(service.runtime.metrics.registry).decode()
    assert 'insight_reconciliation_reports{stage="actions"} 1.0' in measured
    assert 'insight_reconciliation_reports{stage="intake"} 0.0' in measured
    assert "insight_reconciliation_difference_reports 2.0" in measured


async def _page(service: Running, subject: str) -> str:
    answer = await (await service.sign_in(subject)).get("/operations")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


@pytest.mark.integration
async def test_what_was_set_aside_is_no_difference_until_it_was_applied(
    service: Running, reconciler: Reconciler
) -> None:
    one, unheard = told(1), told(2)
    await apply([one.report, one.verdict(1)], service.transactions)
    letters = [
        set_aside(consumer=consumer, record_key=None, text="Late", number=number).model_copy(
            update={"record_value": each.report.model_dump_json().encode()}
        )
        for number, (consumer, each) in enumerate((("actions", one), ("reporting", unheard)))
    ]
    await apply(letters, service.transactions)
    await hear(service, 2)
    found = await check(reconciler, service)
    assert (found.set_aside, found.difference, found.waiting) == (2, 0, ())
    settled = DeadLetterSettled(
        occurred_at=NOW,
        letter_id=letters[0].event_id,
        decision_id=letters[0].event_id,
        consumer="actions",
        outcome=LetterOutcome.APPLIED,
    )
    await apply([settled], service.transactions)
    after = await check(reconciler, service)
    assert (after.set_aside, after.difference) == (1, 1)
    assert waiting(after) == {Stage.ACTIONS: 1}


@pytest.mark.integration
async def test_a_withdrawn_report_is_accounted_for_and_lacks_no_alert(
    service: Running, reconciler: Reconciler
) -> None:
    one, alerted_no_more = told(1), told(2)
    await apply(whole(one), service.transactions)
    opened, *_ = alerted_no_more.case(length=1)
    report, verdict = alerted_no_more.report, alerted_no_more.verdict(1)
    await apply([report, verdict, opened], service.transactions)
    await hear(service, 2)
    assert waiting(await check(reconciler, service)) == {Stage.NOTIFICATIONS: 1}
    closed = alerted_no_more.closed_by_withdrawal(opened)
    await apply([alerted_no_more.withdrawal(), closed], service.transactions)
    found = await check(reconciler, service)
    assert (found.open, found.closed, found.difference, found.waiting) == (1, 1, 0, ())


@pytest.mark.integration
async def test_reports_of_the_last_minute_are_taken_to_be_on_their_way(
    service: Running, reconciler: Reconciler
) -> None:
    new = story(seeded(1), 1, historic=False, occurred_at=datetime.now(UTC))
    await apply([new.report], service.transactions)
    await hear(service, 0)
    assert (await check(reconciler, service)).waiting == ()


@pytest.mark.integration
async def test_replicas_take_turns_and_tell_the_same(
    service: Running, reconciler: Reconciler
) -> None:
    await apply([told(1).report], service.transactions)
    first = await check(reconciler, service)
    reconciler._seconds = 3_600
    await apply([told(2).report], service.transactions)
    assert await check(reconciler, service) == first
