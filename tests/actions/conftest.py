"""A running service with the small directory, and its pages alone."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.actions.app import create_app
from services.actions.settings import Settings
from tests.conftest import DatabaseUrl, SettingsFor
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.settings import settings_of


@pytest.fixture
async def settings(settings_for: SettingsFor) -> Settings:
    return await settings_for(Settings)


@pytest.fixture
async def actions(settings: Settings) -> AsyncIterator[Running]:
    async with running(create_app(settings), directory()) as service:
        yield service


@pytest.fixture
async def pages(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """The pages on their real database, with nothing running behind them: what a page does, it does in its transaction."""
    settings = settings_of(Settings, database_url=await database_url("actions"))
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings), stack)
        await service.seed(directory())
        yield service
    await service.runtime.engine.dispose()
