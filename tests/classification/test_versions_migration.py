"""An estate from before versions were kept in the database goes on with what it had, kind by kind."""

import importlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid_utils.compat import uuid7

from services.classification.model.versions import SHIPPED
from services.classification.tables import report
from services.classification.use_cases.versions import in_force
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.support.databases import Databases
from tests.support.reports import reference_of

pytestmark = pytest.mark.integration

MIGRATION: Any = importlib.import_module(
    "services.classification.migrations.versions.0003_versions"
)
NEW = ("trial_report", "trial", "awaited", "reclassification", "adoption")
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def _as_before_and_migrated(connection: Connection) -> None:
    """The tables as they were, with a few reports of events and none of feedback, and then the migration."""
    for table in NEW:
        connection.execute(text(f"DROP TABLE {table}"))
    connection.execute(text("ALTER TABLE report DROP COLUMN version"))
    later = {"version", "service", "harm"}
    before = [column for column in report.c if column.name not in later]
    for number in range(3):
        values = {
            "report_id": uuid7(),
            "reference": reference_of(number),
            "kind": Kind.EVENT,
            "reporter": "Y90001",
            "provider": "RZ1",
            "happened_on": date(2026, 6, 30),
            "question": None,
            "text": "rude",
            "revision": 1,
            "decided_by": DecidedBy.MODEL,
            "certainty": 0.8,
        }
        assert values.keys() == {column.name for column in before}
        connection.execute(insert(report).values(values))
    with Operations.context(MigrationContext.configure(connection)):
        MIGRATION.upgrade()


async def test_what_has_history_keeps_its_version_and_what_has_none_begins_with_the_newest(
    database_url: DatabaseUrl, databases: Databases
) -> None:
    engine = create_async_engine(databases.as_owner(await database_url("classification")))
    async with engine.begin() as connection:
        await connection.run_sync(_as_before_and_migrated)
        rows = await connection.execute(text("SELECT DISTINCT version FROM report"))
        assert rows.scalars().all() == ["events-1"]
    async with Transactions(engine, source="classification").begin() as tx:
        current = await in_force(tx, SHIPPED)
    assert current[Kind.EVENT].name == "events-1"
    assert current[Kind.FEEDBACK] == SHIPPED.newest(Kind.FEEDBACK)
    await engine.dispose()
