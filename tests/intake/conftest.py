"""Intake running in the test's process, on real servers, with the tests' directory."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from services.intake.app import create_app
from services.intake.settings import Settings
from tests.conftest import SettingsFor
from tests.intake.administering import TRUST
from tests.intake.samples import BEARER, KEYS
from tests.support.apps import Person, Running, running
from tests.support.directory import directory


@pytest.fixture
async def intake(settings_for: SettingsFor) -> AsyncIterator[Running]:
    app = create_app(await settings_for(Settings, **KEYS))
    async with running(app, directory()) as service:
        yield service


@pytest.fixture
async def amira(intake: Running) -> Person:
    """A reporter of Elm Road Surgery."""
    return await intake.sign_in("amira.patel")


@pytest.fixture
async def program(intake: Running) -> httpx2.AsyncClient:
    """A program with the administrator's key."""
    return await intake.visitor(**BEARER)


@pytest.fixture
async def ada(intake: Running) -> Person:
    """The support unit's administrator. Brings a trust that has an administrator of its own."""
    await intake.seed([TRUST])
    return await intake.sign_in("ada.quinn")
