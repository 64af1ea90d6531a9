"""Every test here has a database and topics of its own, and runs its own probes on them."""

from collections.abc import AsyncIterator

import pytest

from tests.platform.probe import Place, make_tables
from tests.support.databases import Databases


@pytest.fixture
async def probe_database(databases: Databases) -> AsyncIterator[str]:
    """The URL of a database with the platform's tables and the probe's."""
    url = await databases.copy_of("probe", make_tables)
    yield url
    await databases.drop(url)


@pytest.fixture
def place(kafka: str, topic_prefix: str, probe_database: str) -> Place:
    return Place(kafka, topic_prefix, probe_database)
