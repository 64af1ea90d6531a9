"""What actions had kept of its cases by itself is in the history of all records after the migration, and nowhere else."""

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid_utils.compat import uuid7

from shared.platform.audit import Change, RecordKind
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.support.databases import Databases
from tests.support.entries import entries, findings

pytestmark = pytest.mark.integration

VERSIONS = "services.actions.migrations.versions"
FIRST: Any = importlib.import_module(f"{VERSIONS}.0001_begin")
MOVED: Any = importlib.import_module(f"{VERSIONS}.0002_shared_history")
CASE, MEMBER = uuid7(), uuid7()
AT = datetime(2026, 7, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ROWS = (
    ("opened", None, None, None, "{}", '{"state": "open"}'),
    ("due-soon", None, None, None, '{"due_soon_raised": false}', '{"due_soon_raised": true}'),
    ("acknowledged", MEMBER, "Jo Lee", "RZ1", '{"owner": null}', '{"owner": "Jo \\u00dcst"}'),
    (
        "learning-response-recorded",
        MEMBER,
        "Jo Lee",
        "RZ1",
        '{"learning": null}',
        '{"learning": {"why": "a"}}',
    ),
    (
        "learning-response-recorded",
        None,
        "Jo Lee",
        "RZ1",
        '{"learning": {"why": "a"}}',
        '{"learning": {"why": "b"}}',
    ),
)
_INSERT = (
    "INSERT INTO history (report_id, at, step, member_id, name, acting_for, before, after)"
    " VALUES (:report, :at, :step, :member, :name, :code, CAST(:before AS jsonb), CAST(:after AS jsonb))"
)


def _as_before_and_migrated(connection: Connection) -> None:
    """The old table with its rows, as its own migration made it, and then the migration."""
    with Operations.context(MigrationContext.configure(connection)):
        FIRST._create_history()
        names = ("step", "member", "name", "code", "before", "after")
        rows = [dict(zip(names, row, strict=True)) | {"report": CASE, "at": AT} for row in ROWS]
        connection.execute(text(_INSERT), rows * 500)
        MOVED.upgrade()


async def test_old_entries_follow_in_their_order_with_their_own_times_and_the_chain_holds(
    database_url: DatabaseUrl, databases: Databases
) -> None:
    engine = create_async_engine(databases.as_owner(await database_url("actions")))
    transactions = Transactions(engine, source="actions")
    newer = Change(RecordKind.CASE, "another", "opened", {}, {"state": "open"})
    async with transactions.begin() as tx:
        tx.record(newer)
    async with engine.begin() as connection:
        await connection.run_sync(_as_before_and_migrated)
    async with transactions.begin() as tx:
        tx.record(newer)
    told = await entries(transactions, RecordKind.CASE, CASE)
    assert len(told) == 2_500
    assert [(one.step, one.who) for one in told[-5:]] == [
        ("opened", ("Insight", None)),
        ("became due soon", ("Insight", None)),
        ("acknowledged", ("Jo Lee", "RZ1")),
        ("learning response recorded", ("Jo Lee", "RZ1")),
        ("learning response changed", ("Jo Lee", "RZ1")),
    ]
    assert (told[2].before, told[2].after) == ({"owner": None}, {"owner": "Jo Üst"})
    async with engine.connect() as connection:
        assert await findings(connection) == []
        times = "SELECT DISTINCT at FROM audit_entry WHERE record_id = :case"
        assert (await connection.execute(text(times), {"case": str(CASE)})).scalars().all() == [AT]
        gone = "SELECT to_regclass('history'), to_regproc('history_is_append_only')"
        assert tuple((await connection.execute(text(gone))).one()) == (None, None)
    await engine.dispose()
