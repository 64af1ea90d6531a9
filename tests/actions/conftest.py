"""A running service with the small directory."""

from collections.abc import AsyncIterator

import pytest

from services.actions.app import create_app
from services.actions.settings import Settings
from tests.conftest import SettingsFor
from tests.support.apps import Running, running
from tests.support.directory import directory


@pytest.fixture
async def settings(settings_for: SettingsFor) -> Settings:
    return await settings_for(Settings)


@pytest.fixture
async def actions(settings: Settings) -> AsyncIterator[Running]:
    async with running(create_app(settings), directory()) as service:
        yield service
