"""An estate from before the cubes: the migrations count its facts again, and the rows are those of an estate that never knew another way."""

import importlib
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.reporting import tables
from services.reporting.repository.counts import TABLES
from shared.contracts.reports import ReportWithdrawn
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.reporting.histories import directory_history, history
from tests.reporting.support import apply, rows_of
from tests.support.databases import Databases

pytestmark = pytest.mark.integration

MIGRATIONS: list[Any] = [
    importlib.import_module(f"services.reporting.migrations.versions.{name}")
    for name in ("0002_cubes", "0005_stages_by_practice", "0006_listed_harm")
]
NEW = (*TABLES.values(), tables.listed_report, tables.area_member)
BEFORE = (
    "ALTER TABLE report_fact DROP COLUMN reported_on, DROP COLUMN past_action_on, DROP COLUMN past_outcome_on",
    "CREATE TABLE trend_count (number bigint)",
    "CREATE INDEX report_fact_happened ON report_fact (happened_on, report_id)",
    "CREATE INDEX report_fact_reporter ON report_fact (reporter, happened_on, report_id)",
    "CREATE INDEX report_fact_provider ON report_fact (provider, happened_on, report_id)",
    "CREATE INDEX verdict_fact_themes ON verdict_fact USING gin (themes jsonb_path_ops)",
)


def _as_before_and_migrated(connection: Connection) -> None:
    for table in (*NEW, tables.action_fact):
        connection.execute(text(f"DROP TABLE {table.name}"))
    for statement in BEFORE:
        connection.execute(text(statement))
    with Operations.context(MigrationContext.configure(connection)):
        for migration in MIGRATIONS:
            migration.upgrade()


@pytest.mark.parametrize("seed", [31, 32])
async def test_what_was_there_is_counted_as_if_it_came_today(
    database_url: DatabaseUrl, databases: Databases, seed: int
) -> None:
    engine = create_async_engine(databases.as_owner(await database_url("reporting")))
    told = [*directory_history(seed), *history(seed, 80, past=None)]
    # Nothing was withdrawn before that could be.
    facts = [fact for fact in told if not isinstance(fact, ReportWithdrawn)]
    await apply(facts, Transactions(engine, source="reporting"))
    first_completions = text(
        "SELECT report_id, min(completed_on) FROM action_fact"
        " WHERE completed_on IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    async with engine.begin() as connection:
        counted = {table.name: await rows_of(connection, table) for table in NEW}
        completed = (await connection.execute(first_completions)).all()
        await connection.run_sync(_as_before_and_migrated)
        assert {table.name: await rows_of(connection, table) for table in NEW} == counted
        assert (await connection.execute(first_completions)).all() == completed
        assert all(counted.values())
    await engine.dispose()
