"""The statements of dead letters."""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.operations import Cause, DeadLetter, LetterOutcome
from shared.platform.database import insert_rows
from shared.platform.tables import dead_letter


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter as this service has it. Its record is here until it is settled."""

    event_id: UUID
    topic: str
    partition: int
    offset: int
    outcome: LetterOutcome | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] | None
    """None: the record is not here any more, or never was."""


async def keep(connection: AsyncConnection, letters: Sequence[DeadLetter]) -> None:
    """Each with its record, whole."""
    await insert_rows(
        connection,
        dead_letter,
        [
            {
                "event_id": letter.event_id,
                "origin_topic": letter.origin_topic,
                "origin_partition": letter.origin_partition,
                "origin_offset": letter.origin_offset,
                "cause": letter.cause.value,
                "record_key": letter.record_key,
                "record_value": letter.record_value,
                "record_headers": json.dumps(_headers(letter)),
            }
            for letter in letters
        ],
    )


def _headers(letter: DeadLetter) -> list[list[str]]:
    return [[one.name, b64encode(one.value).decode()] for one in letter.record_headers]


async def without_record(connection: AsyncConnection) -> set[UUID]:
    """Letters that wait for a decision, and whose records are not here."""
    table = dead_letter.c
    rows = await connection.execute(
        select(table.event_id).where(table.outcome.is_(None), table.record_headers.is_(None))
    )
    return set(rows.scalars())


async def recover(connection: AsyncConnection, letter: DeadLetter) -> None:
    """Put the record beside a letter that still waits for a decision."""
    table = dead_letter.c
    await connection.execute(
        update(dead_letter)
        .where(table.event_id == letter.event_id, table.outcome.is_(None))
        .values(
            record_key=letter.record_key,
            record_value=letter.record_value,
            record_headers=_headers(letter),
        )
    )


async def count(connection: AsyncConnection) -> tuple[int, int]:
    """All that were ever set aside, and those that wait for a decision."""
    waiting = func.count().filter(dead_letter.c.outcome.is_(None))
    row = (await connection.execute(select(func.count(), waiting).select_from(dead_letter))).one()
    return int(row[0]), int(row[1])


async def lock(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Those of the letters that are here; nobody else settles them until the transaction ends."""
    table = dead_letter.c
    rows = await connection.execute(
        select(
            table.event_id,
            table.origin_topic,
            table.origin_partition,
            table.origin_offset,
            table.outcome,
            table.record_key,
            table.record_value,
            table.record_headers,
        )
        .where(table.event_id.in_(ids))
        .order_by(table.event_id)  # two transactions wait for each other instead of deadlocking
        .with_for_update()
    )
    return {row[0]: _kept(*row) for row in rows}


def _kept(
    event_id: UUID,
    topic: str,
    partition: int,
    offset: int,
    outcome: str | None,
    key: bytes | None,
    value: bytes | None,
    headers: list[tuple[str, str]] | None,
) -> Kept:
    return Kept(
        event_id,
        topic,
        partition,
        offset,
        None if outcome is None else LetterOutcome(outcome),
        key,
        value,
        None if headers is None else tuple((name, b64decode(told)) for name, told in headers),
    )


_SETTLE = text(
    "UPDATE dead_letter SET outcome = done.outcome, settled_at = :now,"
    " record_key = NULL, record_value = NULL, record_headers = NULL"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[])) AS done(id, outcome)"
    " WHERE dead_letter.event_id = done.id"
)
_REFUSE = text(
    "UPDATE dead_letter SET cause = again.cause"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:causes AS text[])) AS again(id, cause)"
    " WHERE dead_letter.event_id = again.id"
)


async def settle(
    connection: AsyncConnection, outcomes: Mapping[UUID, LetterOutcome], now: datetime
) -> None:
    """They are over: what became of them stays, the records go."""
    if outcomes:
        values = {"ids": list(outcomes), "outcomes": [one.value for one in outcomes.values()]}
        await connection.execute(_SETTLE, values | {"now": now})


async def refuse(connection: AsyncConnection, causes: Mapping[UUID, Cause]) -> None:
    """They could not be processed once more, and are kept."""
    if causes:
        values = {"ids": list(causes), "causes": [cause.value for cause in causes.values()]}
        await connection.execute(_REFUSE, values)
