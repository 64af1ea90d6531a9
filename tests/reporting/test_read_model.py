"""The read model in PostgreSQL itself: equal to a recount, to the row the same in any order, and as the migration makes it."""

from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.reporting import tables
from services.reporting.domain.cubes import CUBES, PAIR_COUNT
from services.reporting.domain.recount import recount
from shared.contracts.reports import Tenet
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.reporting.histories import (
    as_kafka_may,
    directory_history,
    history,
    in_any_order,
    seeded,
    story,
)
from tests.reporting.support import READ_MODEL, apply, counts_of, differences, rows_of

pytestmark = pytest.mark.integration


@pytest.fixture
async def engine(database_url: DatabaseUrl) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(await database_url("reporting"))
    yield engine
    await engine.dispose()


@pytest.fixture
def transactions(engine: AsyncEngine) -> Transactions:
    return Transactions(engine, source="reporting")


@pytest.mark.parametrize("seed", [11, 12])
async def test_kept_aggregates_equal_a_recount(transactions: Transactions, seed: int) -> None:
    facts = [*history(seed, 60), *directory_history(seed)]
    await apply(as_kafka_may(facts, seeded(seed)), transactions)
    async with transactions.read() as connection:
        assert not differences(await counts_of(connection), recount(facts))


async def test_two_orders_of_one_history_leave_the_same_rows(
    transactions: Transactions, database_url: DatabaseUrl
) -> None:
    facts = [*history(13, 40), *directory_history(13)]
    await apply(as_kafka_may(facts, seeded(1)), transactions)
    other = create_async_engine(await database_url("reporting"))
    await apply(in_any_order(facts, seeded(2)), Transactions(other, source="reporting"), batch=7)
    async with transactions.read() as one, other.connect() as two:
        for table in READ_MODEL:
            assert await rows_of(one, table) == await rows_of(two, table), table.name
    await other.dispose()


async def test_the_same_facts_again_move_nothing(transactions: Transactions) -> None:
    facts = history(14, 20)
    await apply(facts, transactions)
    async with transactions.read() as connection:
        before = [await rows_of(connection, table) for table in READ_MODEL]
    await apply(in_any_order(facts, seeded(3)), transactions)
    async with transactions.read() as connection:
        assert [await rows_of(connection, table) for table in READ_MODEL] == before


async def test_cells_that_come_to_nothing_are_removed(transactions: Transactions) -> None:
    told = story(seeded(15), 1, historic=True)
    first = told.verdict(1)
    await apply([told.report, first, told.verdict(2, themes=(), tenet=Tenet.SAFETY)], transactions)
    async with transactions.read() as connection:
        counts = await counts_of(connection)
        listed = await rows_of(connection, tables.listed_report)
    theme = PAIR_COUNT.columns.index("theme")
    assert {cell[theme] for cell in counts.cells[PAIR_COUNT]} == {""}
    assert all(any(numbers) for cells in counts.cells.values() for numbers in cells.values())
    assert len(listed) == 1


async def test_the_migration_makes_the_tables_as_they_are_declared(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, tables.metadata)
        return [each for each in found if not str(each[0]).startswith("remove_")]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_the_tables_of_counts_are_those_that_the_cubes_declare() -> None:
    for cube in CUBES:
        table = tables.metadata.tables[cube.name]
        assert tuple(column.name for column in table.primary_key) == cube.key
        assert {*cube.key} == {*cube.columns}
        assert [*table.columns.keys()] == [*cube.key, *cube.measures]


async def test_overdue_cases_are_found_by_their_index(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        plan = await connection.execute(
            text("EXPLAIN SELECT count(*) FROM case_fact WHERE state = 'open' AND due_at < now()")
        )
        assert "case_fact_open_due" in str(plan.all())
