"""A copy of a database, for a second process of the service that owns it."""

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.settings import database_url


async def copied(server_url: str, service_url: str) -> str:
    """The address of a copy of the database, as it is now, which every role may sign in to. Who is connected is cut off meanwhile, and comes back."""
    url = make_url(service_url)
    name = str(url.database)
    copy = f"{name}_copy"
    engine = create_async_engine(database_url(server_url, "postgres"), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            try:
                ended = text(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = :name"
                )
                await connection.execute(ended, {"name": name})
                await connection.execute(text(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"'))
            finally:
                await connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    finally:
        await engine.dispose()
    return url.set(database=copy).render_as_string(hide_password=False)
