"""What became of the reports of each commissioner's practices, from the kept counts; the first and the last day from the lists."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.areas import of_practices, recorded_under
from services.reporting.domain.cubes import EVERY, Measure, MonthOf
from services.reporting.domain.impact import Impact
from services.reporting.domain.scope import Scope
from services.reporting.repository.conditions import among
from services.reporting.tables import pair_count, place_count
from shared.contracts.directory import OrganisationKind
from shared.directory.tables import organisation
from shared.platform.database import columns_of

NOBODY = ""
"""As a commissioner: practices whose record names none."""


@dataclass(frozen=True)
class _Counted:
    commissioner: str
    kind: str
    reports: int
    actions: int
    outcomes: int
    first: date
    """Months."""
    last: date


async def impact(connection: AsyncConnection, scope: Scope) -> list[Impact]:
    """By commissioner and kind, of the scope's practices; of all where the scope is everything."""
    recorded = await _practices(connection)
    mine = {
        commissioner: codes if scope.everything else codes & (scope.reporters or frozenset())
        for commissioner, codes in recorded.items()
    }
    whole = [board for board, codes in mine.items() if board and codes == recorded[board]]
    counted = await _of_places(connection, whole)
    for board, codes in mine.items():
        if codes and board not in whole:
            counted += await _of_pairs(connection, board, codes)
    days = await _days(connection, counted, mine)
    return [
        Impact(
            each.commissioner or None,
            each.kind,
            each.reports,
            *days[each.commissioner, each.kind],
            each.actions,
            each.outcomes,
        )
        for each in sorted(counted, key=lambda one: (one.commissioner, one.kind))
        if (each.commissioner, each.kind) in days
    ]


async def _practices(connection: AsyncConnection) -> dict[str, frozenset[str]]:
    """Every practice by the commissioner in its record."""
    one = organisation.c
    found: dict[str, set[str]] = {}
    for code, board in await connection.execute(
        select(one.code, one.commissioner).where(one.kind == OrganisationKind.PRACTICE)
    ):
        found.setdefault(board or NOBODY, set()).add(code)
    return {board: frozenset(codes) for board, codes in found.items()}


async def _of_places(connection: AsyncConnection, boards: Iterable[str]) -> list[_Counted]:
    """All practices of these commissioners: a row for each month, tenet and kind."""
    cell = place_count.c
    where = (among(cell.area, [of_practices(board) for board in boards]), cell.provider == EVERY)
    rows = await connection.execute(
        select(cell.area, *_numbers(place_count))
        .where(*where, *_everything(place_count))
        .group_by(cell.area, cell.kind)
    )
    return [_Counted(recorded_under(row[0]) or NOBODY, **_named(row[1:])) for row in rows]


async def _of_pairs(
    connection: AsyncConnection, board: str, codes: Collection[str]
) -> list[_Counted]:
    """Some practices of a commissioner: where a practice went to another area than the others, or has no commissioner."""
    cell = pair_count.c
    rows = await connection.execute(
        select(*_numbers(pair_count))
        .where(among(cell.reporter, codes), *_everything(pair_count))
        .group_by(cell.kind)
    )
    return [_Counted(board, **_named(row)) for row in rows]


_NAMES = ("kind", "reports", "actions", "outcomes", "first", "last")


def _named(numbers: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(_NAMES, numbers, strict=True))


def _numbers(table: Table) -> list[ColumnElement[object]]:
    cell = table.c
    sums = (Measure.REPORTS, Measure.ACTION, Measure.OUTCOME)
    return [
        cell.kind,
        *(func.sum(cell[each]) for each in sums),
        func.min(cell.month),
        func.max(cell.month),
    ]


def _everything(table: Table) -> list[ColumnElement[bool]]:
    cell = table.c
    return [cell.month_of == MonthOf.EVENT, cell.sub_theme == EVERY, cell.theme == EVERY]


async def _days(
    connection: AsyncConnection, counted: Iterable[_Counted], mine: dict[str, frozenset[str]]
) -> dict[tuple[str, str], tuple[date, date]]:
    """The first and the last day of each line."""
    lines = [
        {
            "commissioner": each.commissioner,
            "kind": each.kind,
            "first": each.first,
            "last": each.last,
        }
        for each in counted
    ]
    if not lines:
        return {}
    practices = [{"board": board, "practice": code} for board in mine for code in mine[board]]
    asked = {"theme": EVERY, **columns_of(lines), **columns_of(practices)}
    rows = await connection.execute(_DAYS, asked)
    # None where the only report of the month moved since it was counted: then the line has gone, too.
    return {(board, kind): (first, last) for board, kind, first, last in rows if first and last}


_DAYS = text("""
    WITH area AS (
        SELECT board, array_agg(practice) AS codes
        FROM unnest(CAST(:board AS text[]), CAST(:practice AS text[])) AS each (board, practice) GROUP BY board
    )
    SELECT
        line.commissioner, line.kind,
        (SELECT happened_on FROM listed_report
         WHERE theme = :theme AND kind = line.kind AND reporter = ANY(area.codes)
           AND happened_on >= line.first AND happened_on < line.first + interval '1 month'
         ORDER BY happened_on, report_id LIMIT 1),
        (SELECT happened_on FROM listed_report
         WHERE theme = :theme AND kind = line.kind AND reporter = ANY(area.codes)
           AND happened_on >= line.last AND happened_on < line.last + interval '1 month'
         ORDER BY happened_on DESC, report_id DESC LIMIT 1)
    FROM unnest(
        CAST(:commissioner AS text[]), CAST(:kind AS text[]), CAST(:first AS date[]), CAST(:last AS date[])
    ) AS line (commissioner, kind, first, last) JOIN area ON area.board = line.commissioner
""")
"""Within the months that the counts name, where the list of everybody's comes to one of theirs soon."""
