"""History follows an adoption through Kafka: every report once, new reports first, whatever is killed, and reporting counts along."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import func, select, text

from services.classification import repository, use_cases
from services.classification.app import create_app
from services.classification.settings import Settings
from services.classification.tables import report as report_table
from services.classification.tables import verdict
from services.reporting.app import create_app as reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import Kind, ReportSubmitted
from shared.contracts.themes import DecidedBy, ThemesAssigned
from shared.platform.audit import RecordKind
from tests.classification.other_versions import (
    BOTH,
    OLD,
    ONE,
    TWO,
    begin_with_the_first,
    decide,
)
from tests.conftest import SettingsFor
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.entries import entries
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

PAGE = "/versions"


@asynccontextmanager
async def _upgraded(
    settings: Settings, history: Sequence[ReportSubmitted] = ()
) -> AsyncIterator[Running]:
    """The service as it starts after an upgrade, with this history by the first version."""
    async with AsyncExitStack() as stack:
        before = Running(create_app(settings, OLD), stack)
        await begin_with_the_first(before)
        async with before.transactions.begin() as tx:
            await use_cases.assign_themes(history, tx, OLD)
        await before.runtime.engine.dispose()
    async with running(create_app(settings, BOTH), directory()) as service:
        yield service


async def _adopt(service: Running, name: str = TWO.name, instead_of: str = ONE.name) -> None:
    helen = await service.sign_in("helen.marsh")
    values = {"instead_of": instead_of, "reason": "It finds letters"}
    adopted = await helen.post(f"/versions/{name}/adopt", values)
    assert adopted.status_code == 303, adopted.text


async def _waiting(service: Running, version: str = TWO.name) -> int:
    async with service.transactions.read() as connection:
        counted = await connection.execute(
            select(func.count())
            .select_from(report_table)
            .where(report_table.c.version != version, report_table.c.decided_by == DecidedBy.MODEL)
        )
        return counted.scalar_one()


async def _followed(service: Running, version: str = TWO.name) -> None:
    async def done() -> bool:
        return await _waiting(service, version) == 0

    await eventually(done, within=60, because="history does not follow")


async def _revisions(service: Running) -> dict[int, int]:
    """How many reports have how many revisions."""
    of_each = (
        select(func.count().label("revisions"))
        .select_from(verdict)
        .group_by(verdict.c.report_id)
        .subquery()
    )
    async with service.transactions.read() as connection:
        rows = await connection.execute(
            select(of_each.c.revisions, func.count()).group_by(of_each.c.revisions)
        )
        return {row[0]: row[1] for row in rows}


async def _counted(service: Running) -> dict[str, int]:
    """Reports by theme, as reporting has counted them."""
    async with service.transactions.read() as connection:
        rows = await connection.execute(
            text(
                "SELECT theme, sum(reports) FROM pair_count"
                " WHERE theme <> '' AND sub_theme = '' GROUP BY theme HAVING sum(reports) <> 0"
            )
        )
        return {theme: int(number) for theme, number in rows}


async def test_counts_move_exactly_and_a_persons_decision_stays(
    settings_for: SettingsFor, facts: Facts
) -> None:
    texts = ["rude"] * 5 + ["a letter late"] * 7 + ["no medicine"] * 3
    history = [report(number, text=words) for number, words in enumerate(texts)]
    settings = await settings_for(Settings)
    numbers = await settings_for(ReportingSettings)
    async with (
        _upgraded(settings, history) as service,
        running(reporting(numbers), directory()) as trends,
    ):
        await facts.publish(*history)
        await decide(service, history[0], "staff-attitude", "equipment")

        async def counted(expected: dict[str, int]) -> bool:
            assert await _counted(trends) == expected
            return True

        before = {"staff-attitude": 5, "medications": 3, "equipment": 1}
        await eventually(lambda: counted(before), because="history is not counted")
        await _adopt(service)
        await _followed(service)
        after = {"staff-attitude": 1, "equipment": 1, "clinic-letters": 7, "medications": 3}
        await eventually(lambda: counted(after), because="the counts do not follow")
        assert await _revisions(service) == {2: 15}
        anew = facts.seen(ThemesAssigned, lambda fact: fact.model_version == TWO.model)
        assert {fact.report_id for fact in anew} <= {each.report_id for each in history[1:]}
        async with service.transactions.read() as connection:
            [newest, _] = await repository.decisions(connection, history[0].report_id)
        assert (newest.decided_by, newest.person) == (DecidedBy.PERSON, "Helen Marsh")

        await _adopt(service, ONE.name, TWO.name)  # and back
        await _followed(service, ONE.name)
        await eventually(lambda: counted(before), because="the counts do not come back")


async def test_a_new_report_is_classified_before_history_has_followed(
    settings_for: SettingsFor, facts: Facts
) -> None:
    history = [report(number, text="rude") for number in range(20)]
    settings = await settings_for(Settings, reclassify_at_once=4)
    async with _upgraded(settings, history) as service:
        await _adopt(service)
        await facts.expect(ThemesAssigned, lambda fact: fact.revision == 2)
        new = report(100, text="a letter late")
        await facts.publish(new)
        assigned = await facts.expect(ThemesAssigned, lambda fact: fact.report_id == new.report_id)
        assert [theme.theme for theme in assigned.themes] == ["clinic-letters"]
        await _followed(service)
        told = [
            (entry.step, entry.record_id)
            for entry in await entries(service.transactions, RecordKind.VERDICT)
        ]
    place = told.index(("themes assigned", str(new.report_id)))
    followed = [n for n, (step, _) in enumerate(told) if step == "themes assigned anew"]
    assert len(followed) == 20
    assert followed[0] < place < followed[-1], "the new report had to wait for all of history"


async def test_a_service_that_is_stopped_on_the_way_goes_on_where_it_was(
    settings_for: SettingsFor, facts: Facts
) -> None:
    history = [report(number, text="rude") for number in range(24)]
    settings = await settings_for(Settings, reclassify_at_once=3)
    async with _upgraded(settings, history) as service:
        await _adopt(service)
        await facts.expect_all(ThemesAssigned, lambda fact: fact.revision == 2, count=3)
    async with running(create_app(settings, BOTH), directory()) as service:
        left = await _waiting(service)
        await _followed(service)
        assert await _revisions(service) == {2: 24}
    assert 0 < left < 24
    asked = facts.seen(ReclassificationRequested)
    assert len({fact.report_id for fact in asked}) == len(asked)


async def test_two_replicas_classify_each_report_anew_once(
    settings_for: SettingsFor, facts: Facts
) -> None:
    history = [report(number, text="rude") for number in range(60)]
    settings = await settings_for(Settings, reclassify_at_once=20, reclassify_per_second=100)
    async with (
        _upgraded(settings, history) as service,
        running(create_app(settings, BOTH), directory()),
    ):
        await _adopt(service)
        await _followed(service)
        assert await _revisions(service) == {2: 60}
        anew = await facts.expect_all(ThemesAssigned, lambda fact: fact.revision == 2, count=60)
        assert len(anew) == 60


async def test_the_page_says_how_far_history_has_followed(settings_for: SettingsFor) -> None:
    history = [report(number, text="rude") for number in range(12)]
    settings = await settings_for(Settings, reclassify_at_once=3)
    async with _upgraded(settings, history) as service:
        await _adopt(service)
        helen = await service.sign_in("helen.marsh")

        async def under_way() -> bool:
            page = (await helen.get(PAGE)).text
            return any(f"{n} of 12 reports reclassified" in page for n in range(1, 12))

        await eventually(under_way, because="nothing is said of it")
        await _followed(service)
        assert "All 12 reports without" in (await helen.get(PAGE)).text


async def test_a_new_service_puts_the_newest_version_in_force_and_leaves_history_alone(
    settings_for: SettingsFor, facts: Facts
) -> None:
    settings = await settings_for(Settings)
    async with running(create_app(settings, BOTH), directory()) as service:
        new = report(text="a letter late")
        await facts.publish(new)
        assigned = await facts.expect(ThemesAssigned)
        assert assigned.model_version == TWO.model
        assert await _revisions(service) == {1: 1}
        status = await service.runtime.status()
        assert {"insight.reclassifications.v1", "insight.reports.v1"} <= {
            topic.removeprefix(settings.topic_prefix) for topic in status.lag
        }
        told = await entries(service.transactions, RecordKind.TAXONOMY)
        assert {one.record_id for one in told} == set(Kind)
