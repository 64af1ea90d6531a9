"""The history's entries: written with the change or not at all, in the name of who asked, each chained to the one before."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.platform.audit import Author, AuthorKind, Change, RecordKind
from shared.platform.audit.chain import FIRST_HASH, SYSTEM, Entry, entry_of, link
from shared.platform.tables import audit_entry, audit_head
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl

AMIRA = Author(AuthorKind.PERSON, "Dr Amira Patel", "0190", "Y90001")
RENAMED = Change(RecordKind.ORGANISATION, "Y90001", "renamed", {"name": "Elm"}, {"name": "Ash"})


class Undone(Exception):
    """Whatever makes a transaction roll back."""


@pytest.fixture
async def engine(database_url: DatabaseUrl) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(await database_url("intake"))
    yield engine
    await engine.dispose()


async def _kept(engine: AsyncEngine) -> list[tuple[int, Entry, bytes]]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(audit_entry).order_by(audit_entry.c.number))
        return [(row[0], Entry(*row[1:-1]), row[-1]) for row in rows]


async def _head(engine: AsyncEngine) -> tuple[int, bytes]:
    async with engine.connect() as connection:
        row = (await connection.execute(select(audit_head.c.number, audit_head.c.hash))).one()
        return row.number, row.hash


async def test_an_entry_says_who_did_what_for_whom_and_when(engine: AsyncEngine) -> None:
    transactions = Transactions(engine, source="intake")
    async with transactions.begin(who_asks=lambda: AMIRA) as tx:
        tx.record(RENAMED)
    async with transactions.begin() as later:
        later.record(replace(RENAMED, step="renamed again"))
    first, second = (entry for _, entry, _ in await _kept(engine))
    assert first == entry_of(RENAMED, AMIRA, tx.now)
    assert second == entry_of(replace(RENAMED, step="renamed again"), SYSTEM, later.now)


async def test_each_hash_holds_the_one_before_and_the_head_is_the_last(engine: AsyncEngine) -> None:
    transactions = Transactions(engine, source="intake")
    for batch in (1, 3, 2):
        async with transactions.begin() as tx:
            tx.record(*(replace(RENAMED, record_id=f"Y9000{n}") for n in range(batch)))
    previous, numbers = FIRST_HASH, []
    for number, entry, kept in await _kept(engine):
        assert kept == link(previous, number, entry.digest)
        previous = kept
        numbers.append(number)
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert await _head(engine) == (6, previous)


async def test_what_is_rolled_back_leaves_no_entry(engine: AsyncEngine) -> None:
    transactions = Transactions(engine, source="intake")
    with contextlib.suppress(Undone):
        async with transactions.begin() as tx:
            tx.record(replace(RENAMED, step="undone"))
            raise Undone
    async with transactions.begin() as tx:
        tx.record(RENAMED)
        with contextlib.suppress(Undone):
            async with tx.savepoint():
                tx.record(replace(RENAMED, step="undone"))
                raise Undone
    assert [entry.step for _, entry, _ in await _kept(engine)] == ["renamed"]


async def test_entries_of_transactions_side_by_side_make_one_chain(engine: AsyncEngine) -> None:
    transactions = Transactions(engine, source="intake")

    async def write(name: str) -> None:
        for _ in range(10):
            async with transactions.begin() as tx:
                tx.record(replace(RENAMED, record_id=name), replace(RENAMED, record_id=name))

    await asyncio.gather(*(write(f"Y9000{n}") for n in range(5)))
    previous = FIRST_HASH
    kept = await _kept(engine)
    for number, entry, hash_ in kept:
        assert hash_ == link(previous, number, entry.digest)
        previous = hash_
    assert len(kept) == 100


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_entry SELECT * FROM audit_entry",
        "UPDATE audit_entry SET author_name = 'Nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
        "UPDATE audit_head SET number = 0",
        "DELETE FROM audit_head",
        "CREATE OR REPLACE FUNCTION append_audit() RETURNS void LANGUAGE sql AS ''",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "UPDATE platform_version SET version_num = 'platform_0001'",
    ],
)
async def test_the_application_can_add_to_the_history_and_do_nothing_else_to_it(
    engine: AsyncEngine, statement: str
) -> None:
    async with Transactions(engine, source="intake").begin() as tx:
        tx.record(RENAMED)
    kept = await _kept(engine)
    async with engine.connect() as connection:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))
    assert await _kept(engine) == kept


def test_a_digest_differs_with_every_part_of_an_entry() -> None:
    entry = entry_of(RENAMED, AMIRA, datetime(2026, 11, 25, 9, tzinfo=UTC))
    others = [
        replace(entry, at=datetime(2026, 11, 25, 9, 0, 0, 1, tzinfo=UTC)),
        *(
            replace(entry, **{name: "other"})  # type: ignore[arg-type]  # all are text
            for name in (field.name for field in fields(Entry))
            if name != "at"
        ),
        replace(entry, author_id=None),
    ]
    assert len({entry.digest, *(other.digest for other in others)}) == len(others) + 1
