"""Facts put into a reporting service's read model, by way of its use cases or of Kafka."""

from collections.abc import Sequence

from aiokafka import ConsumerRecord
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.consumers import build_consumers
from services.reporting.domain.counts import Cell, Counts
from shared.contracts.base import Fact
from shared.platform.records import Received
from shared.platform.transaction import Transactions

READ_MODEL = (
    tables.report_fact,
    tables.verdict_fact,
    tables.case_fact,
    tables.message_fact,
    tables.theme_title,
    tables.trend_count,
    tables.tally,
)

Row = tuple[object, ...]


async def apply(facts: Sequence[Fact], transactions: Transactions, batch: int = 50) -> None:
    """Apply the facts as the platform does with what it has consumed, but without Kafka and without an inbox."""
    consumers = build_consumers()
    for at in range(0, len(facts), batch):
        received = [Received(_record(fact), fact, None) for fact in facts[at : at + batch]]
        async with transactions.begin() as tx:
            await consumers.apply(received, tx)


def _record(fact: Fact) -> "ConsumerRecord[bytes, bytes]":
    return ConsumerRecord(fact.topic, 0, 0, 0, 0, fact.key.encode(), b"", None, 0, 0, ())


async def rows_of(connection: AsyncConnection, table: Table) -> list[Row]:
    """Every row, in the order of the key."""
    rows = await connection.execute(select(table).order_by(*table.primary_key))
    return [tuple(row) for row in rows]


async def counts_of(connection: AsyncConnection) -> Counts:
    """The aggregates as they are kept."""
    counts = Counts()
    for row in (await connection.execute(select(tables.trend_count))).mappings():
        number = row["number"]
        counts.cells[Cell(**{name: row[name] for name in Cell._fields})] = number
    for name, number in await connection.execute(select(tables.tally)):
        counts.tallies[name] = number
    return counts
