"""What charts are made of: counts by month, by whatever filters and theme, and the days of reports that are too few for months."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, Date, Select, String, any_, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, UNTHEMED, Facet, Measure, MonthOf
from services.reporting.domain.months import plus
from services.reporting.domain.questions import Pairs, Question, Slice
from services.reporting.domain.stages import kept_for, number_at
from services.reporting.repository import cells
from services.reporting.repository.cells import Labels
from services.reporting.repository.conditions import among
from services.reporting.repository.records import Behind, asked_for, belonging, looked_up
from services.reporting.repository.succession import codes_of
from services.reporting.tables import listed_report
from shared.contracts.reports import Tenet

ByMonth = Mapping[tuple[date, str], int]
"""Reports by month and kind."""

_listed = listed_report.c


async def counts(
    connection: AsyncConnection,
    question: Question,
    *columns: str,
    theme: str | None = EVERY,
    sub_theme: str | None = EVERY,
) -> dict[Labels, int]:
    """Reports by these columns, of the harm, rating, source or service that the question asks for, if any. `theme` and `sub_theme`: the
    one, all together when `EVERY`, each when none; by the latter two of all themes together only."""
    if question.filters.facet is None:
        return await cells.reports(connection, question, *columns, theme=theme, sub_theme=sub_theme)
    facet, wanted = question.filters.facet
    if facet in UNTHEMED and theme != EVERY:
        return {}
    return await cells.facets(connection, question, facet, *columns, theme=theme, value=wanted)


async def each(
    connection: AsyncConnection,
    question: Question,
    column: str,
    *,
    theme: str | None = EVERY,
    sub_theme: str | None = EVERY,
) -> dict[str, ByMonth]:
    """The same for each value of a column, by month and kind."""
    facet, _ = question.filters.facet or (None, None)
    if facet in UNTHEMED and theme != EVERY:
        return {}
    found: dict[str, dict[tuple[date, str], int]] = {}
    told = await cells.monthly(
        connection, question, column, "kind", theme=theme, sub_theme=sub_theme
    )
    for labels, numbers in told.items():
        name, kind = cast("tuple[str, str]", labels)
        by_month = zip(*numbers, strict=True)
        found.setdefault(name, {}).update({(month, kind): number for month, number in by_month})
    return dict(found)


async def by_facet(
    connection: AsyncConnection, question: Question, facet: Facet, theme: str
) -> dict[tuple[str, date], int]:
    """Reports by harm, rating, source or service, and month: of a theme for the first two only."""
    found = await cells.facets(connection, question, facet, "value", "month", theme=theme)
    return cast("dict[tuple[str, date], int]", found)


async def days(
    connection: AsyncConnection, question: Question, since: Mapping[str, date], behind: Behind
) -> dict[str, list[date]]:
    """On which days the reports of these themes happened, one for each report, from the first day of the theme's month `since` to the
    end of the question's period. For series of few: every report is read. Of `behind`, its sub-theme and facet count."""
    asked = (
        func.unnest(
            literal(list(since), type_=ARRAY(String)),
            literal(list(since.values()), type_=ARRAY(Date)),
        )
        .table_valued("theme", "since")
        .render_derived()
    )
    end = plus(question.period.last, 1)
    found: dict[str, list[date]] = {theme: [] for theme in since}
    for part in question.slices:
        read = (
            select(_listed.happened_on)
            .where(
                _listed.theme == asked.c.theme,
                _listed.happened_on >= asked.c.since,
                _listed.happened_on < end,
                *_driven(part, question),
                *asked_for(question),
                *looked_up(question, behind),
            )
            .lateral()
        )
        # An array for each theme: a row for each day cost more than finding them.
        rows = await connection.execute(
            select(asked.c.theme, func.array_agg(read.c.happened_on))
            .select_from(asked.join(read, true()))
            .group_by(asked.c.theme)
        )
        for theme, happened_on in rows:
            found[theme] += happened_on
    return found


async def days_at(
    connection: AsyncConnection, question: Question, places: Collection[tuple[str, str]]
) -> dict[tuple[str, str], dict[Tenet, list[date]]]:
    """The same of themes at providers, over the question's period: by theme and provider, and tenet."""
    found: dict[tuple[str, str], dict[Tenet, list[date]]] = {at: {} for at in places}
    codes = await codes_of(connection, {provider for _, provider in places})
    place_of = {(theme, code): (theme, at) for theme, at in places for code in codes[at]}
    for part in question.slices:
        there = [at for at in place_of if part.providers is None or at[1] in part.providers]
        if there:
            for theme, code, tenet, happened_on in await connection.execute(
                _days_at(part, question, there)
            ):
                found[place_of[theme, code]].setdefault(Tenet(tenet), []).extend(happened_on)
    return found


def _days_at(
    part: Slice, question: Question, places: Collection[tuple[str, str]]
) -> Select[str, str, str, Sequence[date]]:
    """A practice's reports of a theme are read once, whomever they are about, and others by the index of their providers."""
    columns = (literal(list(each), type_=ARRAY(String)) for each in zip(*places, strict=True))
    place = func.unnest(*columns).table_valued("theme", "provider").render_derived()
    providers = func.array_agg(place.c.provider).label("providers")
    asked = select(place.c.theme, providers).group_by(place.c.theme).subquery()
    read = (
        select(_listed.happened_on, _listed.provider, _listed.tenet)
        .where(
            _listed.theme == asked.c.theme,
            _listed.provider == any_(asked.c.providers),
            _listed.happened_on >= question.period.first,
            _listed.happened_on < plus(question.period.last, 1),
            among(_listed.reporter, part.reporters) if isinstance(part, Pairs) else true(),
            *belonging(part, question),
            *asked_for(question),
        )
        .lateral()
    )
    by = (asked.c.theme, read.c.provider, read.c.tenet)
    days = select(*by, func.array_agg(read.c.happened_on))
    return days.select_from(asked.join(read, true())).group_by(*by)


def _driven(part: Slice, question: Question) -> list[ColumnElement[bool]]:
    """A slice's reports, by the index of its organisations where it has any."""
    own: list[ColumnElement[bool]] = []
    if isinstance(part, Pairs):
        own.append(among(_listed.reporter, part.reporters))
    elif part.providers is not None:
        own.append(among(_listed.provider, part.providers))
    return [*own, *belonging(part, question)]


async def number_behind(
    connection: AsyncConnection, question: Question, behind: Behind
) -> int | None:
    """How many reports a figure counts; none where that is not kept (by harm, rating, source or service and something else; themes by
    month of the report; of a day)."""
    if behind.on is not None:
        return None
    narrow = behind.measure is not Measure.REPORTS or behind.month_of is MonthOf.REPORT
    if behind.facet is not None:
        if narrow or behind.sub_theme != EVERY:
            return None
        return sum((await counts(connection, question, "month", theme=behind.theme)).values())
    if behind.month_of is MonthOf.REPORT and behind.theme != EVERY:
        return None
    found = await cells.numbers(
        connection,
        question,
        theme=behind.theme,
        sub_theme=behind.sub_theme,
        month_of=behind.month_of,
        measures=kept_for(behind.measure),
    )
    return number_at(behind.measure, found.get((), {}), sum(behind.running.values()))
