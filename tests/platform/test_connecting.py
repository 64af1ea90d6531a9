"""Outages are waited out; being cancelled is not one, whatever it comes back as."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from shared.platform.connecting import give_way
from shared.platform.metrics import Metrics
from shared.platform.timers import TimerRunner, Timers
from shared.platform.transaction import Transaction, Transactions

DEADLINE = 5


class Hanging:
    """A database that does not answer, by a driver that tells a cancellation as a lost connection."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError from None
        yield cast("Transaction", None)


async def test_a_job_that_is_cancelled_in_the_middle_of_a_statement_ends_at_once() -> None:
    database = Hanging()
    runner = TimerRunner(Timers(), cast("Transactions", database), Metrics("probe"))
    job = asyncio.create_task(runner.run())
    await asyncio.wait_for(database.asked.wait(), DEADLINE)
    job.cancel()
    await asyncio.wait([job], timeout=DEADLINE)
    assert job.cancelled()


def test_what_nobody_cancelled_is_an_outage() -> None:
    async def job() -> str:
        give_way(ConnectionError())
        return "waits"

    assert asyncio.run(job()) == "waits"
