"""A fresh, migrated database for each test, copied from a template that is migrated once in the run.

Tests get it as a service does: for a role that may use the tables and do nothing else. `as_owner` is for those that must do more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.local.postgres import ensure_role
from shared.platform.migrations import migrate

_TEMPLATE_LOCK = 7_000_001
"""Advisory lock: the workers of a run build the templates one after the other."""
_PASSWORD = "a role of the tests"


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

    @property
    def role(self) -> str:
        """The name of the role that the run's services sign in with."""
        return f"{self._run}-service"

    def url(self, database: str) -> str:
        return self.server.set(database=database).render_as_string(hide_password=False)

    def as_owner(self, url: str) -> str:
        """The same database, for the user who owns its tables."""
        return self.url(str(make_url(url).database))

    async def fresh(self, service: str) -> str:
        """The URL of a new database with the service's tables."""
        return self.as_service(await self.copy_of(service, partial(self.migrate, service)))

    def as_service(self, url: str) -> str:
        """The same database, for the services' role."""
        owners = make_url(url)
        return owners.set(username=self.role, password=_PASSWORD).render_as_string(
            hide_password=False
        )

    async def migrate(self, service: str, url: str) -> None:
        """Give the database the service's tables, and the services' role its rights."""
        async with self._maintenance.connect() as connection:
            await ensure_role(connection, self.role, _PASSWORD)
        await migrate(url, service, self.role)

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

    async def drop_role(self, name: str) -> None:
        """Once no database knows it any more."""
        async with self._maintenance.connect() as connection:
            await connection.execute(text(f'DROP ROLE IF EXISTS "{name}"'))

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
