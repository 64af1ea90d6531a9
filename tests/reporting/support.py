"""Facts put into a reporting service's read model, by way of its use cases or of Kafka."""

from collections.abc import Sequence

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.consumers import build_consumers
from services.reporting.domain.counts import Rows
from services.reporting.repository.counts import TABLES
from shared.contracts.base import Fact
from shared.platform.transaction import Transactions
from tests.support.facts import received

READ_MODEL = (
    tables.report_fact,
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
