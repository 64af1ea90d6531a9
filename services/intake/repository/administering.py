"""The directory's list."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.directory.tables import organisation


async def lock_organisation(connection: AsyncConnection, code: str) -> None:
    """Until the transaction ends, nobody else changes this organisation: a new one has no row that could be locked."""
    await connection.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"organisation {code}", 0)))
    )


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """One line of the administrators' list."""

    code: str
    name: str
    kind: str
    status: str


def _found(words: str) -> ColumnElement[bool]:
    return or_(
        organisation.c.code == words.upper(),
        organisation.c.name.icontains(words, autoescape=True),
    )


async def find_organisations(
    connection: AsyncConnection, words: str, *, limit: int, offset: int
) -> list[OrganisationLine]:
    """Organisations with this code, or with these words in their name; all for no words. By name."""
    columns = (
        organisation.c.code,
        organisation.c.name,
        organisation.c.kind,
        organisation.c.status,
    )
    rows = await connection.execute(
        select(*columns)
        .where(_found(words))
        .order_by(organisation.c.name, organisation.c.code)
        .limit(limit)
        .offset(offset)
    )
    return [OrganisationLine(*row) for row in rows]


async def count_organisations(connection: AsyncConnection, words: str) -> int:
    return (
        await connection.execute(
            select(func.count()).select_from(organisation).where(_found(words))
        )
    ).scalar_one()
