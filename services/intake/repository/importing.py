"""Imports of the directory: shown first, applied later, forgotten in the end."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, bindparam, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.directory_import import Plan, Sort, Step, What
from services.intake.domain.ods import BadRow
from services.intake.tables import directory_import


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in the list of the latest."""

    id: UUID
    file_name: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class StagedImport:
    """An import as it was shown, and whether it has been applied."""

    line: ImportLine
    sort: Sort
    plan: Plan


_LINE = (
    directory_import.c.id,
    directory_import.c.file_name,
    directory_import.c.created_at,
    directory_import.c.created_by,
    directory_import.c.expires_at,
    directory_import.c.applied_at,
)


async def keep_import(connection: AsyncConnection, staged: StagedImport) -> None:
    document = json.dumps(asdict(staged.plan))
    await connection.execute(
        directory_import.insert().values(
            id=staged.line.id,
            file_name=staged.line.file_name,
            sort=staged.sort,
            plan=cast(bindparam("plan_text", document, type_=Text), directory_import.c.plan.type),
            created_at=staged.line.created_at,
            created_by=staged.line.created_by,
            expires_at=staged.line.expires_at,
        )
    )


async def forget_imports(
    connection: AsyncConnection, now: datetime, applied_before: datetime
) -> None:
    """Those that have expired without being applied, and those applied long ago."""
    expired = directory_import.c.applied_at.is_(None) & (directory_import.c.expires_at < now)
    await connection.execute(
        delete(directory_import).where(or_(expired, directory_import.c.applied_at < applied_before))
    )


async def staged_import(
    connection: AsyncConnection, import_id: UUID, *, lock: bool = False
) -> StagedImport | None:
    """With `lock` nobody else applies it until the transaction ends."""
    statement = select(
        *_LINE, directory_import.c.sort, cast(directory_import.c.plan, Text).label("plan")
    ).where(directory_import.c.id == import_id)
    row = (
        await connection.execute(statement.with_for_update() if lock else statement)
    ).one_or_none()
    if row is None:
        return None
    return StagedImport(_line(row), Sort(row.sort), _plan(json.loads(row.plan)))


async def latest_imports(connection: AsyncConnection, limit: int) -> list[ImportLine]:
    """Newest first."""
    rows = await connection.execute(
        select(*_LINE).order_by(directory_import.c.created_at.desc()).limit(limit)
    )
    return [_line(row) for row in rows]


async def mark_applied(connection: AsyncConnection, import_id: UUID, now: datetime) -> None:
    await connection.execute(
        update(directory_import).where(directory_import.c.id == import_id).values(applied_at=now)
    )


def _line(row: Row[*tuple[Any, ...]]) -> ImportLine:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return ImportLine(**{column.name: values[column.name] for column in _LINE})


def _plan(document: dict[str, Any]) -> Plan:
    steps = tuple(Step(**{**each, "what": What(each["what"])}) for each in document["steps"])
    problems = tuple(BadRow(**each) for each in document["problems"])
    lists = {name: tuple(document[name]) for name in ("missing", "closed_here")}
    return Plan(**{**document, "steps": steps, "problems": problems, **lists})
