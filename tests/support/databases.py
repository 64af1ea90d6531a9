"""A fresh, migrated database for each test, copied from a template that is migrated once in the run."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from shared.platform.migrations import migrate

_TEMPLATE_LOCK = 7_000_001
"""Advisory lock: the workers of a run build the templates one after the other."""


class Databases:
    """Databases on one server; all names begin with the run's, so that the keeper can remove them from an external server."""

    def __init__(self, server: str, run: str) -> None:
        self.server = make_url(server)
        self._run = run
        self._maintenance: AsyncEngine = create_async_engine(
            self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        self._templates: set[str] = set()
        self._building = asyncio.Lock()

    def url(self, database: str) -> str:
        return self.server.set(database=database).render_as_string(hide_password=False)

    async def fresh(self, service: str) -> str:
        """The URL of a new database with the service's tables."""

        async def prepare(url: str) -> None:
            await migrate(url, service)

        return await self.copy_of(service, prepare)

    async def copy_of(self, kind: str, prepare: Callable[[str], Awaitable[None]]) -> str:
        """The URL of a copy of the run's template of this kind, which `prepare` fills once, given its URL."""
        template = f"{self._run}-{kind}"
        async with self._building:
            if template not in self._templates:
                await self._build(template, prepare)
                self._templates.add(template)
        name = f"{template}-{uuid4().hex[:12]}"
        async with self._maintenance.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return self.url(name)

    async def empty(self) -> str:
        """The URL of a new database with nothing in it."""
        name = f"{self._run}-{uuid4().hex[:12]}"
        async with self._maintenance.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}"'))
        return self.url(name)

    async def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        async with self._maintenance.connect() as connection:
            await connection.execute(
                text(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')
            )

    async def _build(self, template: str, prepare: Callable[[str], Awaitable[None]]) -> None:
        async with self._maintenance.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({_TEMPLATE_LOCK})"))
            if await _exists(connection, template):
                return
            # renamed when it is complete, so that a worker that dies here leaves no half of a template
            unfinished = f"{template}-unfinished"
            await connection.execute(text(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)'))
            await connection.execute(text(f'CREATE DATABASE "{unfinished}"'))
            await prepare(self.url(unfinished))
            await connection.execute(text(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"'))


async def _exists(connection: AsyncConnection, database: str) -> bool:
    found = await connection.execute(
        text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": database}
    )
    return found.first() is not None
