"""Organisations beside each other: providers and practices compared, and a practice's peers."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ARRAY, ColumnElement, Float, Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, Measure, MonthOf
from services.reporting.domain.peers import Band
from services.reporting.domain.questions import Question
from services.reporting.repository import cells
from services.reporting.repository.cells import Counted
from services.reporting.repository.conditions import among, array_of
from services.reporting.repository.records import in_scope
from services.reporting.tables import pair_count, practice_count

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


async def peers(
    connection: AsyncConnection, question: Question, of: Collection[str], *, theme: str = EVERY
) -> dict[date, Band]:
    """By month of the event. A practice counts from the month on in which its first report came: before, nobody knows, and what it then
    told of the past is not all that was."""
    source = _by_practice(question, of, theme, MonthOf.EVENT).subquery()
    code = func.unnest(array_of(practice_count.c.reporter, of)).table_valued("code")
    code = code.render_derived()
    first = (
        select(func.min(practice_count.c.month))
        .where(
            practice_count.c.reporter == code.c.code,
            practice_count.c.month_of == MonthOf.REPORT,
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
    narrowed = (filters.tenet, filters.kind, question.about)
    table = practice_count if narrowed == (None, None, None) else pair_count
    conditions: list[ColumnElement[bool]] = [
        among(table.c.reporter, of),
        table.c.month_of == month_of,
        table.c.theme == theme,
        table.c.month.between(period.first, period.last),
    ]
    if table is practice_count:
        return select(table.c.reporter, table.c.month, table.c.reports).where(*conditions)
    conditions += [table.c.sub_theme == EVERY, *_of_pairs(question)]
    return (
        select(table.c.reporter, table.c.month, func.sum(table.c.reports).label("reports"))
        .where(*conditions)
        .group_by(table.c.reporter, table.c.month)
    )


def _of_pairs(question: Question) -> list[ColumnElement[bool]]:
    """Which of the practices' cells by whom they are about are asked for."""
    cell, filters, about = pair_count.c, question.filters, question.about
    asked = ((cell.tenet, filters.tenet), (cell.kind, filters.kind))
    found = [column == value for column, value in asked if value is not None]
    return found if about is None else [*found, among(cell.provider, about)]


async def practice_stages(
    connection: AsyncConnection,
    question: Question,
    of: Collection[str],
    *,
    theme: str = EVERY,
    measures: Sequence[Measure] = tuple(Measure),
) -> dict[str, Counted]:
    """Each of these practices' reports in scope, and the stages they reached; from the totals where all of their reports are asked for.
    Whoever made none is left out."""
    scope, narrowed = question.scope, _of_pairs(question)
    seen_whole = scope.everything or (scope.reporters or frozenset()).issuperset(of)
    whole = seen_whole and not narrowed
    cell = practice_count.c if whole else pair_count.c
    conditions: list[ColumnElement[bool]] = [
        among(cell.reporter, of),
        cell.month_of == MonthOf.EVENT,
        cell.theme == theme,
        cell.month.between(question.period.first, question.period.last),
    ]
    if not whole:
        conditions += [
            cell.sub_theme == EVERY,
            in_scope(scope, cell.reporter, cell.provider),
            *narrowed,
        ]
    rows = await connection.execute(
        select(cell.reporter, *(func.sum(cell[each]) for each in measures))
        .where(*conditions)
        .group_by(cell.reporter)
    )
    return {
        code: Counter({each: int(n) for each, n in zip(measures, told, strict=True)})
        for code, *told in rows
    }
