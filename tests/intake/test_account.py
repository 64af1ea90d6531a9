"""Intake says what the others are to account for, and what its own outbox holds up."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import create_async_engine
from uuid_utils.compat import uuid7

from services.intake.repository import account
from services.intake.tables import report as table
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.platform.account import Account
from shared.platform.tables import outbox
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.support.reports import reference_of, report, withdrawal_of

pytestmark = pytest.mark.integration


@pytest.fixture
async def transactions(database_url: DatabaseUrl) -> AsyncIterator[Transactions]:
    """Nothing relays here: what is emitted stays in the outbox."""
    engine = create_async_engine(await database_url("intake"))
    yield Transactions(engine, source="intake", topic_prefix="some.")
    await engine.dispose()


async def keep(transactions: Transactions, number: int, age: timedelta) -> None:
    """Accepted so long ago, and in the outbox since."""
    async with transactions.begin() as tx:
        fact = report(number)
        values = fact.model_dump(include=set(table.c.keys()) - {"submitted_by"})
        values |= {
            "id": fact.report_id,
            "submitted_at": tx.now - age,
            "masked": {},
            "idempotency_key": str(uuid7()),
            "fingerprint": b"",
        }
        await tx.connection.execute(insert(table).values(values))
        tx.emit(fact)
    async with transactions.begin() as tx:
        mine = outbox.c.key == fact.key.encode()
        await tx.connection.execute(update(outbox).where(mine).values(created_at=tx.now - age))


async def told(transactions: Transactions) -> Account:
    async with transactions.read() as connection:
        return await account(connection)


async def test_reports_count_once_nothing_can_be_added_to_them_any_more(
    transactions: Transactions,
) -> None:
    nothing = await told(transactions)
    assert nothing.accepted is not None
    assert (nothing.accepted.number, nothing.waiting) == (0, ())
    await keep(transactions, 1, timedelta(hours=1))
    await keep(transactions, 2, timedelta(seconds=1))
    found = await told(transactions)
    assert found.counts == {"reports_accepted": 2}
    assert found.accepted is not None
    assert found.accepted.number == 1
    assert found.accepted.until > nothing.accepted.until


async def test_what_the_outbox_holds_up_is_named_the_oldest_first(
    transactions: Transactions,
) -> None:
    ages = [timedelta(hours=9 - number) for number in range(7)]
    for number, age in enumerate(ages):
        await keep(transactions, number, age)
    await keep(transactions, 99, timedelta(seconds=1))
    async with transactions.begin() as tx:  # of another topic: none of this account's
        await tx.connection.execute(
            text(
                "INSERT INTO outbox (topic, key, value, headers, created_at)"
                " VALUES (:topic, '', '', '{}', now() - interval '1 day')"
            ),
            {"topic": CASES_TOPIC},
        )
    (waiting,) = (await told(transactions)).waiting
    assert (waiting.stage, waiting.number) == ("intake", 7)
    assert waiting.references == tuple(reference_of(number) for number in range(5))
    async with transactions.begin() as tx:
        gone = outbox.c.topic.endswith(REPORTS_TOPIC)
        await tx.connection.execute(outbox.delete().where(gone))
    assert (await told(transactions)).waiting == ()


async def test_a_withdrawal_that_the_outbox_holds_up_is_no_report_that_waits(
    transactions: Transactions,
) -> None:
    await keep(transactions, 1, timedelta(hours=1))
    async with transactions.begin() as tx:
        tx.emit(withdrawal_of(report(2)))
    async with transactions.begin() as tx:
        long_ago = tx.now - timedelta(hours=2)
        await tx.connection.execute(update(outbox).values(created_at=long_ago))
    (waiting,) = (await told(transactions)).waiting
    assert waiting.number == 1
