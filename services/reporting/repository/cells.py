"""Reading the kept counts: one statement for each slice of a question (`domain.questions`), of as few rows as there are numbers."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, all_, any_, func, literal, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.cubes import (
    EVERY,
    PAIR_COUNT,
    PAIR_FACET,
    PLACE_COUNT,
    PLACE_FACET,
    Cube,
    Facet,
    Measure,
    MonthOf,
)
from services.reporting.domain.filters import Filters
from services.reporting.domain.months import Period
from services.reporting.domain.questions import Pairs, Places, Question, Slice, slices_of
from services.reporting.domain.scope import Scope
from services.reporting.repository.counts import TABLES

Labels = tuple[str | date, ...]
"""The values of the columns that were asked for, in their order."""

V = TypeVar("V", str, date)
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
        table = TABLES[_cube(part, PLACE_COUNT, PAIR_COUNT)]
        subject = _subject(table, month_of, theme, sub_theme)
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
        table = TABLES[_cube(part, PLACE_COUNT, PAIR_COUNT)]
        subject = _subject(table, month_of, theme, sub_theme)
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
        table = TABLES[_cube(part, PLACE_FACET, PAIR_FACET)]
        subject = _graded(table, facet, theme, value)
        sums = await _sums(connection, table, part, question, columns, _REPORTS, subject)
        for labels, (number,) in sums:
            found[labels] = found.get(labels, 0) + number
    return found


async def monthly(
    connection: AsyncConnection, question: Question, *columns: str, theme: str | None = EVERY
) -> dict[Labels, Months]:
    """Reports by these columns, of the harm, rating or source that the question asks for, if any: the months that have any, in their
    order, and how many. One row for each series: thousands of single numbers cost more than finding them."""
    found: dict[Labels, Months] = {}
    facet, value = question.filters.facet or (None, None)
    for part in question.slices:
        if facet is None:
            table = TABLES[_cube(part, PLACE_COUNT, PAIR_COUNT)]
            subject = _subject(table, MonthOf.EVENT, theme, EVERY)
        else:
            table = TABLES[_cube(part, PLACE_FACET, PAIR_FACET)]
            subject = _graded(table, facet, theme, value)
        by = ("month", *columns)
        each = (await _summed(connection, table, part, question, by, _REPORTS, subject)).subquery()
        labels = [each.c[name] for name in columns]
        arrays = (
            func.array_agg(aggregate_order_by(value, each.c.month))
            for value in (each.c.month, each.c.reports)
        )
        for row in await connection.execute(
            select(*labels, *arrays).group_by(*labels).order_by(*labels)
        ):
            key, (months, numbers) = tuple(row[:-2]), row[-2:]
            found[key] = _added(found.get(key), (_same(tuple(months)), tuple(numbers)))
    return found


async def themes_with(connection: AsyncConnection, scope: Scope, at_least: int) -> frozenset[str]:
    """The themes that so many reports in scope have, ever. So many cells of a theme are enough to know, since none is empty."""
    found: Counter[str] = Counter()
    for part in slices_of(scope):
        table = TABLES[_cube(part, PLACE_COUNT, PAIR_COUNT)]
        some = (
            select(table.c.reports)
            .where(
                *await _within(connection, table, part, by_provider=False),
                table.c.month_of == MonthOf.EVENT,
                table.c.sub_theme == EVERY,
                table.c.theme == _title.theme,
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


def _cube(part: Slice, places: Cube, pairs: Cube) -> Cube:
    return places if isinstance(part, Places) else pairs


def _subject(
    table: Table, month_of: MonthOf | None, theme: str | None, sub_theme: str | None
) -> list[ColumnElement[bool]]:
    return [
        among(table.c.month_of, [*MonthOf] if month_of is None else [month_of]),
        _one_or_each(table.c.theme, theme, _THEMES),
        _one_or_each(table.c.sub_theme, sub_theme, _sub_themes(theme)),
    ]


def _graded(
    table: Table, facet: Facet, theme: str | None, value: str | None
) -> list[ColumnElement[bool]]:
    return [
        table.c.facet == facet,
        _one_or_each(table.c.theme, theme, _THEMES),
        true() if value is None else table.c.value == value,
    ]


@lru_cache(1_000)
def _same(months: tuple[date, ...]) -> tuple[date, ...]:
    """Those that were seen before where they are the same: most series have the same months, and are kept for long."""
    return months


def _added(one: Months | None, other: Months) -> Months:
    if one is None:
        return other
    sums = Counter(dict(zip(*one, strict=True)))
    sums.update(dict(zip(*other, strict=True)))
    months = tuple(sorted(sums))
    return months, tuple(sums[month] for month in months)


async def _sums(
    connection: AsyncConnection,
    table: Table,
    part: Slice,
    question: Question,
    columns: Sequence[str],
    measures: Sequence[Measure],
    subject: Sequence[ColumnElement[bool]],
) -> list[tuple[Labels, tuple[int, ...]]]:
    """What the columns are, and the sums of the measures."""
    statement = await _summed(connection, table, part, question, columns, measures, subject)
    rows = (await connection.execute(statement)).all()
    at = len(columns)
    # Without columns there is a row even of nothing.
    return [(row[:at], row[at:]) for row in rows if row[at] is not None]


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
            *await _within(connection, table, part, by_provider="provider" in columns),
            *_narrowed(table, question.filters, question.period),
        )
        .group_by(*by)
    )


async def _within(
    connection: AsyncConnection, table: Table, part: Slice, *, by_provider: bool
) -> list[ColumnElement[bool]]:
    """The cells of a slice. Every condition is a prefix of the table's key, or follows one."""
    if isinstance(part, Pairs):
        return [among(table.c.reporter, part.reporters), *about(part, table.c.provider)]
    here = table.c.area == part.area
    if part.providers is not None:
        return [here, among(table.c.provider, part.providers)]
    if by_provider:
        each = await _providers(connection, table, part.area)
        return [here, among(table.c.provider, each)]
    return [here, table.c.provider == EVERY]


def about(part: Pairs, provider: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Whom the pairs are about."""
    return [
        true() if part.providers is None else among(provider, part.providers),
        provider != all_(array_of(provider, part.but)) if part.but else true(),
    ]


def _narrowed(table: Table, filters: Filters, period: Period) -> list[ColumnElement[bool]]:
    asked = [(table.c.tenet, filters.tenet), (table.c.kind, filters.kind)]
    return [
        table.c.month.between(period.first, period.last),
        *(column == value for column, value in asked if value is not None),
    ]


_title = tables.theme_title.c


def _one_or_each(
    column: ColumnElement[str], value: str | None, each: Select[tuple[str]]
) -> ColumnElement[bool]:
    """Each by name: so the key is searched for single values, which leaves out all other months."""
    if value is not None:
        return column == value
    return column == any_(func.array(each.scalar_subquery()))


_THEMES = select(_title.theme).where(_title.sub_theme == EVERY)


def _sub_themes(theme: str | None) -> Select[tuple[str]]:
    every = select(_title.sub_theme).where(_title.sub_theme != EVERY).distinct()
    return every if theme is None else every.where(_title.theme == theme)


async def _providers(connection: AsyncConnection, table: Table, area: str) -> Sequence[str]:
    """Whom the area's reports are about: one step in the key for each, instead of all of its rows."""
    step = f"(SELECT min(provider) FROM {table.name} WHERE area = :area AND provider > {{}})"  # noqa: S608 - our own name
    rows = await connection.execute(
        text(
            f"WITH RECURSIVE found(provider) AS (SELECT {step.format(repr(EVERY))}"  # noqa: S608 - our own text
            f" UNION ALL SELECT {step.format('found.provider')} FROM found WHERE found.provider IS NOT NULL)"
            " SELECT provider FROM found WHERE provider IS NOT NULL"
        ),
        {"area": area},
    )
    return rows.scalars().all()


def array_of(column: ColumnElement[V], values: Collection[V]) -> ColumnElement[Sequence[V]]:
    """One parameter, however many values."""
    return literal(list(values), type_=ARRAY(column.type))


def among(column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """One by `=`: then an index of the column is also read in the order of its other columns, as lists are, newest first."""
    if len(values) == 1:
        return column == next(iter(values))
    return column == any_(array_of(column, values))
