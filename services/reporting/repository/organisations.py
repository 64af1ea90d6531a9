"""Organisations beside each other: providers and practices compared, a practice's peers, and what came of each area's reports."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ARRAY, ColumnElement, Float, Select, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.areas import of_practices
from services.reporting.domain.cubes import EVERY, MonthOf
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Scope
from services.reporting.repository import cells
from services.reporting.repository.cells import Counted, among, array_of
from services.reporting.tables import (
    area_member,
    pair_count,
    place_count,
    practice_count,
)

_QUARTILES = [0.25, 0.5, 0.75]


async def providers(
    connection: AsyncConnection, question: Question, *, theme: str = EVERY
) -> dict[str, Counted]:
    """Each provider's reports in scope and the stages they reached: the volumes and events of a funnel."""
    found = await cells.numbers(connection, question, "provider", theme=theme)
    return {str(code): counted for (code,), counted in found.items()}


async def practices(
    connection: AsyncConnection,
    question: Question,
    of: Collection[str],
    *,
    theme: str = EVERY,
    month_of: MonthOf = MonthOf.EVENT,
) -> dict[str, int]:
    """How many reports each of these practices made, in scope or not: the caller decides whom it may compare. Whoever made none is
    left out."""
    source = _by_practice(question, of, theme, month_of).subquery()
    rows = await connection.execute(
        select(source.c.reporter, func.sum(source.c.reports)).group_by(source.c.reporter)
    )
    return {code: int(number) for code, number in rows}


@dataclass(frozen=True)
class Band:
    """Practices' reports in one month: the quartiles of so many practices, those that made none included."""

    practices: int
    lower: float
    middle: float
    upper: float


async def peers(
    connection: AsyncConnection, question: Question, of: Collection[str], *, theme: str = EVERY
) -> dict[date, Band]:
    """By month of the event. A practice counts from its first report on: before, nobody knows."""
    source = _by_practice(question, of, theme, MonthOf.EVENT).subquery()
    code = func.unnest(array_of(practice_count.c.reporter, of)).table_valued("code")
    code = code.render_derived()
    first = (
        select(func.min(practice_count.c.month))
        .where(
            practice_count.c.reporter == code.c.code,
            practice_count.c.month_of == MonthOf.EVENT,
            practice_count.c.theme == EVERY,
        )
        .scalar_subquery()
    )
    # Materialised, or it would be asked again for each month.
    began = select(code.c.code.label("reporter"), first.label("first"))
    joined = began.cte("joined").prefix_with("MATERIALIZED")
    months = (
        func.unnest(array_of(practice_count.c.month, question.period.months))
        .table_valued("month")
        .render_derived()
    )
    number = func.coalesce(source.c.reports, 0)
    quartiles = func.percentile_cont(literal(_QUARTILES, type_=ARRAY(Float))).within_group(
        number.asc()
    )
    rows = await connection.execute(
        select(months.c.month, func.count(), quartiles)
        .select_from(
            months.join(joined, joined.c.first <= months.c.month).outerjoin(
                source,
                (source.c.reporter == joined.c.reporter) & (source.c.month == months.c.month),
            )
        )
        .group_by(months.c.month)
    )
    return {month: Band(count, *quartiles) for month, count, quartiles in rows}


def _by_practice(
    question: Question, of: Collection[str], theme: str, month_of: MonthOf
) -> Select[tuple[str, date, int]]:
    """Reports by practice and month; from the totals unless they are asked for by tenet, kind or provider."""
    filters, period = question.filters, question.period
    narrowed = (filters.tenet, filters.kind, filters.provider)
    table = practice_count if narrowed == (None, None, None) else pair_count
    conditions: list[ColumnElement[bool]] = [
        among(table.c.reporter, of),
        table.c.month_of == month_of,
        table.c.theme == theme,
        table.c.month.between(period.first, period.last),
    ]
    if table is practice_count:
        return select(table.c.reporter, table.c.month, table.c.reports).where(*conditions)
    conditions.append(table.c.sub_theme == EVERY)
    for column, value in zip(
        (table.c.tenet, table.c.kind, table.c.provider), narrowed, strict=True
    ):
        if value is not None:
            conditions.append(column == value)
    return (
        select(table.c.reporter, table.c.month, func.sum(table.c.reports).label("reports"))
        .where(*conditions)
        .group_by(table.c.reporter, table.c.month)
    )


@dataclass(frozen=True)
class Impact:
    """What became of one kind of reports of a commissioner's practices, ever."""

    commissioner: str
    kind: str
    reports: int
    first: date
    last: date
    actions: int
    outcomes: int


async def impact(connection: AsyncConnection, scope: Scope) -> list[Impact]:
    """Of the scope's area, or of each where the scope is everything; by commissioner and kind."""
    member = area_member.c
    practices_of = select(member.area, member.organisation).where(~member.as_provider)
    if not scope.everything:
        practices_of = practices_of.where(member.area == (scope.area or EVERY))
    by_area: dict[str, list[str]] = {}
    for area, code in await connection.execute(practices_of):
        by_area.setdefault(area, []).append(code)
    return [
        each for area in sorted(by_area) for each in await _impact(connection, area, by_area[area])
    ]


async def _impact(
    connection: AsyncConnection, area: str, practices_: Collection[str]
) -> list[Impact]:
    cell = place_count.c
    rows = await connection.execute(
        select(cell.kind, *(func.sum(cell[each]) for each in ("reports", "action", "outcome")))
        .where(
            cell.area == of_practices(area),
            cell.provider == EVERY,
            cell.month_of == MonthOf.EVENT,
            cell.sub_theme == EVERY,
            cell.theme == EVERY,
        )
        .group_by(cell.kind)
        .order_by(cell.kind)
    )
    found = []
    for kind, reports, actions, outcomes in rows.all():
        ends = await connection.execute(
            _ENDS, {"practices": sorted(practices_), "theme": EVERY, "kind": kind}
        )
        first, last = ends.one()
        found.append(Impact(area, kind, int(reports), first, last, int(actions), int(outcomes)))
    return found


_ENDS = text("""
    SELECT min(ends.first), max(ends.last)
    FROM unnest(CAST(:practices AS text[])) AS practice (code) CROSS JOIN LATERAL (
        SELECT
            (SELECT happened_on FROM listed_report WHERE theme = :theme AND reporter = practice.code AND kind = :kind
             ORDER BY happened_on, report_id LIMIT 1) AS first,
            (SELECT happened_on FROM listed_report WHERE theme = :theme AND reporter = practice.code AND kind = :kind
             ORDER BY happened_on DESC, report_id DESC LIMIT 1) AS last
    ) AS ends
""")
"""One step into each practice's stretch of the index, from either end."""
