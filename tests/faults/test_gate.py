"""The gate cuts a connection after COMMIT: the change is there, and whoever made it does not know."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.faults.gate import gate_before
from tests.support.databases import Databases


async def test_a_commit_is_cut_off_and_has_happened(databases: Databases) -> None:
    url = await databases.empty()
    async with gate_before(databases.server) as gate:
        engine = create_async_engine(gate.url(url))
        try:
            async with engine.begin() as connection:
                await connection.execute(text("CREATE TABLE kept (number integer)"))
            gate.cut_commits(1)
            with pytest.raises((DBAPIError, ConnectionError)):
                async with engine.begin() as connection:
                    await connection.execute(text("INSERT INTO kept VALUES (1)"))
            async with engine.connect() as connection:
                assert list(await connection.scalars(text("SELECT number FROM kept"))) == [1]
        finally:
            await engine.dispose()
    assert gate.commits_cut == 1
    await databases.drop(url)
