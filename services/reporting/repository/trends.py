"""What the trend pages ask: the kept counts, and the list of reports behind a figure. Every statement is scoped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Join, and_, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.counts import EVERY, Measure
from services.reporting.domain.filters import Filters
from services.reporting.domain.months import Period, plus
from services.reporting.domain.scope import Scope
from services.reporting.tables import case_fact, report_fact, theme_title, trend_count, verdict_fact
from shared.contracts.cases import CaseState

_counts = trend_count.c
_number = func.sum(_counts.number)
_tenet = func.coalesce(verdict_fact.c.tenet, report_fact.c.tenet)


@dataclass(frozen=True)
class Question:
    """Whose reports, of which kind, of which months."""

    scope: Scope
    filters: Filters
    period: Period


@dataclass(frozen=True)
class ListedReport:
    """A report behind a figure: no words of it."""

    report_id: UUID
    reference: str
    happened_on: date
    kind: str
    tenet: str
    provider: str
    reporter: str
    state: str | None
    """How far its case is; none until it is opened."""


def _scoped(
    scope: Scope, reporter: ColumnElement[str], provider: ColumnElement[str]
) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return or_(
        reporter.in_(scope.reporters or frozenset()), provider.in_(scope.providers or frozenset())
    )


def _asked(question: Question, theme: str | None, sub_theme: str | None) -> ColumnElement[bool]:
    """Cells of a theme (every theme when none) and sub-theme (likewise), in scope and as filtered."""
    filters, period = question.filters, question.period
    conditions = [
        _counts.month.between(period.first, period.last),
        _scoped(question.scope, _counts.reporter, _counts.provider),
        _counts.theme == theme if theme is not None else _counts.theme != EVERY,
        _counts.sub_theme == sub_theme if sub_theme is not None else _counts.sub_theme != EVERY,
    ]
    for column, value in (
        (_counts.tenet, filters.tenet),
        (_counts.kind, filters.kind),
        (_counts.provider, filters.provider),
        (_counts.reporter, filters.practice),
    ):
        if value is not None:
            conditions.append(column == value)
    return and_(*conditions)


async def now(connection: AsyncConnection) -> datetime:
    """The database's clock."""
    return (await connection.execute(select(func.now()))).scalar_one()


async def first_and_newest(
    connection: AsyncConnection, scope: Scope, at_least: int
) -> tuple[date | None, date | None]:
    """The first and the last month that hold so many reports in scope, whatever the filters."""
    months = (
        select(_counts.month)
        .where(
            _counts.measure == Measure.REPORTS,
            _counts.sub_theme == EVERY,
            _counts.theme == EVERY,
            _scoped(scope, _counts.reporter, _counts.provider),
        )
        .group_by(_counts.month)
        .having(_number >= at_least)
        .subquery()
    )
    row = await connection.execute(select(func.min(months.c.month), func.max(months.c.month)))
    first, newest = row.one()
    return first, newest


async def by_month_and_tenet(
    connection: AsyncConnection, question: Question
) -> dict[tuple[date, str], int]:
    rows = await connection.execute(
        select(_counts.month, _counts.tenet, _number)
        .where(
            _counts.measure == Measure.REPORTS,
            _asked(question, question.filters.theme or EVERY, EVERY),
        )
        .group_by(_counts.month, _counts.tenet)
    )
    return {(month, tenet): int(number) for month, tenet, number in rows}


async def by_theme_and_month(
    connection: AsyncConnection, question: Question
) -> dict[tuple[str, date], int]:
    rows = await connection.execute(
        select(_counts.theme, _counts.month, _number)
        .where(_counts.measure == Measure.REPORTS, _asked(question, question.filters.theme, EVERY))
        .group_by(_counts.theme, _counts.month)
    )
    return {(theme, month): int(number) for theme, month, number in rows}


async def by_theme_and_provider(
    connection: AsyncConnection, question: Question
) -> dict[tuple[str, str, str], int]:
    """By theme, provider and tenet."""
    rows = await connection.execute(
        select(_counts.theme, _counts.provider, _counts.tenet, _number)
        .where(_counts.measure == Measure.REPORTS, _asked(question, question.filters.theme, EVERY))
        .group_by(_counts.theme, _counts.provider, _counts.tenet)
    )
    return {(theme, provider, tenet): int(number) for theme, provider, tenet, number in rows}


async def by_sub_theme(
    connection: AsyncConnection, question: Question, theme: str
) -> dict[tuple[str, str], int]:
    """Of one theme, by sub-theme and tenet."""
    rows = await connection.execute(
        select(_counts.sub_theme, _counts.tenet, _number)
        .where(_counts.measure == Measure.REPORTS, _asked(question, theme, None))
        .group_by(_counts.sub_theme, _counts.tenet)
    )
    return {(sub_theme, tenet): int(number) for sub_theme, tenet, number in rows}


async def stages(connection: AsyncConnection, question: Question) -> dict[str, int]:
    """How many reports reached each stage, by measure."""
    rows = await connection.execute(
        select(_counts.measure, _number)
        .where(_asked(question, question.filters.theme or EVERY, EVERY))
        .group_by(_counts.measure)
    )
    return {measure: int(number) for measure, number in rows}


async def overdue(connection: AsyncConnection, question: Question, now: datetime) -> int:
    """Open cases of these reports whose clock has run out. Not a kept count: it grows with the clock alone."""
    statement = (
        select(func.count())
        .select_from(_joined())
        .where(case_fact.c.state == CaseState.OPEN, case_fact.c.due_at < now, _behind(question))
    )
    return int((await connection.execute(statement)).scalar_one())


async def titles_in(connection: AsyncConnection, scope: Scope, at_least: int) -> dict[str, str]:
    """What the themes are called that so many reports in scope have. Of others it is not said that anybody has them."""
    theirs = (
        select(_counts.theme)
        .where(
            _counts.measure == Measure.REPORTS,
            _counts.sub_theme == EVERY,
            _counts.theme != EVERY,
            _scoped(scope, _counts.reporter, _counts.provider),
        )
        .group_by(_counts.theme)
        .having(_number >= at_least)
    )
    table = theme_title.c
    rows = await connection.execute(
        select(table.theme, table.title)
        .where(table.sub_theme == EVERY, table.theme.in_(theirs))
        .order_by(table.title)
    )
    return dict(rows.all())


async def sub_titles(connection: AsyncConnection, theme: str) -> dict[str, str]:
    """What the theme's sub-themes are called."""
    table = theme_title.c
    rows = await connection.execute(
        select(table.sub_theme, table.title).where(table.theme == theme, table.sub_theme != EVERY)
    )
    return dict(rows.all())


def _joined() -> Join:
    return report_fact.outerjoin(
        verdict_fact, verdict_fact.c.report_id == report_fact.c.report_id
    ).outerjoin(case_fact, case_fact.c.report_id == report_fact.c.report_id)


def _behind(question: Question) -> ColumnElement[bool]:
    """The reports that the figures of this question count."""
    filters, period = question.filters, question.period
    report = report_fact.c
    conditions = [
        report.happened_on >= period.first,
        report.happened_on < plus(period.last, 1),
        _scoped(question.scope, report.reporter, report.provider),
    ]
    if filters.theme is not None:
        conditions.append(verdict_fact.c.themes.contains([{"theme": filters.theme}]))
    for column, value in (
        (_tenet, filters.tenet),
        (report.kind, filters.kind),
        (report.provider, filters.provider),
        (report.reporter, filters.practice),
    ):
        if value is not None:
            conditions.append(column == value)
    return and_(*conditions)


def _comes_after(last: ListedReport) -> ColumnElement[bool]:
    report = report_fact.c
    return tuple_(report.happened_on, report.report_id) < (last.happened_on, last.report_id)


async def reports_behind(
    connection: AsyncConnection,
    question: Question,
    *,
    limit: int,
    offset: int = 0,
    after: ListedReport | None = None,
) -> Sequence[ListedReport]:
    """Newest first; those that come after the one given, where one is."""
    report = report_fact.c
    rows = await connection.execute(
        select(
            report.report_id,
            report.reference,
            report.happened_on,
            report.kind,
            _tenet.label("tenet"),
            report.provider,
            report.reporter,
            case_fact.c.state,
        )
        .select_from(_joined())
        .where(_behind(question), true() if after is None else _comes_after(after))
        .order_by(report.happened_on.desc(), report.report_id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [ListedReport(**row) for row in rows.mappings()]
