"""Every service's database, up from empty: the migrations make what `tables.py` says, and a second time nothing."""

import importlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.cli.contracts.services import SERVICES
from shared.directory import tables as directory
from shared.platform import tables as platform
from shared.sessions import tables as sessions
from shared.web.drafts import tables as drafts
from tests.support.databases import Databases

VERSION_TABLES = {
    "platform_version",
    "directory_version",
    "sessions_version",
    "web_version",
    "alembic_version",
}


def _differences(connection: Connection, service: str) -> list[object]:
    """What Alembic would change to make the database as the rooms' tables say."""
    own: MetaData = importlib.import_module(f"services.{service}.tables").metadata

    def ours(item: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and name in VERSION_TABLES)

    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_object": ours}
    )
    known = [platform.metadata, directory.metadata, sessions.metadata, drafts.metadata, own]
    return list(compare_metadata(context, known))  # type: ignore[arg-type]  # several are taken, too


async def _compare(engine: AsyncEngine, service: str) -> list[object]:
    async with engine.connect() as connection:
        return await connection.run_sync(_differences, service)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_make_the_tables_that_the_code_knows(
    service: str, databases: Databases
) -> None:
    url = await databases.empty()
    engine = create_async_engine(url)
    try:
        await databases.migrate(service, url)
        assert await _compare(engine, service) == []
        await databases.migrate(service, url)
        assert await _compare(engine, service) == []
    finally:
        await engine.dispose()
        await databases.drop(url)
