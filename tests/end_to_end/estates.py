"""Estates of the tests, on the run's own Kafka and PostgreSQL."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.local.estate import Estate
from deploy.local.settings import SERVICES, EstateSettings, free_ports
from tests.servers.client import RUN_VARIABLE
from tests.support.databases import Databases
from tests.support.topics import delete_topics


@asynccontextmanager
async def running_estate(
    kafka: str, databases: Databases, folder: Path, name: str = "estate", **settings: Any
) -> AsyncIterator[Estate]:
    """Five services, front door, mailbox and, unless another one is set, the sign-in provider; the directory seeded."""
    # With tests side by side each worker has an estate of its own.
    run = f"{os.environ[RUN_VARIABLE]}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    whole: dict[str, Any] = {
        "port": free_ports(),
        "data": folder / "data",
        "kafka": kafka,
        "topic_prefix": f"{run}-{name}.",
        "postgres": databases.server.render_as_string(hide_password=False),
        "database_prefix": f"{run.replace('-', '_')}_{name}_",
    }
    estate = Estate(EstateSettings.model_validate(whole | settings), lambda _: None)
    try:
        await estate.start()
        yield estate
    finally:
        await estate.stop()
    await delete_topics(kafka, estate.settings.topic_prefix)
    for service in SERVICES:
        database = estate.settings.database(service)
        await databases.drop(databases.url(database))
        await databases.drop_role(database)
