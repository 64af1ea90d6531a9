"""The review queue."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.repository.reports import (
    REPORT,
    StoredReport,
    still_stands,
    stored,
    themes_of,
)
from services.classification.repository.scope import Scope
from services.classification.tables import report, verdict
from shared.contracts.reports import Kind
from shared.contracts.themes import AssignedTheme, DecidedBy, Hint


@dataclass(frozen=True)
class Entry:
    """A row of the review queue."""

    report: StoredReport
    decided_by: DecidedBy
    certainty: float
    themes: tuple[AssignedTheme, ...]
    hints: tuple[Hint, ...]


class Show(StrEnum):
    LEAST_CERTAIN = "model"
    SAMPLE = "sample"
    """The same reports by lot, so that the first ones stand for all."""
    DECIDED = "person"

    @property
    def decided_by(self) -> DecidedBy:
        return DecidedBy.PERSON if self is Show.DECIDED else DecidedBy.MODEL


@dataclass(frozen=True)
class Filters:
    show: Show = Show.LEAST_CERTAIN
    kind: Kind | None = None


def lot(reports: FromClause) -> ColumnElement[str]:
    """A report's place in an order that has nothing to do with its time, its words or its verdict, and never changes."""
    return func.md5(cast(reports.c.report_id, Text))


async def queue(
    connection: AsyncConnection, scope: Scope, filters: Filters, *, page: int, size: int
) -> list[Entry]:
    """One page (from 1) of reports: the least certain first, or by lot."""
    by_lot = filters.show is Show.SAMPLE
    # The page first and its verdicts after: else every verdict is looked up to be sorted away.
    shown = (
        select(*REPORT, report.c.decided_by, report.c.certainty)
        .where(*_conditions(scope, filters))
        .order_by(lot(report) if by_lot else report.c.certainty, report.c.report_id)
        .offset((page - 1) * size)
        .limit(size)
        .subquery("shown")
    )
    rows = await connection.execute(
        select(shown, verdict.c.themes, verdict.c.hints)
        .join(
            verdict,
            (verdict.c.report_id == shown.c.report_id) & (verdict.c.revision == shown.c.revision),
        )
        .order_by(lot(shown) if by_lot else shown.c.certainty, shown.c.report_id)
    )
    return [
        Entry(
            report=stored(row),
            decided_by=DecidedBy(row.decided_by),
            certainty=row.certainty,
            themes=themes_of(row.themes),
            hints=tuple(Hint(hint) for hint in row.hints),
        )
        for row in rows
    ]


async def queue_length(connection: AsyncConnection, scope: Scope, filters: Filters) -> int:
    counted = await connection.execute(
        select(func.count()).select_from(report).where(*_conditions(scope, filters))
    )
    return counted.scalar_one()


def _conditions(scope: Scope, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [report.c.decided_by == filters.show.decided_by, scope.condition()]
    if filters.show is not Show.DECIDED:
        conditions.append(still_stands())
    if filters.kind is not None:
        conditions.append(report.c.kind == filters.kind)
    return conditions
