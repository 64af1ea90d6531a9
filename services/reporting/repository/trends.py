"""What every trend page asks: the kept counts by month, theme and provider, and what there is to choose from. Every statement is
scoped."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, Facet, Measure, MonthOf
from services.reporting.domain.filters import Filters
from services.reporting.domain.months import ALL_TIME
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Scope
from services.reporting.repository import cells
from services.reporting.tables import theme_title


async def now(connection: AsyncConnection) -> datetime:
    """The database's clock."""
    return (await connection.execute(select(func.now()))).scalar_one()


async def by_month_and_tenet(
    connection: AsyncConnection, question: Question
) -> dict[tuple[date, str], int]:
    theme = question.filters.theme or EVERY
    found = await cells.reports(connection, question, "month", "tenet", theme=theme)
    return cast("dict[tuple[date, str], int]", found)


async def by_theme_and_provider(
    connection: AsyncConnection, question: Question
) -> dict[tuple[str, str, str], int]:
    """By theme, provider and tenet."""
    theme = question.filters.theme
    found = await cells.reports(connection, question, "theme", "provider", "tenet", theme=theme)
    return cast("dict[tuple[str, str, str], int]", found)


async def stages_by_month(
    connection: AsyncConnection, question: Question, month_of: MonthOf = MonthOf.EVENT
) -> dict[date, cells.Counted]:
    """Reports and stages of each month: how the response clock was kept, what share has an action or an outcome. By month of the
    report of all themes together only."""
    theme = EVERY if month_of is MonthOf.REPORT else question.filters.theme or EVERY
    found = await cells.numbers(connection, question, "month", theme=theme, month_of=month_of)
    return {cast("date", month): counted for (month,), counted in found.items()}


async def stages(connection: AsyncConnection, question: Question) -> dict[Measure, int]:
    """How many reports reached each stage."""
    theme, sub_theme = question.filters.theme or EVERY, question.filters.sub_theme or EVERY
    found = await cells.numbers(connection, question, theme=theme, sub_theme=sub_theme)
    return found.get((), {})


async def titles_in(connection: AsyncConnection, scope: Scope, at_least: int) -> dict[str, str]:
    """What the themes are called that so many reports in scope have. Of others it is not said that anybody has them."""
    theirs = await cells.themes_with(connection, scope, at_least)
    table = theme_title.c
    rows = await connection.execute(
        select(table.theme, table.title)
        .where(table.sub_theme == EVERY, table.theme.in_(theirs))
        .order_by(table.title)
    )
    return dict(rows.all())


async def services_in(
    connection: AsyncConnection, scope: Scope, providers: frozenset[str]
) -> set[str]:
    """The services that reports in scope about these providers name, of whatever month."""
    question = Question(scope, Filters(), ALL_TIME, providers)
    found = await cells.facets(connection, question, Facet.SERVICE, "value")
    return {str(slug) for (slug,) in found}


async def sub_titles(connection: AsyncConnection, theme: str) -> dict[str, str]:
    """What the theme's sub-themes are called."""
    table = theme_title.c
    rows = await connection.execute(
        select(table.sub_theme, table.title).where(table.theme == theme, table.sub_theme != EVERY)
    )
    return dict(rows.all())
