"""Ways in which somebody who owns the database may tamper with the history, chosen at random."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit import repository
from shared.platform.audit.chain import link
from shared.platform.audit.verification import Finding

TEXTS = ("kind", "record_id", "step", "author_kind", "author_name", "before", "after")
NULLABLE = ("author_id", "acting_for")


@dataclass(frozen=True)
class Tampering:
    """What was done, and to which entries at the earliest and at the latest."""

    what: str
    first: int
    last: int

    def is_found(self, findings: Sequence[Finding]) -> bool:
        """Whether a finding points to where it was done: the first one is no later than the entry after it."""
        return any(one.first <= self.last + 1 and one.last >= self.first for one in findings)


Tamper = Callable[[AsyncConnection, Random, int], Awaitable[Tampering]]
"""Of a history with so many entries."""


async def edit(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    """Another word in one column of one entry."""
    number, column = random.randint(1, size), random.choice(TEXTS + NULLABLE)
    value = random.choice([None, "another"]) if column in NULLABLE else "another"
    await connection.execute(
        text(
            f"UPDATE audit_entry SET {column} = CASE WHEN {column} IS NOT DISTINCT FROM CAST(:value AS text)"  # noqa: S608 - our own names
            f" THEN 'yet another' ELSE CAST(:value AS text) END WHERE number = :number"
        ),
        {"value": value, "number": number},
    )
    return Tampering(f"edit of {column}", number, number)


async def move_in_time(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    number = random.randint(1, size)
    await connection.execute(
        text("UPDATE audit_entry SET at = at + :by * interval '1 microsecond' WHERE number = :n"),
        {"by": random.choice([-1, 1]) * random.randint(1, 10**9), "n": number},
    )
    return Tampering("another time", number, number)


async def delete(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    """One entry, or several in a row, but not at the end."""
    first = random.randint(1, size - 1)
    last = min(size - 1, first + random.choice([0, 0, 3, 20]))
    await _delete(connection, first, last)
    return Tampering("deletion", first, last)


async def delete_and_close_the_gap(
    connection: AsyncConnection, random: Random, size: int
) -> Tampering:
    """The entries after it get new numbers, and the head, too."""
    first = random.randint(1, size - 1)
    await _delete(connection, first, first)
    await connection.execute(
        text("UPDATE audit_entry SET number = -number WHERE number > :n"), {"n": first}
    )
    await connection.execute(text("UPDATE audit_entry SET number = -number - 1 WHERE number < 0"))
    await connection.execute(text("UPDATE audit_head SET number = number - 1"))
    return Tampering("deletion without a gap", first, size)


async def swap(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    """Two entries change places."""
    one, other = sorted(random.sample(range(1, size + 1), 2))
    for before, after in ((one, -1), (other, one), (-1, other)):
        await connection.execute(
            text("UPDATE audit_entry SET number = :after WHERE number = :before"),
            {"before": before, "after": after},
        )
    return Tampering("reordering", one, other)


async def swap_contents(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    """What two entries say changes places; numbers and hashes stay."""
    one, other = sorted(random.sample(range(1, size + 1), 2))
    await connection.execute(
        text(
            "UPDATE audit_entry a SET record_id = b.record_id, step = b.step, before = b.before, after = b.after"
            " FROM audit_entry b WHERE (a.number, b.number) IN ((:one, :other), (:other, :one))"
        ),
        {"one": one, "other": other},
    )
    return Tampering("exchange of contents", one, other)


async def cut_off(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    first = random.randint(1, size)
    await _delete(connection, first, size)
    return Tampering("truncation", first, size)


async def cut_off_and_mend_the_head(
    connection: AsyncConnection, random: Random, size: int
) -> Tampering:
    """Leaves nothing to see inside the database."""
    first = random.randint(1, size)
    await _delete(connection, first, size)
    await _mend_head(connection)
    return Tampering("truncation with its head", first, size)


async def rewrite(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    """An edit, with the hashes of all that follows and the head made to fit: leaves nothing to see inside the database."""
    edited = await edit(connection, random, size)
    await _mend_hashes(connection, edited.first)
    return Tampering("rewriting", edited.first, size)


async def put_in(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    """An entry that never was, in the middle, with all that follows made to fit."""
    number = random.randint(1, size)
    await connection.execute(
        text("UPDATE audit_entry SET number = -number WHERE number >= :n"), {"n": number}
    )
    await connection.execute(text("UPDATE audit_entry SET number = -number + 1 WHERE number < 0"))
    await _copy(connection, number + 1, number)
    await _mend_hashes(connection, number)
    return Tampering("insertion", number, size + 1)


async def add_at_the_end(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    await _copy(connection, random.randint(1, size), size + 1)
    return Tampering("addition past the head", size, size + 1)


async def change_hash(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    number = random.randint(1, size)
    await connection.execute(
        text("UPDATE audit_entry SET hash = :hash WHERE number = :n"),
        {"hash": random.randbytes(32), "n": number},
    )
    return Tampering("another hash", number, number)


async def change_head(connection: AsyncConnection, random: Random, size: int) -> Tampering:
    changed = random.choice(["number = number + 3", "number = number - 3", "hash = sha256(hash)"])
    await connection.execute(text(f"UPDATE audit_head SET {changed}"))  # noqa: S608 - our own words
    return Tampering("another head", size - 3, size + 3)


WAYS: tuple[Tamper, ...] = (
    edit,
    move_in_time,
    delete,
    delete_and_close_the_gap,
    swap,
    swap_contents,
    cut_off,
    cut_off_and_mend_the_head,
    rewrite,
    put_in,
    add_at_the_end,
    change_hash,
    change_head,
)


async def _delete(connection: AsyncConnection, first: int, last: int) -> None:
    await connection.execute(
        text("DELETE FROM audit_entry WHERE number BETWEEN :first AND :last"),
        {"first": first, "last": last},
    )


async def _copy(connection: AsyncConnection, number: int, to: int) -> None:
    await connection.execute(
        text(
            "INSERT INTO audit_entry SELECT :to, at, kind, record_id, 'invented', author_kind, author_id,"
            " author_name, acting_for, before, after, hash FROM audit_entry WHERE number = :number"
        ),
        {"to": to, "number": number},
    )


async def _mend_head(connection: AsyncConnection) -> None:
    await connection.execute(
        text(
            "UPDATE audit_head SET number = coalesce((SELECT max(number) FROM audit_entry), 0), hash = coalesce("
            "(SELECT hash FROM audit_entry ORDER BY number DESC LIMIT 1), decode(repeat('00', 32), 'hex'))"
        )
    )


async def _mend_hashes(connection: AsyncConnection, first: int) -> None:
    previous = bytes(32)
    hashes: list[tuple[int, bytes]] = []
    async for kept in repository.all_entries(connection):
        previous = (
            kept.hash if kept.number < first else link(previous, kept.number, kept.entry.digest)
        )
        if kept.number >= first:
            hashes.append((kept.number, previous))
    await connection.execute(
        text(
            "UPDATE audit_entry SET hash = new.hash FROM unnest(CAST(:numbers AS bigint[]), CAST(:hashes AS bytea[]))"
            " AS new (number, hash) WHERE audit_entry.number = new.number"
        ),
        {"numbers": [one for one, _ in hashes], "hashes": [one for _, one in hashes]},
    )
    await _mend_head(connection)
