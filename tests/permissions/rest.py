"""The estate's databases as they are when nothing is on its way: whatever somebody has changed shows."""

from sqlalchemy import text

from tests.permissions.estate import Estate
from tests.support.apps import Running
from tests.support.waiting import eventually

Contents = dict[str, str]
"""By service and table, a digest of all its rows."""

_TABLES = text(
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
)


async def at_rest(estate: Estate) -> Contents:
    """What the databases hold, once every fact has arrived everywhere and every mail has left."""

    async def is_at_rest() -> bool:
        for service in estate.services.values():
            status = await service.runtime.status()
            assert status.problems == ()
            assert sum(status.lag.values()) + status.outbox_rows == 0
            assert await _mails_waiting(service) == 0
        return True

    await eventually(is_at_rest, within=120, because="the estate does not come to rest")
    return await contents(estate)


async def contents(estate: Estate) -> Contents:
    found: Contents = {}
    for name, service in estate.services.items():
        async with service.transactions.read() as connection:
            for (table,) in (await connection.execute(_TABLES)).all():
                rows = "string_agg(t::text, chr(10) ORDER BY t::text)"
                digest = text(f'SELECT md5({rows}) FROM "{table}" t')  # noqa: S608 - our own tables' names
                found[f"{name}.{table}"] = str((await connection.execute(digest)).scalar_one())
    return found


async def _mails_waiting(service: Running) -> int:
    if service.runtime.settings.service != "notifications":
        return 0
    async with service.transactions.read() as connection:
        waiting = "SELECT count(*) FROM message WHERE state IN ('pending', 'sending')"
        return int((await connection.execute(text(waiting))).scalar_one())
