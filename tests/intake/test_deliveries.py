"""However Kafka delivers a case's facts, and however late one that was set aside is replayed: a practice sees what a small model says."""

from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.consumers import build_consumers
from services.intake.settings import Settings
from services.intake.tables import case_status
from shared.contracts.base import Fact
from shared.contracts.cases import CaseAcknowledged, CaseFact, CaseOverdue, OutcomeRecorded
from shared.contracts.facts import PUBLISHED
from tests.reporting.histories import story
from tests.support.databases import Databases
from tests.support.deliveries import (
    ON_A_DATABASE,
    SEEDS,
    Row,
    Stage,
    as_kafka_delivers,
    as_rows,
    released_samples,
    seeded,
    stage,
)
from tests.support.settings import settings_of

pytestmark = pytest.mark.integration
CASE_FACTS = [each for each in PUBLISHED if issubclass(each, CaseFact)]


@pytest.fixture(scope="module")
async def intake(databases: Databases) -> AsyncIterator[Stage]:
    async with stage(databases, "intake") as opened:
        yield opened


def status_of(facts: Sequence[CaseFact]) -> Row:
    """What "my reports" shows of a case, by all the facts of it that were ever heard, whatever the order."""
    last = max(facts, key=lambda one: one.revision)
    due = [each for one in facts if (each := getattr(one, "due_at", None)) is not None]
    acknowledged = next((one for one in facts if isinstance(one, CaseAcknowledged)), None)
    outcomes = [one for one in facts if isinstance(one, OutcomeRecorded)]
    overdue = any(isinstance(one, CaseOverdue) for one in facts)
    return (
        last.report_id,
        last.revision,
        last.state,
        last.occurred_at,
        due[0] if due else None,
        False if acknowledged else (overdue or None),
        acknowledged and acknowledged.late,
        acknowledged and acknowledged.owner,
        acknowledged and acknowledged.next_step,
        max(outcomes, key=lambda one: one.revision).outcome if outcomes else None,
    )


@settings(ON_A_DATABASE)
@given(seed=SEEDS, reports=st.integers(0, 10), late=st.sampled_from((0.0, 0.1, 0.4)))
async def test_any_delivery_shows_what_the_model_shows(
    intake: Stage, seed: int, reports: int, late: float
) -> None:
    await intake.clear()
    random = seeded(seed)
    told: list[Fact] = [*released_samples(*CASE_FACTS)]
    for number in range(reports):
        told += story(random, number).case()
    listening = intake.listening(
        build_consumers(settings_of(Settings, database_url="postgresql+asyncpg://unused"))
    )
    heard: dict[str, list[CaseFact]] = {}
    for batch in as_kafka_delivers(told, random, late=late):
        for fact in await listening.take(batch):
            assert isinstance(fact, CaseFact)
            heard.setdefault(fact.key, []).append(fact)
    columns = (
        *("report_id", "revision", "state", "changed_at", "due_at"),
        *("overdue", "late", "owner", "next_step", "outcome"),
    )
    shown = await intake.rows(case_status, *columns)
    assert shown == as_rows(status_of(facts) for facts in heard.values())
    await intake.assert_set_aside(listening)
