"""A read model of the whole history."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.platform.transaction import Transactions
from tests.reporting.reading.told import FACTS
from tests.reporting.support import apply
from tests.support.databases import Databases


@pytest.fixture(scope="package")
async def read(databases: Databases) -> AsyncIterator[Transactions]:
    url = await databases.fresh("reporting")
    engine = create_async_engine(url)
    transactions = Transactions(engine, source="reporting")
    await apply(FACTS, transactions)
    yield transactions
    await engine.dispose()
    await databases.drop(url)


@pytest.fixture
async def connection(read: Transactions) -> AsyncIterator[AsyncConnection]:
    async with read.read() as connection:
        yield connection
