"""A running classification service of a test's own, and one with nothing running behind its pages."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.classification.app import create_app
from services.classification.settings import Settings
from tests.classification.other_versions import BOTH, begin_with_the_first
from tests.classification.people import with_omar
from tests.conftest import DatabaseUrl, SettingsFor
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.settings import settings_of


@pytest.fixture
async def classification(settings_for: SettingsFor) -> AsyncIterator[Running]:
    """The service on this test's topics and a fresh database, knowing the small directory."""
    settings = await settings_for(Settings)
    async with running(create_app(settings), directory()) as service:
        yield service


@pytest.fixture
async def pages(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """The pages on their real database, with nothing running behind them. There are two quality leads."""
    settings = settings_of(Settings, database_url=await database_url("classification"))
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings), stack)
        await service.seed(with_omar())
        yield service
    await service.runtime.engine.dispose()


@pytest.fixture
async def fresh(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """A release of two versions for events that has never started, with nothing running."""
    settings = settings_of(Settings, database_url=await database_url("classification"))
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings, BOTH), stack)
        await service.seed(directory())
        yield service
    await service.runtime.engine.dispose()


@pytest.fixture
async def estate(fresh: Running) -> Running:
    """The same after an upgrade: the first version is in force."""
    await begin_with_the_first(fresh)
    return fresh
