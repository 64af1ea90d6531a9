"""A running classification service of a test's own."""

from collections.abc import AsyncIterator

import pytest

from services.classification.app import create_app
from services.classification.settings import Settings
from tests.conftest import SettingsFor
from tests.support.apps import Running, running
from tests.support.directory import directory


@pytest.fixture
async def classification(settings_for: SettingsFor) -> AsyncIterator[Running]:
    """The service on this test's topics and a fresh database, knowing the small directory."""
    settings = await settings_for(Settings)
    async with running(create_app(settings), directory()) as service:
        yield service
