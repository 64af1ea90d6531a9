"""The read model of ended sessions on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.contracts.sessions import SessionEnded
from shared.platform.transaction import Transaction
from shared.sessions import repository
from shared.sessions.tables import session_ending
from shared.sessions.use_cases import REMEMBERED, end_sessions_once, record_endings
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE, OTHER = "1" * 32, "2" * 32


def ended(handle: str, until: datetime | None = None, at: datetime = NOW) -> SessionEnded:
    return SessionEnded(occurred_at=at, handle=handle, signed_in_until=until)


@pytest.fixture
async def connection(database_url: DatabaseUrl) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(await database_url("actions"))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture
def tx(connection: AsyncConnection) -> Transaction:
    return Transaction(connection, NOW, source="tests")


async def rows(connection: AsyncConnection) -> int:
    count = select(func.count()).select_from(session_ending)
    return int((await connection.execute(count)).scalar_one())


async def test_a_session_has_ended_by_any_of_its_handles(tx: Transaction) -> None:
    await record_endings([ended(ONE)], tx)
    assert await repository.has_ended(tx.connection, [OTHER, ONE], NOW + MINUTE)
    assert not await repository.has_ended(tx.connection, [OTHER], NOW)


async def test_an_ending_up_to_a_time_leaves_later_sessions_alone(tx: Transaction) -> None:
    await record_endings([ended(ONE, until=NOW)], tx)
    assert await repository.has_ended(tx.connection, [ONE], NOW - MINUTE)
    assert await repository.has_ended(tx.connection, [ONE], NOW)
    assert not await repository.has_ended(tx.connection, [ONE], NOW + MINUTE)


@pytest.mark.parametrize("together", [True, False])
async def test_an_ending_never_becomes_narrower_whatever_comes_first(
    tx: Transaction, together: bool
) -> None:
    for number, order in enumerate(permutations([NOW - MINUTE, NOW, None])):
        handle = f"{number:032x}"
        facts = [ended(handle, until) for until in order]
        for batch in [facts] if together else [[fact] for fact in facts]:
            await record_endings(batch, tx)
        assert await repository.has_ended(tx.connection, [handle], NOW + MINUTE), order


async def test_old_endings_are_forgotten_when_new_ones_come(tx: Transaction) -> None:
    await record_endings([ended(ONE, at=NOW - REMEMBERED - MINUTE)], tx)
    assert await rows(tx.connection) == 0
    await record_endings([ended(ONE, at=NOW - REMEMBERED + MINUTE)], tx)
    await record_endings([ended(OTHER)], tx)
    assert await rows(tx.connection) == 2
    later = Transaction(tx.connection, NOW + 2 * MINUTE, source="tests")
    await record_endings([ended(OTHER)], later)
    assert await rows(tx.connection) == 1


async def test_a_request_is_granted_once(tx: Transaction) -> None:
    request, another = UUID(int=1), UUID(int=2)
    assert await end_sessions_once(request, [ended(ONE)], tx)
    assert not await end_sessions_once(request, [ended(OTHER)], tx)
    assert not await repository.has_ended(tx.connection, [OTHER], NOW)
    assert await end_sessions_once(another, [ended(OTHER)], tx)
