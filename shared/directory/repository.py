"""Every question asked of the directory, and the one statement that changes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.directory import (
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
)
from shared.directory.tables import organisation as table
from shared.platform.database import insert_rows

Organisation = OrganisationRecorded
"""An organisation is its newest record."""

PROVIDER_KINDS = frozenset(
    {
        OrganisationKind.ACUTE,
        OrganisationKind.MENTAL_HEALTH,
        OrganisationKind.COMMUNITY,
        OrganisationKind.AMBULANCE,
        OrganisationKind.OTHER_PROVIDER,
    }
)

_KEEP_HIGHEST_REVISION = """
ON CONFLICT (code) DO UPDATE SET
    revision = excluded.revision, name = excluded.name, kind = excluded.kind,
    status = excluded.status, record = excluded.record
WHERE organisation.revision < excluded.revision
"""

_record = cast(table.c.record, Text)  # as text: the strict contract reads JSON, not Python values
_is_open = table.c.status == OrganisationStatus.OPEN


@dataclass(frozen=True)
class Membership:
    """A person's place in an organisation."""

    member: Member
    organisation: Organisation


async def save(connection: AsyncConnection, organisations: Sequence[Organisation]) -> None:
    """One statement for all; at most one record of a code. A row changes only to a higher revision."""
    rows = [
        {
            "code": each.code,
            "revision": each.revision,
            "name": each.name,
            "kind": each.kind,
            "status": each.status,
            "record": each.model_dump_json(),
        }
        for each in organisations
    ]
    await insert_rows(connection, table, rows, _KEEP_HIGHEST_REVISION)


async def organisation(connection: AsyncConnection, code: str) -> Organisation | None:
    found = await _organisations(connection, table.c.code == code)
    return found[0] if found else None


async def organisations(
    connection: AsyncConnection, codes: Collection[str]
) -> dict[str, Organisation]:
    """By code; unknown codes are left out."""
    found = await _organisations(connection, table.c.code.in_(codes))
    return {each.code: each for each in found}


async def names(connection: AsyncConnection, codes: Collection[str]) -> dict[str, str]:
    """By code; a code that the directory does not know (yet) stands for itself."""
    rows = await connection.execute(
        select(table.c.code, table.c.name).where(table.c.code.in_(codes))
    )
    return {code: code for code in codes} | {row.code: row.name for row in rows}


async def providers(connection: AsyncConnection) -> list[Organisation]:
    """Open organisations that a report can be about, by name."""
    return await _organisations(connection, _is_open, table.c.kind.in_(PROVIDER_KINDS))


async def open_organisations(connection: AsyncConnection) -> list[Organisation]:
    return await _organisations(connection, _is_open)


async def memberships(connection: AsyncConnection, subject: str) -> list[Membership]:
    """The open organisations this person (`sub` claim) acts for, by the organisation's name."""
    found = await _organisations(
        connection, _is_open, table.c.record.contains({"members": [{"subject": subject}]})
    )
    return [
        Membership(member=member, organisation=each)
        for each in found
        for member in each.members
        if member.subject == subject
    ]


async def _organisations(
    connection: AsyncConnection, *conditions: ColumnElement[bool]
) -> list[Organisation]:
    rows = await connection.execute(
        select(_record).where(*conditions).order_by(table.c.name, table.c.code)
    )
    return [Organisation.model_validate_json(text) for (text,) in rows]
