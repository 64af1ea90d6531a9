"""A real mail server for each test that asks for one."""

from collections.abc import AsyncIterator

import pytest

from tests.notifications.postbox import Postbox, open_postbox


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with open_postbox() as opened:
        yield opened
