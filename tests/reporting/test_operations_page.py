"""The operations page without a consumer's help: who sees it, and what it says of services, cases and dead letters."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.app import create_app
from services.reporting.domain.reconciliation import Reconciliation
from services.reporting.repository import reconciliation
from services.reporting.settings import Settings
from shared.contracts.cases import CaseOpened, CaseState
from shared.contracts.operations import Cause, DeadLetter, Heartbeat, Waiting
from shared.contracts.reports import Kind
from tests.conftest import SettingsFor
from tests.reporting.histories import NOW, seeded, story
from tests.reporting.support import apply, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    async with reporting_with([], kafka, databases) as service:
        yield service


async def test_operations_are_for_operators_and_quality_leads_only(service: Running) -> None:
    await page(service, "amira.patel", "/operations", 403)
    await page(service, "ravi.dhillon", "/operations", 403)
    visitor = await service.visitor()
    assert (await visitor.get("/operations")).headers["location"].startswith("/sign-in")
    assert (await visitor.get("/trends")).headers["location"] == "/sign-in?next=/trends"


async def test_operations_show_health_cases_and_dead_letters_but_no_contents(
    service: Running,
) -> None:
    late = story(seeded(40), 40, kind=Kind.EVENT, historic=False)
    (opened,) = late.case(length=1)
    assert isinstance(opened, CaseOpened)
    letter = DeadLetter(
        occurred_at=NOW,
        consumer="actions",
        origin_topic="insight.reports.v1",
        origin_partition=0,
        origin_offset=7,
        cause=Cause.BAD_VALUE,
        detail="harm: enum",
        record_key=None,
        record_value=b"c2VjcmV0IHdvcmRz",
        record_headers=(),
    )
    await apply([late.report, opened, letter], service.transactions)
    beat = Heartbeat(
        service="intake",
        instance="host:1",
        at=NOW,
        ready=False,
        problems=("Kafka does not answer",),
    )
    service.app.state.health_board.hear(beat.model_dump_json().encode())
    text, lead = await eventually(lambda: _both_told(service))
    assert "Kafka does not answer" in text
    assert "harm: enum" in text
    assert "secret" not in text
    assert "c2VjcmV0" not in text
    assert (
        '<span class="reporting-figure__value">3</span> <span class="reporting-figure__label">difference'
        in text
    )
    assert opened.state is CaseState.OPEN
    assert "Kafka does not answer" in lead
    assert "IN-7K3Q-92" not in lead
    assert '<span class="reporting-figure__value">fewer than 5</span>' in lead
    assert '<span class="reporting-figure__value">15</span>' in lead
    assert '<span class="reporting-figure__value">12</span>' not in lead


async def _both_told(service: Running) -> tuple[str, str]:
    """The page of an operator and of a quality lead with this account, which the service's own check may just have replaced."""
    account = Reconciliation(
        checked_at=datetime.now(UTC),
        until=NOW,
        accepted=15,
        open=12,
        closed=0,
        imported=0,
        set_aside=0,
        waiting=(Waiting(stage="actions", number=3, since=NOW, references=("IN-7K3Q-92",)),),
    )
    async with service.transactions.begin() as tx:
        await reconciliation.keep(tx.connection, account)
    both = [await page(service, who, "/operations") for who in ("max.stone", "helen.marsh")]
    assert "IN-7K3Q-92" in both[0]
    assert "<strong>Actions</strong>" in both[1]
    return both[0], both[1]


async def test_a_service_that_has_fallen_silent_is_down(settings_for: SettingsFor) -> None:
    app = create_app(await settings_for(Settings))
    board = app.state.health_board
    moment = [100.0]
    board.clock = lambda: moment[0]
    beat = Heartbeat(service="actions", instance="host:2", at=NOW, ready=True)
    board.hear(beat.model_dump_json().encode())
    board.hear(b"\xff not a heartbeat")
    board.hear(None)
    (process,) = [each for each in board.processes() if each.service == "actions"]
    assert process.is_well
    moment[0] += timedelta(seconds=30).total_seconds()
    (process,) = [each for each in board.processes() if each.service == "actions"]
    assert process.is_down
    assert {each.service for each in board.processes() if each.is_down} == {
        "intake",
        "classification",
        "actions",
        "notifications",
        "reporting",
    }
