"""A hundred thousand pending timers: what is due costs what is due, not what is pending, and three replicas share it without a copy."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.platform.database import create_engine, insert_rows
from shared.platform.metrics import Metrics
from shared.platform.timers import FiredTimer, TimerRunner, Timers
from shared.platform.transaction import Transaction, Transactions
from tests.platform.probe import effect

pytestmark = pytest.mark.integration

PENDING = 100_000
DUE = 20_000
BATCH = 500


@dataclass
class Firing:
    """A database with timers, and replicas of whoever fires them."""

    engine: AsyncEngine
    replicas: Sequence[TimerRunner]
    statements: int = 0

    async def schedule(self, count: int, due: str, kind: str = "reminder") -> None:
        """So many timers; `due` in SQL, of the timer's `number`."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO timer (kind, subject, due_at)"  # noqa: S608 - the test's own words
                    f" SELECT '{kind}', gen_random_uuid(), {due}"
                    f" FROM generate_series(1, {count}) AS number"
                )
            )

    async def drain(self) -> list[int]:
        """All replicas at once, until none finds anything; the sizes of the batches."""

        async def work(replica: TimerRunner) -> list[int]:
            sizes = []
            while fired := await replica.fire_due():
                sizes.append(fired)
            return sizes

        found = await asyncio.gather(*map(work, self.replicas))
        return [size for sizes in found for size in sizes]

    async def rows_read(self) -> int:
        """Of the table of timers, by scans of it and of its indexes, since it was made."""
        async with self.engine.begin() as connection:
            # What a connection has counted is told when it has been idle, or by force: one after the other share one.
            await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        async with self.engine.begin() as connection:
            rows = await connection.execute(
                text(
                    "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
                    " WHERE relname = 'timer'"
                )
            )
            return int(rows.scalar_one())

    async def one(self, sql: str) -> int:
        async with self.engine.connect() as connection:
            return int((await connection.execute(text(sql))).scalar_one())


async def _note(timers: Sequence[FiredTimer], tx: Transaction) -> None:
    early = [one for one in timers if one.due_at > tx.now]
    assert not early
    rows = [
        {"report_id": one.subject, "reference": one.kind, "text": "", "small": 1} for one in timers
    ]
    await insert_rows(tx.connection, effect, rows)


@pytest.fixture
async def firing(probe_database: str) -> AsyncIterator[Firing]:
    engine = create_engine(probe_database, pool=3, application="tests")
    transactions = Transactions(engine, source="probe")
    timers = Timers().on("reminder", _note)
    opened = Firing(engine, [TimerRunner(timers, transactions, Metrics("probe")) for _ in range(3)])

    def count(*_: object) -> None:
        opened.statements += 1

    event.listen(engine.sync_engine, "before_cursor_execute", count)
    yield opened
    await engine.dispose()


async def test_three_replicas_fire_what_is_due_of_a_hundred_thousand_once_each_in_full_batches(
    firing: Firing,
) -> None:
    await firing.schedule(PENDING - DUE, "now() + number * interval '1 second' + interval '1 hour'")
    await firing.schedule(DUE, "now() - number * interval '1 millisecond'")
    firing.statements = 0
    sizes = await firing.drain()
    assert sum(sizes) == DUE
    # A replica that comes late finds the others' timers locked, and passes over them.
    assert len(sizes) <= DUE / BATCH + 3 * len(firing.replicas)
    # The time, the timers, the effect: a batch is three statements, however large.
    assert firing.statements <= 3 * (len(sizes) + len(firing.replicas))
    assert await firing.one("SELECT count(DISTINCT report_id) FROM effect") == DUE
    assert await firing.one("SELECT count(*) FROM effect") == DUE
    assert await firing.one("SELECT count(*) FROM timer") == PENDING - DUE
    assert await firing.one("SELECT count(*) FROM timer WHERE due_at <= now()") == 0


async def test_looking_for_what_is_due_reads_no_more_rows_however_many_are_pending(
    firing: Firing,
) -> None:
    looks, due = 12, 40
    read = []
    for pending in (1_000, PENDING):
        await firing.schedule(pending, "now() + number * interval '1 second' + interval '1 hour'")
        before = await firing.rows_read()
        for _ in range(looks):
            await firing.schedule(due, "now()")
            assert await firing.replicas[0].fire_due() == due
            assert await firing.replicas[0].fire_due() == 0
        read.append(await firing.rows_read() - before)
    few, many = read
    assert few > 0
    assert many <= 2 * few
