"""A real mail server for each test that asks for one, and the service's insides."""

from collections.abc import AsyncIterator

import pytest

from shared.platform.database import create_engine
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.notifications.office import Office
from tests.notifications.postbox import Postbox, open_postbox
from tests.support.directory import directory


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with open_postbox() as opened:
        yield opened


@pytest.fixture
async def office(database_url: DatabaseUrl, postbox: Postbox) -> AsyncIterator[Office]:
    url = await database_url("notifications")
    engine = create_engine(url, pool=5, application="tests")
    opened = Office(url, postbox.url, engine, Transactions(engine, source="notifications"))
    await opened.know(*directory())
    yield opened
    for server in opened.servers:
        await server.close()
    await engine.dispose()
