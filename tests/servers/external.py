"""Servers that somebody else runs: used, and left as they were found."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient


class ExternalKafka:
    """Every topic of the run begins with the run's name, so that `remove` knows its own."""

    def __init__(self, bootstrap: str, run: str) -> None:
        self.bootstrap = bootstrap
        self._run = run

    def start(self) -> None:
        """It runs already."""

    def remove(self) -> None:
        asyncio.run(self._delete_topics())

    async def _delete_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            ours = [name for name in await admin.list_topics() if name.startswith(self._run)]
            if ours:
                await admin.delete_topics(ours)
        finally:
            await admin.close()


class ExternalPostgres:
    """Every database and role of the run begins with the run's name, so that `remove` knows its own."""

    def __init__(self, address: str, run: str) -> None:
        parts = urlsplit(address)
        self._plain = parts._replace(scheme="postgresql", path="/postgres").geturl()
        self.url = parts._replace(scheme="postgresql+asyncpg", path="/postgres").geturl()
        self._run = run

    def start(self) -> None:
        """It runs already."""

    def remove(self) -> None:
        asyncio.run(self._drop_all())

    async def _drop_all(self) -> None:
        connection = await asyncpg.connect(self._plain)
        try:
            for row in await connection.fetch(
                "SELECT quote_ident(datname) AS name FROM pg_database WHERE starts_with(datname, $1)",
                self._run,
            ):
                await connection.execute(f"DROP DATABASE {row['name']} WITH (FORCE)")
            for row in await connection.fetch(
                "SELECT quote_ident(rolname) AS name FROM pg_roles WHERE starts_with(rolname, $1)",
                self._run,
            ):
                await connection.execute(f"DROP ROLE {row['name']}")
        finally:
            await connection.close()
