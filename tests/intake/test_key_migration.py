"""Keys from before there were scopes."""

from datetime import UTC, datetime
from importlib import import_module
from uuid import uuid4

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.intake import repository
from services.intake.domain.keys import USUAL, KeyState
from tests.conftest import DatabaseUrl
from tests.support.databases import Databases

SCOPES = import_module("services.intake.migrations.versions.0002_key_scopes")
ADDED = ("scopes", "made_by", "expires_at", "last_used_at")


def _upgrade(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        SCOPES.upgrade()


async def test_a_key_from_before_keeps_what_it_could_do(
    database_url: DatabaseUrl, databases: Databases
) -> None:
    key_id, now = uuid4(), datetime(2026, 11, 23, 9, tzinfo=UTC)
    engine = create_async_engine(databases.as_owner(await database_url("intake")))
    async with engine.begin() as connection:
        await connection.execute(text("DROP INDEX api_key_organisation_created"))
        for column in ADDED:
            await connection.execute(text(f"ALTER TABLE api_key DROP COLUMN {column}"))
        await connection.execute(
            text(
                "INSERT INTO api_key (id, digest, organisation, label, created_at)"
                " VALUES (:id, 'digest', 'Y90001', 'their system', :now)"
            ),
            {"id": key_id, "now": now},
        )
        await connection.run_sync(_upgrade)
        key = await repository.known_key(connection, key_id)
        line = await repository.key_line(connection, key_id, within="Y90001")
    await engine.dispose()
    assert key is not None
    assert line is not None
    assert (key.scopes, key.state) == (USUAL, KeyState.LIVE)
    assert (line.made_by, line.last_day, line.last_used_at) == ("Administrator's key", None, None)
