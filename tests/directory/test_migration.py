import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from shared.directory.tables import metadata
from tests.conftest import DatabaseUrl


def _differences(connection: Connection) -> list[object]:
    ours = set(metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name in ours,
        },
    )
    return list(compare_metadata(context, metadata))


@pytest.mark.integration
async def test_the_migration_makes_the_tables_that_are_declared(database_url: DatabaseUrl) -> None:
    engine = create_async_engine(await database_url("actions"))
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()
