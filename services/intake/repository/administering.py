"""The directory's list."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, column, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import api_key, case_status, report
from shared.contracts.cases import CaseState
from shared.contracts.directory import OrganisationKind, OrganisationStatus, Role
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
    commissioner: str | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A person's place in one organisation, as the search for members finds it."""

    member_id: UUID
    name: str
    subject: str
    roles: tuple[Role, ...]
    code: str
    organisation: str
    status: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which organisations an administrator looks for; `only` is the one that this administrator looks after."""

    words: str = ""
    kind: OrganisationKind | None = None
    status: OrganisationStatus | None = None
    commissioner: str | None = None
    only: str | None = None


def _found(wanted: Wanted) -> ColumnElement[bool]:
    table = organisation.c
    conditions: list[ColumnElement[bool]] = [
        or_(
            table.code == wanted.words.upper(),
            table.name.icontains(wanted.words, autoescape=True),
        )
    ]
    for field, value in (
        (table.kind, wanted.kind),
        (table.status, wanted.status),
        (table.commissioner, wanted.commissioner),
        (table.code, wanted.only),
    ):
        if value is not None:
            conditions.append(field == value)
    return and_(*conditions)


async def find_organisations(
    connection: AsyncConnection, wanted: Wanted, *, limit: int, offset: int
) -> list[OrganisationLine]:
    """Organisations with this code, or with these words in their name; all for no words. By name."""
    columns = (
        organisation.c.code,
        organisation.c.name,
        organisation.c.kind,
        organisation.c.status,
        organisation.c.commissioner,
        organisation.c.record["postcode"].astext,
    )
    rows = await connection.execute(
        select(*columns)
        .where(_found(wanted))
        .order_by(organisation.c.name, organisation.c.code)
        .limit(limit)
        .offset(offset)
    )
    return [OrganisationLine(*row) for row in rows]


async def count_organisations(connection: AsyncConnection, wanted: Wanted) -> int:
    return (
        await connection.execute(
            select(func.count()).select_from(organisation).where(_found(wanted))
        )
    ).scalar_one()


async def find_members(
    connection: AsyncConnection, words: str, only: str | None, *, limit: int
) -> list[MemberLine]:
    """Members with these words in their name or sign-in name, in whichever organisation, by name."""
    members = func.jsonb_array_elements(organisation.c.record["members"]).table_valued(
        column("value", JSONB), name="member"
    )
    name, subject = members.c.value["name"].astext, members.c.value["subject"].astext
    condition = or_(
        name.icontains(words, autoescape=True), subject.icontains(words, autoescape=True)
    )
    if only is not None:
        condition = and_(condition, organisation.c.code == only)
    rows = await connection.execute(
        select(
            members.c.value["member_id"].astext,
            name,
            subject,
            members.c.value["roles"],
            organisation.c.code,
            organisation.c.name,
            organisation.c.status,
        )
        .select_from(organisation.join(members, true()))
        .where(condition)
        .order_by(name, organisation.c.name, organisation.c.code)
        .limit(limit)
    )
    return [
        MemberLine(UUID(row[0]), row[1], row[2], tuple(sorted(Role(r) for r in row[3])), *row[4:])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What hangs on an organisation, as far as intake knows: what changes hands when it is succeeded."""

    open_about: int
    """Reports about it whose case is not closed."""
    open_by: int
    overseen: int
    """Open organisations that it commissions."""
    keys: int
    """Programs' keys that act for it."""


async def consequences(connection: AsyncConnection, code: str) -> Consequences:
    ended = [CaseState.CLOSED, CaseState.HISTORY]
    still_open = and_(
        report.c.historic.is_(False),
        report.c.withdrawn_at.is_(None),
        or_(case_status.c.state.is_(None), case_status.c.state.not_in(ended)),
    )
    cases = report.outerjoin(case_status, case_status.c.report_id == report.c.id)

    def open_reports(condition: ColumnElement[bool]) -> ScalarSelect[int]:
        counted = select(func.count()).select_from(cases).where(condition, still_open)
        return counted.scalar_subquery()

    overseen = select(func.count()).where(
        organisation.c.commissioner == code, organisation.c.status == OrganisationStatus.OPEN
    )
    keys = select(func.count()).where(
        api_key.c.organisation == code, api_key.c.revoked_at.is_(None)
    )
    row = await connection.execute(
        select(
            open_reports(report.c.provider == code),
            open_reports(report.c.reporter == code),
            overseen.scalar_subquery(),
            keys.scalar_subquery(),
        )
    )
    return Consequences(*row.one())
