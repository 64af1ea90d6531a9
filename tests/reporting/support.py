"""Facts put into a reporting service's read model, by way of its use cases or of Kafka."""

import csv
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.topics import create_topics
from services.reporting import tables
from services.reporting.app import create_app
from services.reporting.consumers import build_consumers
from services.reporting.domain.counts import Rows
from services.reporting.domain.recount import recount
from services.reporting.repository.counts import TABLES
from services.reporting.settings import Settings
from shared.contracts.base import Fact
from shared.contracts.directory import OrganisationRecorded
from shared.platform.transaction import Transactions
from shared.web.csv_text import BYTE_ORDER_MARK
from tests.servers.client import RUN_VARIABLE
from tests.support.apps import Running, running
from tests.support.databases import Databases
from tests.support.directory import directory
from tests.support.facts import received
from tests.support.settings import settings_of
from tests.support.topics import delete_topics
from tests.support.waiting import eventually

READ_MODEL = (
    tables.report_fact,
    tables.withdrawal_fact,
    tables.verdict_fact,
    tables.case_fact,
    tables.message_fact,
    tables.theme_title,
    tables.listed_report,
    tables.action_fact,
    tables.area_member,
    *TABLES.values(),
    tables.tally,
)

Row = tuple[object, ...]

_SHOWN = 10


@asynccontextmanager
async def reporting_with(
    facts: Sequence[Fact],
    kafka: str,
    databases: Databases,
    places: Sequence[OrganisationRecorded] | None = None,
) -> AsyncIterator[Running]:
    """The service with these facts and the usual directory, or another one, for the tests of a whole module: they only read. Ends with the block."""
    prefix = f"{os.environ[RUN_VARIABLE]}-{uuid4().hex[:8]}."
    await create_topics(kafka, prefix, partitions=1)
    url = await databases.fresh("reporting")
    settings = settings_of(Settings, kafka=kafka, topic_prefix=prefix, database_url=url)
    async with running(create_app(settings), places or directory()) as service:
        await apply(facts, service.transactions, batch=500)
        yield service
    await databases.drop(url)
    await delete_topics(kafka, prefix)


async def page(service: Running, subject: str, path: str, status: int = 200) -> str:
    """What somebody gets, with single spaces."""
    answer = await (await service.sign_in(subject)).get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.text[-2_000:])
    return " ".join(answer.text.split())


async def lines(service: Running, subject: str, path: str) -> list[list[str]]:
    """A CSV file's rows, the heading first."""
    answer = await (await service.sign_in(subject)).get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return list(csv.reader(answer.text.removeprefix(BYTE_ORDER_MARK).splitlines()))


async def apply(facts: Sequence[Fact], transactions: Transactions, batch: int = 50) -> None:
    """Apply the facts as the platform does with what it has consumed, but without Kafka and without an inbox."""
    consumers = build_consumers()
    for at in range(0, len(facts), batch):
        async with transactions.begin() as tx:
            await consumers.apply([received(fact) for fact in facts[at : at + batch]], tx)


async def rows_of(connection: AsyncConnection, table: Table) -> list[Row]:
    """Every row, in the order of the key."""
    rows = await connection.execute(select(table).order_by(*table.primary_key))
    return [tuple(row) for row in rows]


async def counts_of(connection: AsyncConnection) -> Rows:
    """The aggregates as they are kept."""
    counts = Rows()
    for cube, table in TABLES.items():
        for row in (await connection.execute(select(table))).mappings():
            key = tuple(row[name] for name in cube.columns)
            counts.cells[cube][key] = [row[measure] for measure in cube.measures]
    for name, number in await connection.execute(select(tables.tally)):
        counts.tallies[name] = number
    return counts


def differences(found: Rows, expected: Rows) -> dict[object, tuple[object, object]]:
    """Cells and tallies that are not as expected: what is found and what is expected, of the first few. Rows themselves are not for
    `assert`: where pytest shows whole differences, as on a CI machine, it compares these for minutes while the service stands still.
    """
    pairs: list[tuple[Mapping[Any, Any], Mapping[Any, Any]]] = [
        *((found.cells[cube], expected.cells[cube]) for cube in TABLES),
        (found.tallies, expected.tallies),
    ]
    differing = (
        (key, (mine.get(key), theirs.get(key)))
        for mine, theirs in pairs
        for key in sorted(mine.keys() | theirs.keys())
        if mine.get(key) != theirs.get(key)
    )
    return dict(islice(differing, _SHOWN))


async def counted(service: Running) -> Rows:
    """What the service counts now."""
    async with service.transactions.read() as connection:
        return await counts_of(connection)


async def until_counted(service: Running, facts: Sequence[Fact]) -> None:
    expected = recount(facts)

    async def equal() -> bool:
        assert not differences(await counted(service), expected)
        return True

    await eventually(equal, within=60)
