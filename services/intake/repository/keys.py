"""API keys. `within` is an organisation's code where only its own keys may be seen or changed, and none for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.keys import (
    KeyDetails,
    KeyState,
    Scope,
    expiry_of,
    last_day_of,
    state_of,
)
from services.intake.tables import api_key
from shared.contracts.directory import OrganisationStatus
from shared.directory.tables import organisation


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is needed to let a key in, or not."""

    digest: bytes
    organisation: str
    label: str
    scopes: frozenset[Scope]
    state: KeyState
    now: datetime
    """The database's clock."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line of the list of keys. Nothing of the key itself."""

    key_id: UUID
    organisation: str
    organisation_name: str
    label: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: datetime
    last_used_at: datetime | None
    last_day: date | None
    revoked_at: datetime | None
    state: KeyState


async def add_key(
    connection: AsyncConnection,
    *,
    key_id: UUID,
    digest: bytes,
    details: KeyDetails,
    made_by: str,
    now: datetime,
) -> bool:
    """False, and nothing done, when there is a key of this id already: also while the transaction that makes it runs, whose end
    is waited for."""
    values = {
        "id": key_id,
        "digest": digest,
        "organisation": details.organisation,
        "label": details.label,
        "scopes": sorted(details.scopes),
        "made_by": made_by,
        "created_at": now,
        "expires_at": expiry_of(details.last_day),
    }
    added = await connection.execute(insert(api_key).values(values).on_conflict_do_nothing())
    return added.rowcount > 0


async def known_key(connection: AsyncConnection, key_id: UUID) -> KnownKey | None:
    """None as well for a key of an organisation that has closed: nobody acts for it any more."""
    owner = organisation.alias("owner")
    row = (
        await connection.execute(
            select(api_key, func.now().label("now"))
            .outerjoin(owner, owner.c.code == api_key.c.organisation)
            .where(
                api_key.c.id == key_id,
                owner.c.status.is_distinct_from(OrganisationStatus.CLOSED),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return KnownKey(
        row.digest,
        row.organisation,
        row.label,
        frozenset(map(Scope, row.scopes)),
        state_of(row.revoked_at, row.expires_at, row.now),
        row.now,
    )


_LINES = select(
    api_key,
    func.coalesce(organisation.c.name, api_key.c.organisation).label("organisation_name"),
    func.now().label("now"),
).outerjoin(organisation, organisation.c.code == api_key.c.organisation)


def _line(row: Row[tuple[object, ...]]) -> KeyLine:
    return KeyLine(
        key_id=row.id,
        organisation=row.organisation,
        organisation_name=row.organisation_name,
        label=row.label,
        scopes=tuple(map(Scope, row.scopes)),
        made_by=row.made_by,
        made_at=row.created_at,
        last_used_at=row.last_used_at,
        last_day=last_day_of(row.expires_at),
        revoked_at=row.revoked_at,
        state=state_of(row.revoked_at, row.expires_at, row.now),
    )


def _within(code: str | None) -> ColumnElement[bool]:
    return api_key.c.organisation == code if code is not None else true()


def _found(words: str, within: str | None) -> ColumnElement[bool]:
    named = or_(
        api_key.c.organisation == words.upper(),
        organisation.c.name.icontains(words, autoescape=True),
        api_key.c.label.icontains(words, autoescape=True),
    )
    return and_(_within(within), named)


async def find_keys(
    connection: AsyncConnection, words: str, *, within: str | None, limit: int, offset: int
) -> list[KeyLine]:
    """Keys of an organisation with this code or with these words in its name, or with them in their label; live ones before
    revoked ones, the newest first."""
    rows = await connection.execute(
        _LINES.where(_found(words, within))
        .order_by(api_key.c.revoked_at.isnot(None), api_key.c.created_at.desc(), api_key.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_line(row) for row in rows]


async def count_keys(connection: AsyncConnection, words: str, *, within: str | None) -> int:
    joined = api_key.outerjoin(organisation, organisation.c.code == api_key.c.organisation)
    counted = select(func.count()).select_from(joined).where(_found(words, within))
    return (await connection.execute(counted)).scalar_one()


async def key_line(
    connection: AsyncConnection, key_id: UUID, *, within: str | None
) -> KeyLine | None:
    row = (
        await connection.execute(_LINES.where(api_key.c.id == key_id, _within(within)))
    ).one_or_none()
    return _line(row) if row is not None else None


async def revoke_key(
    connection: AsyncConnection, key_id: UUID, now: datetime, *, within: str | None
) -> bool:
    """Whether this revoked it: false for a key that was revoked before, is another organisation's, or is none."""
    changed = await connection.execute(
        update(api_key)
        .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None), _within(within))
        .values(revoked_at=now)
    )
    return changed.rowcount > 0


# In the order of their ids, and passing over a key that is just being revoked: two replicas never wait for each other.
_USES = text(
    "UPDATE api_key SET last_used_at = used.at FROM ("
    " SELECT k.id, u.at FROM api_key k"
    " JOIN unnest(CAST(:ids AS uuid[]), CAST(:times AS timestamptz[])) AS u(id, at) ON u.id = k.id"
    " WHERE k.last_used_at IS NULL OR k.last_used_at <= u.at - interval '1 minute'"
    " ORDER BY k.id FOR UPDATE OF k SKIP LOCKED"
    ") AS used WHERE api_key.id = used.id"
)


async def write_uses(connection: AsyncConnection, uses: Mapping[UUID, datetime]) -> int:
    """Writes when each key was last used, unless that was written less than a minute before: however busy a key and however
    many replicas, its row changes at most once a minute. Returns how many rows changed."""
    changed = await connection.execute(_USES, {"ids": list(uses), "times": list(uses.values())})
    return changed.rowcount
