"""Each service's history against its own chain, its head, and what was told of it outside."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from deploy.cli.audit.anchors import heads_on_kafka
from deploy.local.estate import server_url
from deploy.local.settings import EstateSettings, database_url
from shared.contracts.operations import AuditHead
from shared.platform.audit import repository
from shared.platform.audit.verification import Finding, Head, Verification

_TELL_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what does not fit."""

    service: str
    entries: int
    anchors: int
    findings: list[Finding]


async def verify_estate(
    settings: EstateSettings,
    services: Sequence[str],
    kept: Sequence[AuditHead] = (),
    tell: Callable[[str, int, int], None] = lambda _service, _done, _of: None,
) -> list[Verified]:
    """`kept` are heads to hold the histories against besides those on Kafka; `tell` hears, by service, how many entries of how many
    are done. Raises what the servers raise."""
    # Before the databases: a head that is told while they are read would be newer than what was read.
    heads = [*kept, *await heads_on_kafka(settings.bootstrap, settings.topic_prefix)]
    anchors: dict[str, set[Head]] = {}
    for one in heads:
        anchors.setdefault(one.service, set()).add((one.number, bytes.fromhex(one.hash)))
    return [
        await verify(
            service,
            owner_url(settings, service),
            anchors.get(service, ()),
            partial(tell, service),
        )
        for service in services
    ]


async def read_heads(settings: EstateSettings, services: Sequence[str]) -> list[AuditHead]:
    """Where each history ends now."""
    return [await _read_head(service, owner_url(settings, service)) for service in services]


def owner_url(settings: EstateSettings, service: str) -> str:
    return database_url(server_url(settings), settings.database(service))


async def _read_head(service: str, database_url: str) -> AuditHead:
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            now = (await connection.execute(select(func.now()))).scalar_one()
            number, hash_ = await repository.head(connection)
            return AuditHead(service=service, number=number, hash=hash_.hex(), at=now)
    finally:
        await engine.dispose()


async def verify(
    service: str,
    database_url: str,
    anchors: Iterable[Head],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verified:
    """Reads every entry. `anchors` must have been read before; `tell` hears how many entries of how many are done."""
    known = list(anchors)
    engine = create_async_engine(database_url)
    try:
        # One snapshot: what is added meanwhile is neither in the head nor among the entries.
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        async with engine.connect() as connection:
            await connection.execution_options(**options)
            return await verify_on(connection, service, known, tell)
    finally:
        await engine.dispose()


async def verify_on(
    connection: AsyncConnection,
    service: str,
    anchors: list[Head],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verified:
    """The same on a connection that sees one snapshot."""
    head = await repository.head(connection)
    verification = Verification(head, anchors)
    seen = 0
    async for kept in repository.all_entries(connection):
        verification.see(kept)
        seen += 1
        if seen % _TELL_EVERY == 0:
            tell(seen, head[0])
    tell(seen, head[0])
    return Verified(service, seen, len(anchors), verification.findings())
