"""A person's verdict counts everywhere, and no fact of the model's brings its own back: in classification, in the case and in trends."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.actions.app import create_app as actions
from services.actions.settings import Settings as ActionsSettings
from services.actions.tables import case_themes
from services.classification.app import create_app as classification
from services.classification.settings import Settings
from services.reporting.app import create_app as reporting
from services.reporting.settings import Settings as ReportingSettings
from services.reporting.tables import verdict_fact
from shared.contracts.themes import DecidedBy, ThemesAssigned
from tests.classification.people import RUDE, history, press
from tests.conftest import SettingsFor
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture
async def services(settings_for: SettingsFor) -> AsyncIterator[Sequence[Running]]:
    """Classification, actions and reporting on the same topics."""
    apps = (
        classification(await settings_for(Settings)),
        actions(await settings_for(ActionsSettings)),
        reporting(await settings_for(ReportingSettings)),
    )
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(app, directory())) for app in apps]


async def _kept(services: Sequence[Running], report_id: UUID) -> list[tuple[int, list[str]] | None]:
    """Revision and themes as the case and as trends have them."""
    found: list[tuple[int, list[str]] | None] = []
    for service, table, name in zip(
        services[1:], (case_themes, verdict_fact), ("title", "theme"), strict=True
    ):
        async with service.transactions.read() as connection:
            rows = await connection.execute(
                select(table.c.revision, table.c.themes).where(table.c.report_id == report_id)
            )
            row = rows.one_or_none()
        found.append((row.revision, [each[name] for each in row.themes]) if row else None)
    return found


async def _until_kept(services: Sequence[Running], report_id: UUID, revision: int) -> None:
    async def known() -> bool:
        kept = await _kept(services, report_id)
        return [each[0] for each in kept if each] == [revision, revision]

    await eventually(known, within=60, because=f"revision {revision} does not come")


async def _at_rest(services: Sequence[Running]) -> None:
    async def is_at_rest() -> bool:
        beats = [await service.runtime.status() for service in services]
        return not any(sum(beat.lag.values()) + beat.outbox_rows for beat in beats)

    for _ in range(2):  # what was just heard may have something to say
        await eventually(is_at_rest, within=60, because="facts are still on their way")


async def test_a_correction_replaces_the_models_verdict_everywhere_and_nothing_of_the_models_brings_it_back(
    services: Sequence[Running], facts: Facts
) -> None:
    review, cases, trends = services
    submitted = report(1, text=RUDE)
    await facts.publish(submitted)
    first = await facts.expect(ThemesAssigned)
    await _until_kept(services, submitted.report_id, 1)
    helen = await review.sign_in("helen.marsh")
    page = await helen.get(f"/verdicts/{submitted.reference}")
    assert (await press(helen, page, "Not about this (Staff attitude)")).status_code == 303
    values = {"revision": "2", "theme": "medications"}
    assert (await helen.post(f"/verdicts/{submitted.reference}/about", values)).status_code == 303
    await _until_kept(services, submitted.report_id, 3)

    async def corrected_everywhere() -> None:
        assert await _kept(services, submitted.report_id) == [
            (3, ["Medications"]),
            (3, ["medications"]),
        ]
        current, *_ = await history(review, submitted)
        assert (current.revision, current.decided_by) == (3, DecidedBy.PERSON)
        case = (
            await (await cases.sign_in("helen.marsh")).get(f"/cases/{submitted.reference}")
        ).text
        assert "Medications" in case
        assert "Staff attitude" not in case
        lead = await trends.sign_in("helen.marsh")
        lines = (await lead.get("/trends/themes.csv?months=60")).text
        assert '"Medications"' in lines
        assert "Staff attitude" not in lines

    await corrected_everywhere()
    later = submitted.occurred_at + timedelta(days=400)
    await facts.publish(
        submitted.model_copy(update={"event_id": uuid7()}),  # the same report told again
        *(
            # a model that runs again, late: with a revision that people have passed, and with the same
            first.model_copy(
                update={"event_id": uuid7(), "occurred_at": later, "revision": revision}
            )
            for revision in (1, 2, 3)
        ),
    )
    await _at_rest(services)
    await corrected_everywhere()
    assert len(await history(review, submitted)) == 3
