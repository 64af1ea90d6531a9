"""One estate for all tests of this room: they change it only in ways that the others do not see."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.topics import create_topics
from tests.conftest import PARTITIONS
from tests.permissions.estate import Estate, running_estate
from tests.permissions.records import Records, make_records
from tests.servers.client import RUN_VARIABLE
from tests.support.databases import Databases
from tests.support.topics import delete_topics

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests starts the estate, whichever it is."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
async def estate(kafka: str, databases: Databases) -> AsyncIterator[Estate]:
    """All five services, seeded."""
    prefix = f"{os.environ[RUN_VARIABLE]}-{uuid4().hex[:8]}."
    await create_topics(kafka, prefix, partitions=PARTITIONS)
    async with running_estate(kafka, prefix, databases) as running:
        yield running
    await delete_topics(kafka, prefix)


@pytest.fixture(scope="session")
async def records(estate: Estate) -> Records:
    """Of both areas."""
    return await make_records(estate)
