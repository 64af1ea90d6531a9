"""Brings a database up to date: the platform's chain, the directory's, the sessions', the pages', then the service's own.

Each chain is a folder of Alembic revisions with a version table of its own, so that a table shared by five databases is
described once. Run by `insight migrate` before the services start, never by a service: two replicas would race.
"""

import asyncio
from importlib import import_module
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

_LOCK = 6_420_001
"""Advisory lock: two commands migrating one database wait for each other."""
_ONE_AT_A_TIME = asyncio.Lock()
"""Alembic keeps what it is working on in a global: several databases migrated by one process wait for each other, too."""


def _upgrade(connection: Connection, package: str, version_table: str) -> None:
    # `__path__` also finds a folder without `__init__.py`, which `importlib.resources` gives no single path for.
    versions = Path(import_module(package).__path__[0]) / "versions"
    config = Config()
    config.set_main_option("script_location", str(versions.parent))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def steps(revision: tuple[str, ...], _: MigrationContext) -> list[MigrationStep]:
        return list(script._upgrade_revs("head", revision))  # type: ignore[arg-type]  # noqa: SLF001 - as Alembic's own upgrade command does

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, version_table=version_table)
        with environment.begin_transaction():
            environment.run_migrations()


_GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    # The history is read by anybody, added to by its own function, and changed by nobody.
    "REVOKE INSERT, UPDATE, DELETE ON audit_entry, audit_head FROM {role}",
    "GRANT EXECUTE ON FUNCTION append_audit TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON platform_version, directory_version, sessions_version, web_version, alembic_version FROM {role}",
)


async def _grant(connection: AsyncConnection, role: str, schema: str) -> None:
    quoted = (await connection.execute(select(func.quote_ident(role)))).scalar_one()
    for statement in _GRANTS:
        await connection.execute(text(statement.format(role=quoted, schema=schema)))


async def migrate(
    database_url: str, service: str, application_role: str, schema: str = "public"
) -> None:
    """Apply every revision that the service's database does not have yet, as the owner of its tables, and say what the role that
    the service itself signs in with may do there. The role must exist. `schema`: another one has a copy of its own, which nobody
    looks at yet. Raises what the database raises."""
    engine = create_async_engine(
        database_url, connect_args={"server_settings": {"search_path": schema}}
    )
    try:
        async with _ONE_AT_A_TIME, engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            for package, table in (
                ("shared.platform.migrations", "platform_version"),
                ("shared.directory.migrations", "directory_version"),
                ("shared.sessions.migrations", "sessions_version"),
                ("shared.web.migrations", "web_version"),
                (f"services.{service}.migrations", "alembic_version"),
            ):
                await connection.run_sync(_upgrade, package, table)
            await _grant(connection, application_role, schema)
    finally:
        await engine.dispose()
