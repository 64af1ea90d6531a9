"""The migrations make exactly the tables that the code knows."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.actions.tables import metadata
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.integration


async def test_the_migrations_make_the_tables_that_the_code_knows(
    database_url: DatabaseUrl,
) -> None:
    engine = create_async_engine(await database_url("actions"))
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()
    assert differences == []


def _differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name in metadata.tables

    options = {"compare_type": True, "include_name": is_ours}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))
