"""The directory's list, and API keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import api_key
from shared.directory.tables import organisation

_DIRECTORY_LOCK = 4_712
"""Advisory lock: one change of the directory at a time. A new organisation has no row that could be locked, and the rules of one
(who succeeds whom) look at others."""


async def lock_directory(connection: AsyncConnection) -> None:
    """Until the transaction ends, nobody else changes the directory."""
    await connection.execute(select(func.pg_advisory_xact_lock(_DIRECTORY_LOCK)))


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


async def add_key(
    connection: AsyncConnection,
    *,
    key_id: UUID,
    digest: bytes,
    organisation: str,
    label: str,
    now: datetime,
) -> None:
    await connection.execute(
        api_key.insert().values(
            id=key_id, digest=digest, organisation=organisation, label=label, created_at=now
        )
    )


async def live_key(connection: AsyncConnection, key_id: UUID) -> tuple[bytes, str] | None:
    """The digest and organisation of a key that has not been revoked."""
    row = (
        await connection.execute(
            select(api_key.c.digest, api_key.c.organisation).where(
                api_key.c.id == key_id, api_key.c.revoked_at.is_(None)
            )
        )
    ).one_or_none()
    return (row.digest, row.organisation) if row is not None else None


async def revoke_key(connection: AsyncConnection, key_id: UUID, now: datetime) -> bool:
    """Whether there is such a key; revoking it again changes nothing."""
    changed = await connection.execute(
        update(api_key)
        .where(api_key.c.id == key_id)
        .values(revoked_at=func.coalesce(api_key.c.revoked_at, now))
    )
    return changed.rowcount > 0
