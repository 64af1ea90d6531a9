"""Which kept counts a statement reads: the conditions of a slice, of what is asked of it, and of its filters. Each is a prefix of the
table's key, or follows one."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, Table, all_, any_, func, literal, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.cubes import (
    EVERY,
    NATURE,
    PAIR_COUNT,
    PAIR_FACET,
    PLACE_COUNT,
    PLACE_FACET,
    PRACTICE_COUNT,
    Facet,
    MonthOf,
)
from services.reporting.domain.filters import Filters
from services.reporting.domain.months import Period
from services.reporting.domain.questions import Pairs, Places, Slice
from services.reporting.repository.counts import TABLES

V = TypeVar("V", str, date)
_NATURE = NATURE.columns
_title = tables.theme_title.c


def counts_for(
    part: Slice, filters: Filters, columns: Sequence[str], sub_theme: str | None
) -> Table:
    """The smallest table that has these columns: totals by practice hold one row for each month, where pairs hold one for each provider,
    tenet and kind."""
    if isinstance(part, Places):
        return TABLES[PLACE_COUNT]
    asked = {*columns, *(name for name in _NATURE if getattr(filters, name) is not None)}
    totals = part.whole and sub_theme == EVERY and asked <= {*PRACTICE_COUNT.columns}
    return TABLES[PRACTICE_COUNT if totals else PAIR_COUNT]


def facets_for(part: Slice) -> Table:
    return TABLES[PLACE_FACET if isinstance(part, Places) else PAIR_FACET]


def of_subject(
    table: Table,
    month_of: MonthOf | None,
    theme: str | ColumnElement[str] | None,
    sub_theme: str | None,
) -> list[ColumnElement[bool]]:
    """`theme` and `sub_theme`: the one, all together when `EVERY`, each when none."""
    asked = [
        among(table.c.month_of, [*MonthOf] if month_of is None else [month_of]),
        _one_or_each(table.c.theme, theme, _THEMES),
    ]
    if "sub_theme" in table.c:
        named = theme if isinstance(theme, str) else None
        asked.append(_one_or_each(table.c.sub_theme, sub_theme, _sub_themes(named)))
    return asked


def of_facet(
    table: Table, facet: Facet, theme: str | None, value: str | None
) -> list[ColumnElement[bool]]:
    return [
        table.c.facet == facet,
        _one_or_each(table.c.theme, theme, _THEMES),
        true() if value is None else table.c.value == value,
    ]


async def within(
    connection: AsyncConnection, table: Table, part: Slice, *, by_provider: bool
) -> list[ColumnElement[bool]]:
    """The cells of a slice."""
    if isinstance(part, Pairs):
        whom = [] if part.whole else about(part, table.c.provider)
        return [among(table.c.reporter, part.reporters), *whom]
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


def narrowed(table: Table, filters: Filters, period: Period) -> list[ColumnElement[bool]]:
    asked = [(name, getattr(filters, name)) for name in _NATURE]
    return [
        table.c.month.between(period.first, period.last),
        *(table.c[name] == value for name, value in asked if value is not None),
    ]


def _one_or_each(
    column: ColumnElement[str], value: str | ColumnElement[str] | None, each: Select[tuple[str]]
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
