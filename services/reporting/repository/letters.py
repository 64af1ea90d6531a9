"""Dead letters: what was set aside, and how each stands. Never what was in them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, not_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.letters import (
    AFTER,
    ALL,
    OPEN,
    LetterState,
    Selection,
    group_of,
)
from services.reporting.domain.shapes import About, Shape
from services.reporting.tables import dead_letter_fact
from shared.contracts.operations import (
    Cause,
    DeadLetter,
    DeadLetterSettled,
    LetterOutcome,
)
from shared.platform.database import insert_rows

_LETTER = dead_letter_fact.c
_IS_OPEN = _LETTER.state.in_(sorted(OPEN))


@dataclass(frozen=True)
class Group:
    """Letters that one service set aside for one reason, as far as they are open."""

    group: str
    consumer: str
    cause: Cause
    detail: str
    origin_topic: str
    waiting: int
    decided: int
    """Being replayed or discarded."""
    oldest: datetime
    newest: datetime

    @property
    def number(self) -> int:
        return self.waiting + self.decided


@dataclass(frozen=True)
class Letter:
    """A letter, masked."""

    letter_id: UUID
    group: str
    consumer: str
    cause: Cause
    detail: str
    origin_topic: str
    origin_partition: int
    origin_offset: int
    occurred_at: datetime
    state: LetterState
    outcome: LetterOutcome | None
    tries: int
    reference: str | None
    decision_id: UUID | None
    settled_at: datetime | None
    shape: Shape | None


@dataclass(frozen=True)
class Place:
    """Where a record came from."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True)
class WaitingLetter:
    """A letter that waits, locked for whoever decides about it."""

    letter_id: UUID
    consumer: str
    cause: str
    place: Place


async def save(
    connection: AsyncConnection, letters: Iterable[tuple[DeadLetter, Shape, About]]
) -> None:
    """New ones wait for a decision."""
    await insert_rows(
        connection,
        dead_letter_fact,
        [
            {
                "event_id": letter.event_id,
                "consumer": letter.consumer,
                "cause": letter.cause,
                "detail": letter.detail,
                "origin_topic": letter.origin_topic,
                "origin_partition": letter.origin_partition,
                "origin_offset": letter.origin_offset,
                "occurred_at": letter.occurred_at,
                "shape": shape.model_dump_json(),
                "report_id": about.report_id,
                "reference": about.reference,
                "reason_group": group_of(
                    letter.consumer, letter.cause, letter.detail, letter.origin_topic
                ),
                "state": LetterState.WAITING,
                "tries": 0,
            }
            for letter, shape, about in letters
        ],
        "ON CONFLICT (event_id) DO NOTHING",
    )


_SETTLE = text("""
    UPDATE dead_letter_fact AS letter SET
        state = told.state, outcome = told.outcome, settled_at = told.at,
        cause = coalesce(told.cause, letter.cause), detail = coalesce(told.detail, letter.detail),
        reason_group = coalesce(told.reason_group, letter.reason_group), tries = letter.tries + told.refused
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:outcomes AS text[]), CAST(:ats AS timestamptz[]),
        CAST(:causes AS text[]), CAST(:details AS text[]), CAST(:groups AS text[]), CAST(:refusals AS int[])
    ) AS told (id, state, outcome, at, cause, detail, reason_group, refused)
    WHERE letter.event_id = told.id
""")


_PLACE = (_LETTER.origin_topic, _LETTER.origin_partition, _LETTER.origin_offset)


async def places_of(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Place]:
    """Of those of the letters that are known."""
    rows = await connection.execute(
        select(_LETTER.event_id, *_PLACE).where(_LETTER.event_id.in_(ids))
    )
    return {letter_id: Place(*place) for letter_id, *place in rows}


async def settle(
    connection: AsyncConnection, told: Sequence[DeadLetterSettled], places: Mapping[UUID, Place]
) -> None:
    """What became of letters; one of each. A refused one waits again, with what is wrong now."""
    refused = [one.outcome is LetterOutcome.REFUSED for one in told]
    await connection.execute(
        _SETTLE,
        {
            "ids": [one.letter_id for one in told],
            "states": [AFTER[one.outcome] for one in told],
            "outcomes": [one.outcome for one in told],
            "ats": [one.occurred_at for one in told],
            "causes": [one.cause for one in told],
            "details": [
                one.detail if again else None for one, again in zip(told, refused, strict=True)
            ],
            "groups": [_group_now(one, places[one.letter_id]) for one in told],
            "refusals": [int(again) for again in refused],
        },
    )


def _group_now(told: DeadLetterSettled, place: Place) -> str | None:
    if told.cause is None:
        return None
    return group_of(told.consumer, told.cause, told.detail, place.topic)


async def take(
    connection: AsyncConnection, selection: Selection, limit: int
) -> list[WaitingLetter]:
    """Letters that wait, those tried least and then the oldest first; locked: somebody else decides about other ones meanwhile."""
    rows = await connection.execute(
        select(_LETTER.event_id, _LETTER.consumer, _LETTER.cause, *_PLACE)
        .where(*_selected(selection), _LETTER.state == LetterState.WAITING)
        .order_by(_LETTER.tries, _LETTER.occurred_at, _LETTER.event_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [
        WaitingLetter(letter_id, consumer, cause, Place(*place))
        for letter_id, consumer, cause, *place in rows
    ]


async def count_waiting(connection: AsyncConnection, selection: Selection) -> int:
    statement = select(func.count()).where(
        *_selected(selection), _LETTER.state == LetterState.WAITING
    )
    return int((await connection.execute(statement)).scalar_one())


def _selected(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.ids is not None:
        found.append(_LETTER.event_id.in_(selection.ids))
    if selection.group is not None:
        found.append(_LETTER.reason_group == selection.group)
    if selection.cause is not None:
        found.append(_LETTER.cause == selection.cause)
    if selection.consumer is not None:
        found.append(_LETTER.consumer == selection.consumer)
    if selection.decided_by_others_than:
        mine = _LETTER.decision_id.in_(selection.decided_by_others_than)
        found.append(or_(_LETTER.decision_id.is_(None), not_(mine)))
    return found


async def mark(
    connection: AsyncConnection, ids: Collection[UUID], state: LetterState, decision_id: UUID
) -> None:
    """Decided about: their service is to act."""
    await connection.execute(
        dead_letter_fact.update()
        .where(_LETTER.event_id.in_(ids))
        .values(state=state, decision_id=decision_id, outcome=None, settled_at=None)
    )


async def groups(
    connection: AsyncConnection, selection: Selection = ALL, *, limit: int
) -> list[Group]:
    """Of letters that are open, those with the newest first."""
    reason = (
        _LETTER.reason_group,
        _LETTER.consumer,
        _LETTER.cause,
        _LETTER.detail,
        _LETTER.origin_topic,
    )
    newest = func.max(_LETTER.occurred_at)
    waiting = func.count().filter(_LETTER.state == LetterState.WAITING)
    rows = await connection.execute(
        select(*reason, waiting, func.count() - waiting, func.min(_LETTER.occurred_at), newest)
        .where(_IS_OPEN, *_selected(selection))
        .group_by(*reason)
        .order_by(newest.desc(), _LETTER.reason_group)
        .limit(limit)
    )
    return [Group(row[0], row[1], Cause(row[2]), *row[3:]) for row in rows]


async def letters(
    connection: AsyncConnection, selection: Selection, *, limit: int, offset: int = 0
) -> list[Letter]:
    """Open ones, oldest first: the order in which they are tried again."""
    rows = await connection.execute(
        select(dead_letter_fact)
        .where(_IS_OPEN, *_selected(selection))
        .order_by(_LETTER.occurred_at, _LETTER.event_id)
        .limit(limit)
        .offset(offset)
    )
    return [_letter(row) for row in rows]


async def letter(connection: AsyncConnection, letter_id: UUID) -> Letter | None:
    """Open or not."""
    rows = await connection.execute(select(dead_letter_fact).where(_LETTER.event_id == letter_id))
    row = rows.one_or_none()
    return None if row is None else _letter(row)


def _letter(row: Row[*tuple[object, ...]]) -> Letter:
    value = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
    return Letter(
        letter_id=value["event_id"],
        group=value["reason_group"],
        consumer=value["consumer"],
        cause=Cause(value["cause"]),
        detail=value["detail"],
        origin_topic=value["origin_topic"],
        origin_partition=value["origin_partition"],
        origin_offset=value["origin_offset"],
        occurred_at=value["occurred_at"],
        state=LetterState(value["state"]),
        outcome=None if value["outcome"] is None else LetterOutcome(value["outcome"]),
        tries=value["tries"],
        reference=value["reference"],
        decision_id=value["decision_id"],
        settled_at=value["settled_at"],
        shape=None
        if value["shape"] is None
        else Shape.model_validate(value["shape"], strict=False),
    )
