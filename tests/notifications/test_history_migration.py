"""Who had messages sent again is told by the history after the migration, and by nothing else."""

import importlib
from datetime import timedelta
from typing import Any

import pytest
from alembic import op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, String, Uuid, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid_utils.compat import uuid7

from shared.platform.audit import RecordKind
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.notifications.samples import NOW
from tests.support.databases import Databases
from tests.support.entries import entries, findings

pytestmark = pytest.mark.integration

MOVED: Any = importlib.import_module(
    "services.notifications.migrations.versions.0002_shared_history"
)
ONCE, WAITING = uuid7(), uuid7()
OPERATOR = uuid7()
_MESSAGE = (
    "INSERT INTO message (message_id, fact_id, kind, recipient, address, report_id, reference, state, attempts,"
    " next_attempt_at, created_at, asked_by, asked_by_name)"
    " VALUES (:id, :id, 'alert', 'RZ1', 'a@rz1.example', :id, 'IN-7K3Q-92', :state, :attempts, :at, :at, :by, :name)"
)
_ATTEMPT = (
    "INSERT INTO attempt (message_id, number, state, reason, ended_at, asked_by, asked_by_name)"
    " VALUES (:id, :number, :state, :reason, :at, :by, :name)"
)


def _as_before_and_migrated(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        for table in ("message", "attempt"):
            op.add_column(table, Column("asked_by", Uuid))
            op.add_column(table, Column("asked_by_name", String))
        max_ = {"by": OPERATOR, "name": "Max Stone"}
        nobody: dict[str, object] = {"by": None, "name": None}
        at = {"at": NOW}
        connection.execute(
            text(_MESSAGE),
            [
                {"id": ONCE, "state": "sent", "attempts": 3} | at | max_,
                {"id": WAITING, "state": "pending", "attempts": 1}
                | {"at": NOW + timedelta(hours=1)}
                | max_,
            ],
        )
        tries = [
            {"id": ONCE, "number": 1, "state": "failed", "reason": "refused"} | nobody,
            {"id": ONCE, "number": 2, "state": "pending", "reason": "put-off"} | max_,
            {"id": ONCE, "number": 3, "state": "sent", "reason": None} | max_,
            {"id": WAITING, "number": 1, "state": "unknown", "reason": "no-answer"} | nobody,
        ]
        connection.execute(text(_ATTEMPT), [each | at for each in tries])
        MOVED.upgrade()


async def test_each_decision_of_an_operator_is_one_entry_with_its_time(
    database_url: DatabaseUrl, databases: Databases
) -> None:
    engine = create_async_engine(databases.as_owner(await database_url("notifications")))
    async with engine.begin() as connection:
        await connection.run_sync(_as_before_and_migrated)
    told = await entries(Transactions(engine, source="notifications"), RecordKind.MESSAGE)
    assert [(one.record_id, one.step, one.who) for one in told] == [
        (str(ONCE), "queued again", ("Max Stone", None)),
        (str(WAITING), "queued again", ("Max Stone", None)),
    ]
    assert told[0].before == {"state": "failed", "reason": "refused"}
    assert told[1].before == {"state": "unknown", "reason": "no-answer"}
    async with engine.connect() as connection:
        assert await findings(connection) == []
    await engine.dispose()
