"""The migrations make what the tables say."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.notifications.tables import metadata
from tests.conftest import DatabaseUrl
from tests.support.databases import Databases

pytestmark = pytest.mark.integration

_COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_name = ANY(:names)
"""
_INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:names)"
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid::regclass::text = ANY(:names)
"""


async def shape_of(url: str, *, create: bool) -> dict[str, set[tuple[object, ...]]]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        if create:
            await connection.run_sync(metadata.create_all)
        found = {}
        for statement in (_COLUMNS, _INDEXES, _CONSTRAINTS):
            rows = await connection.execute(text(statement), {"names": list(metadata.tables)})
            found[statement] = {tuple(row) for row in rows}
    await engine.dispose()
    return found


async def test_migrated_tables_equal_the_declared_ones(
    database_url: DatabaseUrl, databases: Databases
) -> None:
    empty = await databases.empty()
    try:
        declared = await shape_of(empty, create=True)
    finally:
        await databases.drop(empty)
    migrated = await shape_of(await database_url("notifications"), create=False)
    assert migrated == declared
    assert all(migrated.values())
