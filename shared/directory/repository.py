"""Every question asked of the directory, and the one statement that changes it.

Organisations close, merge and are succeeded. An organisation stands for itself and for every one that it succeeded, step by
step; whoever acts for it meets what was reported by and about all of them. That question is answered here and nowhere else:
`stands_for` and `Membership.predecessors` (for which codes), `overseen_by` (for which area), `successors` (who answers today).
None of them can run for ever, should the records ever name each other in a circle.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.directory import (
    PROVIDER_KINDS,
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
)
from shared.directory.domain import Listed, succeeded_by
from shared.directory.tables import organisation as table
from shared.platform.database import insert_rows

Organisation = OrganisationRecorded
"""An organisation is its newest record."""

_KEEP_HIGHEST_REVISION = """
ON CONFLICT (code) DO UPDATE SET
    revision = excluded.revision, name = excluded.name, kind = excluded.kind, status = excluded.status,
    commissioner = excluded.commissioner, succeeded_by = excluded.succeeded_by, record = excluded.record
WHERE organisation.revision < excluded.revision
"""
_LONGEST_LINE = 50
"""Steps from an organisation to who answers for it today; nobody has had so many successors."""

_record = cast(table.c.record, Text)  # as text: the strict contract reads JSON, not Python values
_is_open = table.c.status == OrganisationStatus.OPEN


@dataclass(frozen=True)
class Membership:
    """A person's place in an organisation."""

    member: Member
    organisation: Organisation
    predecessors: frozenset[str] = frozenset()
    """Codes of the organisations that this one succeeded, all the way back."""


async def save(connection: AsyncConnection, organisations: Sequence[Organisation]) -> None:
    """One statement for all; at most one record of a code. A row changes only to a higher revision."""
    rows = [
        {
            "code": each.code,
            "revision": each.revision,
            "name": each.name,
            "kind": each.kind,
            "status": each.status,
            "commissioner": each.commissioner,
            "succeeded_by": succeeded_by(each),
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
    found = await _organisations(connection, table.c.code == _any(codes))
    return {each.code: each for each in found}


async def names(connection: AsyncConnection, codes: Collection[str]) -> dict[str, str]:
    """By code, as people know them: "Old Trust (now part of New Trust)" for one that was succeeded. A code that the directory does
    not know (yet) stands for itself."""
    plain = await _plain_names(connection, codes)
    today = await successors(connection, plain)
    later = await _plain_names(connection, set(today.values()) - plain.keys()) | plain
    told = {
        code: f"{name} (now part of {later.get(today[code], today[code])})"
        if code in today
        else name
        for code, name in plain.items()
    }
    return {code: code for code in codes} | told


async def _plain_names(connection: AsyncConnection, codes: Collection[str]) -> dict[str, str]:
    if not codes:
        return {}
    rows = await connection.execute(
        select(table.c.code, table.c.name).where(table.c.code == _any(codes))
    )
    return {row.code: row.name for row in rows}


async def providers(connection: AsyncConnection) -> list[Organisation]:
    """Open organisations that a report can be about, by name."""
    return await _organisations(connection, _is_open, table.c.kind.in_(PROVIDER_KINDS))


async def listed(
    connection: AsyncConnection,
    kinds: Collection[OrganisationKind],
    *,
    also: Collection[str] = (),
    closed: bool = False,
) -> list[Listed]:
    """Open organisations of these kinds, and of the closed ones those in `also`, or all if `closed`, by name."""
    standing = true() if closed else or_(_is_open, table.c.code == _any(also))
    return await _listed(connection, table.c.kind.in_(kinds), standing)


async def area(connection: AsyncConnection, commissioners: Iterable[str]) -> list[Listed]:
    """The organisations that these commissioners oversee, closed ones included, by name."""
    return await _listed(connection, table.c.code.in_(overseen_by(commissioners)))


def overseen_by(
    commissioners: Iterable[str], kinds: Collection[OrganisationKind] = frozenset(OrganisationKind)
) -> Select[tuple[str]]:
    """For `column.in_(...)`: codes of the organisations of these kinds and commissioners, and of all that those succeeded."""
    theirs = select(table.c.code).where(
        table.c.commissioner == _any(commissioners), table.c.kind.in_(kinds)
    )
    return select(_back_from(theirs.cte(recursive=True)).c.code)


async def stands_for(connection: AsyncConnection, codes: Collection[str]) -> frozenset[str]:
    """The codes themselves, known or not, and those of every organisation that they succeeded."""
    given = select(table.c.code).where(table.c.succeeded_by == _any(codes))
    line = _back_from(given.cte("succeeded", recursive=True))
    rows = await connection.execute(select(line.c.code))
    return frozenset(codes).union(rows.scalars())


def _back_from(line: CTE) -> CTE:
    """With their predecessors. Without copies (UNION), so that it ends also where records name each other."""
    earlier = table.alias("earlier")
    return line.union(select(earlier.c.code).join(line, earlier.c.succeeded_by == line.c.code))


async def successors(connection: AsyncConnection, codes: Collection[str]) -> dict[str, str]:
    """Who answers today for those of these organisations that were succeeded, by their code."""
    if not codes:
        return {}
    first = select(table.c.code, table.c.succeeded_by.label("at"), literal(1).label("step")).where(
        table.c.code == _any(codes), table.c.succeeded_by.is_not(None)
    )
    line = first.cte("succession", recursive=True)
    next_one = select(line.c.code, table.c.succeeded_by, line.c.step + 1).join(
        line, table.c.code == line.c.at
    )
    line = line.union_all(
        next_one.where(table.c.succeeded_by.is_not(None), line.c.step < _LONGEST_LINE)
    )
    rows = await connection.execute(
        select(line.c.code, line.c.at).order_by(line.c.code, line.c.step)
    )
    return {row.code: row.at for row in rows}


_MEMBERSHIPS = text(
    "SELECT CAST(mine.record AS text), ARRAY("
    "  WITH RECURSIVE line(code) AS ("
    "    SELECT code FROM organisation WHERE succeeded_by = mine.code"
    "    UNION SELECT earlier.code FROM line JOIN organisation earlier ON earlier.succeeded_by = line.code"
    "  ) SELECT code FROM line)"
    " FROM organisation mine WHERE mine.status = 'open' AND mine.record -> 'members' @> CAST(:member AS jsonb)"
    " ORDER BY mine.name, mine.code"
)


async def memberships(connection: AsyncConnection, subject: str) -> list[Membership]:
    """The open organisations this person (`sub` claim) acts for, by the organisation's name. One statement: it is asked at every
    request."""
    wanted = bindparam("member", [{"subject": subject}], type_=table.c.record.type)
    rows = await connection.execute(_MEMBERSHIPS.bindparams(wanted))
    found = [
        (Organisation.model_validate_json(record), frozenset(earlier)) for record, earlier in rows
    ]
    return [
        Membership(member, each, earlier - {each.code})
        for each, earlier in found
        for member in each.members
        if member.subject == subject
    ]


def _any(codes: Iterable[str]) -> ColumnElement[str]:
    """For `column == _any(codes)`: one parameter, however many codes."""
    return bindparam(None, sorted(codes), type_=ARRAY(table.c.code.type)).any_()


async def _listed(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[Listed]:
    columns = (table.c.code, table.c.name, table.c.kind, table.c.status, table.c.commissioner)
    rows = await connection.execute(
        select(*columns).where(*conditions).order_by(table.c.name, table.c.code)
    )
    return [
        Listed(code, name, OrganisationKind(kind), OrganisationStatus(status), commissioner)
        for code, name, kind, status, commissioner in rows
    ]


async def _organisations(
    connection: AsyncConnection, *conditions: ColumnElement[bool]
) -> list[Organisation]:
    rows = await connection.execute(
        select(_record).where(*conditions).order_by(table.c.name, table.c.code)
    )
    return [Organisation.model_validate_json(text) for (text,) in rows]
