"""Reading the kept counts: one statement for each slice of a question (`domain.questions`), of as few rows as there are numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.cubes import EVERY, Facet, Measure, MonthOf
from services.reporting.domain.filters import Filters
from services.reporting.domain.questions import Question, Slice, slices_of
from services.reporting.domain.scope import Scope
from services.reporting.repository.conditions import (
    counts_for,
    facets_for,
    narrowed,
    of_facet,
    of_subject,
    within,
)
from services.reporting.repository.succession import told_as

Labels = tuple[str | date, ...]
"""The values of the columns that were asked for, in their order."""

Counted = Counter[Measure]
"""Reports, and how many of them reached each stage."""

Numbers = dict[Labels, Counted]
Months = tuple[tuple[date, ...], tuple[int, ...]]
"""Months in their order, and the number of each."""


async def reports(
    connection: AsyncConnection,
    question: Question,
    *columns: str,
    theme: str | None = EVERY,
    sub_theme: str | None = EVERY,
    month_of: MonthOf | None = MonthOf.EVENT,
) -> dict[Labels, int]:
    """How many reports there are by these columns. `theme` and `sub_theme`: the one, all together when `EVERY`, each when none;
    `month_of`: either when none, which then wants to be among the columns."""
    found: dict[Labels, int] = {}
    for part in question.slices:
        table = counts_for(part, question.filters, columns, sub_theme)
        subject = of_subject(table, month_of, theme, sub_theme)
        sums = await _sums(connection, table, part, question, columns, _REPORTS, subject)
        for labels, (number,) in sums:
            found[labels] = found.get(labels, 0) + number
    return found


async def numbers(
    connection: AsyncConnection,
    question: Question,
    *columns: str,
    theme: str | None = EVERY,
    sub_theme: str | None = EVERY,
    month_of: MonthOf = MonthOf.EVENT,
    measures: Sequence[Measure] = tuple(Measure),
) -> Numbers:
    """The same for several measures."""
    found: Numbers = {}
    for part in question.slices:
        table = counts_for(part, question.filters, columns, sub_theme)
        subject = of_subject(table, month_of, theme, sub_theme)
        sums = await _sums(connection, table, part, question, columns, measures, subject)
        for labels, told in sums:
            found.setdefault(labels, Counter()).update(dict(zip(measures, told, strict=True)))
    return found


async def facets(
    connection: AsyncConnection,
    question: Question,
    facet: Facet,
    *columns: str,
    theme: str | None = EVERY,
    value: str | None = None,
) -> dict[Labels, int]:
    """Reports of one harm, rating, source or service, or by these (`value` among the columns); by theme for the first two only."""
    found: dict[Labels, int] = {}
    for part in question.slices:
        table = facets_for(part)
        subject = of_facet(table, facet, theme, value)
        sums = await _sums(connection, table, part, question, columns, _REPORTS, subject)
        for labels, (number,) in sums:
            found[labels] = found.get(labels, 0) + number
    return found


async def monthly(
    connection: AsyncConnection,
    question: Question,
    *columns: str,
    theme: str | None = EVERY,
    sub_theme: str | None = EVERY,
) -> dict[Labels, Months]:
    """Reports by these columns, of the harm, rating, source or service that the question asks for, if any: the months that have any, in
    their order, and how many. One row for each series: thousands of single numbers cost more than finding them. They are put in order
    here: sorting them there, by all of the columns, took as long as reading them."""
    found: dict[Labels, Counter[date]] = {}
    facet, value = question.filters.facet or (None, None)
    for part in question.slices:
        if facet is None:
            table = counts_for(part, question.filters, columns, sub_theme)
            subject = of_subject(table, MonthOf.EVENT, theme, sub_theme)
        else:
            table = facets_for(part)
            subject = of_facet(table, facet, theme, value)
        by = ("month", *columns)
        each = (await _summed(connection, table, part, question, by, _REPORTS, subject)).subquery()
        labels = [each.c[name] for name in columns]
        arrays = (func.array_agg(each.c.month), func.array_agg(each.c.reports))
        rows = (await connection.execute(select(*labels, *arrays).group_by(*labels))).all()
        for told, numbers in await _labelled(connection, question, columns, rows):
            found.setdefault(told, Counter()).update(dict(zip(*numbers, strict=True)))
    return {labels: _in_order(found[labels]) for labels in sorted(found)}


async def themes_with(connection: AsyncConnection, scope: Scope, at_least: int) -> frozenset[str]:
    """The themes that so many reports in scope have, ever. So many cells of a theme are enough to know, since none is empty."""
    found: Counter[str] = Counter()
    for part in slices_of(scope):
        table = counts_for(part, Filters(), ("theme",), EVERY)
        some = (
            select(table.c.reports)
            .where(
                *await within(connection, table, part, by_provider=False),
                *of_subject(table, MonthOf.EVENT, _title.theme, EVERY),
            )
            .limit(at_least)
            .lateral()
        )
        rows = await connection.execute(
            select(_title.theme, func.sum(some.c.reports))
            .select_from(tables.theme_title.join(some, true()))
            .where(_title.sub_theme == EVERY)
            .group_by(_title.theme)
        )
        for theme, number in rows:
            found[theme] += number
    return frozenset(theme for theme, number in found.items() if number >= at_least)


_REPORTS = (Measure.REPORTS,)
_title = tables.theme_title.c


def _in_order(numbers: Mapping[date, int]) -> Months:
    months = tuple(sorted(numbers))
    return _same(months), tuple(numbers[month] for month in months)


@lru_cache(1_000)
def _same(months: tuple[date, ...]) -> tuple[date, ...]:
    """Those that were seen before where they are the same: most series have the same months, and are kept for long."""
    return months


async def _sums(
    connection: AsyncConnection,
    table: Table,
    part: Slice,
    question: Question,
    columns: Sequence[str],
    measures: Sequence[Measure],
    subject: Sequence[ColumnElement[bool]],
) -> list[tuple[Labels, tuple[int, ...]]]:
    """What the columns are, and the sums of the measures. Several may be of the same provider."""
    statement = await _summed(connection, table, part, question, columns, measures, subject)
    rows = (await connection.execute(statement)).all()
    # Without columns there is a row even of nothing.
    known = [row for row in rows if row[len(columns)] is not None]
    return await _labelled(connection, question, columns, known)


async def _labelled(
    connection: AsyncConnection,
    question: Question,
    columns: Sequence[str],
    rows: Sequence[Row[*tuple[Any, ...]]],
) -> list[tuple[Labels, tuple[Any, ...]]]:
    """Each row's columns, with the provider that it is told of, and the rest of it."""
    at = len(columns)
    if "provider" not in columns:
        return [(row[:at], row[at:]) for row in rows]
    by = columns.index("provider")
    told = await told_as(connection, question, {row[by] for row in rows})
    return [((*row[:by], told.get(row[by], row[by]), *row[by + 1 : at]), row[at:]) for row in rows]


async def _summed(
    connection: AsyncConnection,
    table: Table,
    part: Slice,
    question: Question,
    columns: Sequence[str],
    measures: Sequence[Measure],
    subject: Sequence[ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    by = [table.c[name] for name in columns]
    sums = (func.sum(table.c[each]).label(each) for each in measures)
    return (
        select(*by, *sums)
        .where(
            *subject,
            *await within(connection, table, part, by_provider="provider" in columns),
            *narrowed(table, question.filters, question.period),
        )
        .group_by(*by)
    )
