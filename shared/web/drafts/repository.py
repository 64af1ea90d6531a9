"""Every query about drafts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.web.drafts.content import Place
from shared.web.drafts.tables import draft as table

MOST = 50
"""Drafts of one person for one organisation; the oldest make room."""


@dataclass(frozen=True)
class Kept:
    content: bytes
    saved_at: datetime


@dataclass(frozen=True)
class Unfinished:
    """A draft that waits, without what is in it."""

    form: str
    saved_at: datetime


async def save(connection: AsyncConnection, place: Place, content: bytes) -> None:
    """In the place of an older one."""
    values = {"content": content, "saved_at": func.now()}
    await connection.execute(
        insert(table)
        .values(subject=place.subject, organisation=place.organisation, form=place.form, **values)
        .on_conflict_do_update(index_elements=table.primary_key.columns, set_=values)
    )
    too_many = (
        select(table.c.subject, table.c.organisation, table.c.form)
        .where(_of_owner(place))
        .order_by(table.c.saved_at.desc(), table.c.form)
        .offset(MOST)
    )
    key = tuple_(table.c.subject, table.c.organisation, table.c.form)
    await connection.execute(delete(table).where(key.in_(too_many)))


async def find(connection: AsyncConnection, place: Place, keep: timedelta) -> Kept | None:
    found = await connection.execute(
        select(table.c.content, table.c.saved_at).where(_is_at(place), _is_younger_than(keep))
    )
    row = found.first()
    return Kept(row.content, row.saved_at) if row else None


async def unfinished(
    connection: AsyncConnection, place: Place, keep: timedelta
) -> list[Unfinished]:
    """The owner's drafts of this form and of all whose addresses go on from it, newest first."""
    is_here = (table.c.form == place.form) | table.c.form.startswith(
        place.form.rstrip("/") + "/", autoescape=True
    )
    found = await connection.execute(
        select(table.c.form, table.c.saved_at)
        .where(_of_owner(place), is_here, _is_younger_than(keep))
        .order_by(table.c.saved_at.desc(), table.c.form)
    )
    return [Unfinished(row.form, row.saved_at) for row in found]


async def remove(connection: AsyncConnection, place: Place) -> None:
    await connection.execute(delete(table).where(_is_at(place)))


async def remove_older_than(connection: AsyncConnection, keep: timedelta) -> int:
    """How many there were."""
    removed = await connection.execute(delete(table).where(~_is_younger_than(keep)))
    return removed.rowcount


def _of_owner(place: Place) -> ColumnElement[bool]:
    return and_(table.c.subject == place.subject, table.c.organisation == place.organisation)


def _is_at(place: Place) -> ColumnElement[bool]:
    return and_(_of_owner(place), table.c.form == place.form)


def _is_younger_than(keep: timedelta) -> ColumnElement[bool]:
    return table.c.saved_at > func.now() - keep
