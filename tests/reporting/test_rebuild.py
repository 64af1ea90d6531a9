"""`insight rebuild`: what Kafka says is made again beside what is in use, is equal to it row for row, and takes its place."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.cli.rebuild.derived import DERIVED
from deploy.cli.rebuild.rebuilding import Rebuilt, Target, rebuild
from deploy.cli.rebuild.shadow import AnotherRebuild, claim, drop, hold_still, make, switch
from services.reporting.app import create_app
from services.reporting.domain.recount import recount
from services.reporting.settings import Settings
from shared.contracts.base import Fact
from tests.conftest import SettingsFor
from tests.reporting.histories import as_kafka_may, history, seeded
from tests.reporting.support import counted, differences, until_counted
from tests.support.apps import Running, running
from tests.support.databases import Databases
from tests.support.directory import directory
from tests.support.facts import Facts
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
DIRECTORY = directory()
"""The facts that the service hears are those that Kafka has."""


@pytest.fixture
async def settings(settings_for: SettingsFor) -> Settings:
    return await settings_for(Settings)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Running]:
    async with running(create_app(settings), DIRECTORY) as service:
        yield service


@pytest.fixture
def target(settings: Settings, databases: Databases) -> Target:
    return Target(
        "reporting",
        DERIVED["reporting"],
        databases.as_owner(settings.database_url),
        databases.role,
        settings.kafka,
        settings.topic_prefix,
    )


@pytest.fixture
async def owner(target: Target) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(target.database)
    yield engine
    await engine.dispose()


async def until_heard(owner: AsyncEngine, facts: Sequence[Fact]) -> None:
    async def heard() -> bool:
        async with owner.connect() as connection:
            known = await connection.scalars(text("SELECT event_id FROM inbox"))
            return {fact.event_id for fact in facts} <= set(known)

    await eventually(heard, within=60, because="the directory is not heard of")


async def until_looked_at(owner: AsyncEngine, theme: str) -> None:
    """It has nothing, and is forgotten when somebody looks: the new counts may say something else about signals."""

    async def forgotten() -> bool:
        async with owner.connect() as connection:
            of_theme = text("SELECT count(*) FROM watched_subject WHERE theme = :theme")
            return not await connection.scalar(of_theme, {"theme": theme})

    await eventually(forgotten, within=60, because="nobody looks for signals again")


async def made_again(target: Target, *, switch: bool) -> Rebuilt:
    return await rebuild(target, switch=switch, told=lambda _done, _of: None)


async def schemas(owner: AsyncEngine) -> set[str]:
    async with owner.connect() as connection:
        rows = await connection.execute(
            text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'insight%'")
        )
        return set(rows.scalars())


async def test_a_rebuild_gives_the_same_rows_and_mends_what_was_wrong_while_facts_arrive(
    service: Running, facts: Facts, target: Target, owner: AsyncEngine
) -> None:
    """One story, since each step builds on the rows of the one before."""
    told = [*DIRECTORY, *history(31, 40)]
    await facts.publish(*as_kafka_may(told, seeded(31), copies=0.3))
    await until_counted(service, told)
    same = await made_again(target, switch=False)
    assert not same.differences
    assert not same.switched
    assert same.rows["report_fact"] == 40

    async with owner.begin() as connection:  # what no fact did
        await connection.execute(text("UPDATE place_count SET reports = reports + 1"))
        await connection.execute(text("DELETE FROM listed_report"))
        await connection.execute(
            text("INSERT INTO watched_subject VALUES ('', '', 'a-theme-of-none', 'infinity')")
        )
    wrong = await made_again(target, switch=False)
    assert set(wrong.differences) == {"place_count", "listed_report"}
    assert differences(await counted(service), recount(told))

    more = history(32, 30)
    _, mended = await asyncio.gather(facts.publish(*more), made_again(target, switch=True))
    assert mended.switched
    await until_counted(service, [*told, *more])
    await until_looked_at(owner, "a-theme-of-none")
    lead = await service.sign_in("helen.marsh")
    assert (await lead.get("/trends")).status_code == 200
    assert not (await made_again(target, switch=False)).differences
    assert not await schemas(owner)


async def test_what_cannot_be_done_leaves_everything_as_it_was(
    service: Running, facts: Facts, target: Target, owner: AsyncEngine
) -> None:
    told = [*DIRECTORY, *history(33, 5)]
    await facts.publish(*told)
    await until_counted(service, told)
    broken = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'"
    async with owner.connect() as other:
        await claim(other)
        with pytest.raises(AnotherRebuild):
            await made_again(target, switch=True)
        await other.execute(text("SELECT pg_advisory_unlock_all()"))
    async with owner.begin() as connection:
        await connection.execute(text(broken))
        await connection.execute(
            text("CREATE TRIGGER no BEFORE INSERT ON inbox EXECUTE FUNCTION refuse()")
        )
    with pytest.raises(Exception, match="no"):
        await made_again(target, switch=True)  # at its very last statement
    async with owner.begin() as connection:
        await connection.execute(text("DROP FUNCTION refuse CASCADE"))
    assert not differences(await counted(service), recount(told))
    assert not await schemas(owner)
    assert make_url(target.database).database


async def test_who_reads_one_table_and_then_another_goes_on_while_they_are_exchanged(
    service: Running, target: Target, owner: AsyncEngine
) -> None:
    tables = target.derived.tables
    first, last = (select(func.count()).select_from(tables[at]) for at in (0, -1))

    async def switched() -> None:
        async with owner.begin() as connection:
            await hold_still(connection, tables)
            await switch(connection, tables, "")

    async def waits() -> bool:
        async with owner.connect() as connection:
            waiting = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            return bool(await connection.scalar(waiting))

    await make(owner, target.database, target.service, target.role)
    async with owner.connect() as reader:
        await reader.execute(last)
        exchange = asyncio.create_task(switched())
        await eventually(waits, within=10, because="the exchange waits for nobody")
        await reader.execute(first)
        await reader.commit()
        await exchange
        assert not await reader.scalar(first)  # the new one is empty
    await drop(owner)


async def test_each_service_s_copy_of_the_directory_can_be_made_again(
    service: Running, facts: Facts, target: Target, owner: AsyncEngine
) -> None:
    await facts.publish(*DIRECTORY)
    await until_heard(owner, DIRECTORY)
    alone = Target(**{**vars(target), "derived": DERIVED["actions"]})
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM organisation WHERE kind = 'practice'"))
    found = await made_again(alone, switch=True)
    assert found.differences["organisation"] > 0
    assert found.rows["organisation"] == len(DIRECTORY)
    assert not (await made_again(alone, switch=False)).differences
