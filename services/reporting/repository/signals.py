"""Signals as they were told, and what people answered. Every question of a page has its sight: whose signals may be seen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.signals import Kept, Sight, Signal, State, Subject
from services.reporting.tables import signal, signal_answer
from shared.contracts.reports import Tenet
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule
from shared.platform.database import insert_rows


@dataclass(frozen=True)
class Answer:
    """What somebody said was done about a subject's signals."""

    answer_id: UUID
    words: str
    person: str
    organisation: str
    """For which the person acted: a code."""
    answered_at: datetime


@dataclass(frozen=True)
class Shown:
    """A signal as a page shows it."""

    signal: Signal
    raised_at: datetime
    withdrawn_at: datetime | None
    """None while it holds."""
    answer: Answer | None

    @property
    def state(self) -> State:
        if self.answer is not None:
            return State.ANSWERED
        return State.OPEN if self.withdrawn_at is None else State.WITHDRAWN


async def kept(
    connection: AsyncConnection, subjects: Sequence[Subject], since: date
) -> dict[Subject, dict[UUID, Kept]]:
    """What was told of each subject's points from this day on."""
    found: dict[Subject, dict[UUID, Kept]] = {each: {} for each in subjects}
    rows = await connection.execute(
        select(signal).where(
            signal.c.subject_id == _any([each.subject_id for each in subjects]),
            signal.c.point >= since,
        )
    )
    for row in rows:
        told = _signal_in(row)
        found[told.subject][told.signal_id] = Kept(told, row.revision, row.raised)
    return found


async def save(connection: AsyncConnection, told: Sequence[Kept], now: datetime) -> None:
    """As they are told now."""
    await insert_rows(
        connection,
        signal,
        [
            _row(each) | {"raised_at": now, "withdrawn_at": None if each.raised else now}
            for each in sorted(told, key=lambda one: one.signal.signal_id)
        ],
        _AS_TOLD_NOW,
    )


_AS_TOLD_NOW = """
ON CONFLICT (signal_id) DO UPDATE SET
    since = excluded.since, bearing = excluded.bearing, mean = excluded.mean, revision = excluded.revision, raised = excluded.raised,
    withdrawn_at = excluded.withdrawn_at,
    raised_at = CASE WHEN excluded.raised AND NOT signal.raised THEN excluded.raised_at ELSE signal.raised_at END
"""


def _row(told: Kept) -> dict[str, object]:
    each = told.signal
    return {
        "signal_id": each.signal_id,
        "subject_id": each.subject.subject_id,
        "area": each.subject.area,
        "provider": each.subject.provider,
        "theme": each.subject.theme,
        "tenets": " ".join(each.tenets),
        "rule": each.rule,
        "movement": each.movement,
        "bearing": each.bearing,
        "point_of": each.point_of,
        "point": each.point,
        "since": each.since,
        "mean": each.mean,
        "revision": told.revision,
        "raised": told.raised,
    }


async def counts(connection: AsyncConnection, sight: Sight) -> dict[State, int]:
    """How many subjects have signals of each state, zeros included."""
    of_each = (
        func.count(signal.c.subject_id.distinct()).filter(and_(*_of(state))) for state in State
    )
    row = (await connection.execute(select(*of_each).where(*_seen(sight, None)))).one()
    return dict(zip(State, row, strict=True))


async def subjects(
    connection: AsyncConnection, sight: Sight, state: State, *, limit: int, offset: int
) -> list[UUID]:
    """Ids of the subjects that have signals of this state, those that something happened to last first."""
    rows = await connection.execute(
        _happened(state)
        .where(*_seen(sight, state))
        .group_by(signal.c.subject_id)
        .order_by(func.max(_LAST[state]).desc(), signal.c.subject_id)
        .limit(limit)
        .offset(offset)
    )
    return [row.subject_id for row in rows]


_LAST: Mapping[State, ColumnElement[datetime]] = {
    State.OPEN: signal.c.raised_at,
    State.ANSWERED: signal_answer.c.answered_at,
    State.WITHDRAWN: signal.c.withdrawn_at,
}


def _happened(state: State) -> Select[tuple[UUID]]:
    wanted = select(signal.c.subject_id)
    if state is State.ANSWERED:
        return wanted.join(signal_answer, signal_answer.c.answer_id == signal.c.answer_id)
    return wanted


async def shown(
    connection: AsyncConnection,
    sight: Sight,
    subject_ids: Collection[UUID],
    state: State | None = None,
) -> dict[UUID, list[Shown]]:
    """The signals of these subjects, of one state or all, newest point first; a subject without any that may be seen is left out."""
    rows = await connection.execute(
        select(signal, signal_answer.c.words, signal_answer.c.person)
        .add_columns(signal_answer.c.organisation, signal_answer.c.answered_at)
        .join(signal_answer, signal_answer.c.answer_id == signal.c.answer_id, isouter=True)
        .where(signal.c.subject_id == _any(subject_ids), *_seen(sight, state))
        .order_by(signal.c.point.desc(), signal.c.tenets, signal.c.rule)
    )
    found: dict[UUID, list[Shown]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(_shown_in(row))
    return found


async def lock_open(connection: AsyncConnection, subject_id: UUID) -> list[Signal]:
    """The subject's open signals, which nobody else answers until the transaction ends."""
    rows = await connection.execute(
        select(signal)
        .where(signal.c.subject_id == subject_id, *_of(State.OPEN))
        .order_by(signal.c.signal_id)
        .with_for_update()
    )
    return [_signal_in(row) for row in rows]


async def add_answer(
    connection: AsyncConnection, subject_id: UUID, answer: Answer, signals: Collection[UUID]
) -> None:
    """It is the answer to these signals."""
    await connection.execute(
        signal_answer.insert().values(
            answer_id=answer.answer_id,
            subject_id=subject_id,
            words=answer.words,
            person=answer.person,
            organisation=answer.organisation,
            answered_at=answer.answered_at,
        )
    )
    await connection.execute(
        update(signal).where(signal.c.signal_id == _any(signals)).values(answer_id=answer.answer_id)
    )


def _seen(sight: Sight, state: State | None) -> list[ColumnElement[bool]]:
    """Of what may be seen, those of the state. Totals that the reader may not open one by one are those of whole areas, and never by
    the day of a report."""
    redacted = (
        false()
        if sight.redacted is None
        else and_(
            signal.c.area == sight.redacted,
            signal.c.provider == "",
            signal.c.point_of != PointOf.REPORT,
            signal.c.mean >= sight.fewest,
        )
    )
    mine = or_(
        signal.c.area.in_(sight.areas),
        and_(signal.c.provider.in_(sight.providers), signal.c.area != ""),
        redacted,
    )
    return [mine, *([] if state is None else _of(state))]


def _of(state: State) -> list[ColumnElement[bool]]:
    match state:
        case State.OPEN:
            return [signal.c.raised, signal.c.answer_id.is_(None)]
        case State.ANSWERED:
            return [signal.c.answer_id.is_not(None)]
        case State.WITHDRAWN:
            return [~signal.c.raised, signal.c.answer_id.is_(None)]


def _any(ids: Collection[UUID]) -> ColumnElement[UUID]:
    return bindparam(None, list(ids), type_=ARRAY(Uuid)).any_()


def _signal_in(row: Row[tuple[object, ...]]) -> Signal:
    return Signal(
        subject=Subject(row.area, row.provider, row.theme),
        tenets=tuple(map(Tenet, row.tenets.split())),
        rule=SignalRule(row.rule),
        movement=Movement(row.movement),
        bearing=Bearing(row.bearing),
        point_of=PointOf(row.point_of),
        point=row.point,
        since=row.since,
        mean=row.mean,
    )


def _shown_in(row: Row[tuple[object, ...]]) -> Shown:
    answer = None
    if row.answer_id is not None:
        answer = Answer(row.answer_id, row.words, row.person, row.organisation, row.answered_at)
    return Shown(_signal_in(row), row.raised_at, None if row.raised else row.withdrawn_at, answer)
