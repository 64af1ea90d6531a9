"""A PostgreSQL server of each origin: `url` is that of its maintenance database, as the services write theirs."""

import asyncio
import tempfile
from pathlib import Path
from typing import Protocol

import asyncpg

from deploy.local.postgres import EmbeddedPostgres
from tests.servers.choice import Choice, Origin
from tests.servers.containers import ContainerPostgres
from tests.servers.external import ExternalPostgres

START_SECONDS = 150


class DatabaseServer(Protocol):
    @property
    def url(self) -> str: ...

    def start(self) -> None: ...

    def remove(self) -> None: ...


class _Embedded:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="insight-test-pg-")
        self._server = EmbeddedPostgres(Path(self._folder.name))

    def start(self) -> None:
        self._server.start(START_SECONDS)
        asyncio.run(self._trade_durability_for_speed())

    async def _trade_durability_for_speed(self) -> None:
        """A test's data must survive a killed server, but need not survive the machine."""
        plain = self.url.replace("postgresql+asyncpg:", "postgresql:")
        connection = await asyncpg.connect(plain)
        try:
            for setting in ("fsync", "full_page_writes"):
                await connection.execute(f"ALTER SYSTEM SET {setting} = off")
            await connection.execute("SELECT pg_reload_conf()")
        finally:
            await connection.close()

    @property
    def url(self) -> str:
        return self._server.url("postgres")

    def remove(self) -> None:
        self._server.stop()
        self._folder.cleanup()


def database_server(choice: Choice, run: str) -> DatabaseServer:
    """A server that nobody else uses, unless it is an external one; not started yet."""
    match choice.origin:
        case Origin.EXTERNAL:
            return ExternalPostgres(choice.detail, run)
        case Origin.CONTAINER:
            return ContainerPostgres(choice.detail, run)
        case Origin.EMBEDDED:
            return _Embedded()
