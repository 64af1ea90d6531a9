"""One theme: its chart as the reader wants it judged, its parts, this year against the last, and whether actions made a difference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import Charted
from services.reporting.domain.cubes import EVERY, GRADES, Facet
from services.reporting.domain.filters import Filters
from services.reporting.domain.judging import PLAIN, Judging
from services.reporting.domain.months import Period
from services.reporting.domain.numbers import Absent
from services.reporting.domain.performance import Performance
from services.reporting.domain.spc import Rebase
from services.reporting.domain.worked import Worked, begins_anew, worked
from services.reporting.domain.yearly import YearOnYear, Years, year_on_year, years_of
from services.reporting.pages.charting import Series, by_month_and_kind, charts, variants
from services.reporting.pages.choosing import named
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import filter_form
from services.reporting.pages.lines import (
    Line,
    back,
    lines_of,
    performance_of,
    stages_listed,
    years_listed,
)
from services.reporting.pages.parts import (
    Part,
    by_month,
    compared,
    compared_as,
    most_first,
    part_of,
)
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, refuse, view_of
from services.reporting.repository import series
from services.reporting.repository.actions import (
    CompletedAction,
    completed_action,
    completed_actions,
)
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

FILTERS = (
    "tenet",
    "kind",
    "sub_theme",
    "provider",
    "practice",
    "commissioner",
    "harm",
    "rating",
    "months",
)
MOST_ACTIONS = 10

router = APIRouter()


@dataclass(frozen=True)
class Tried:
    """A completed action of the theme's cases, and what came of it."""

    action: CompletedAction
    provider: str
    result: Worked
    page: str
    """The theme's chart, with limits that begin anew at its completion."""
    chosen: bool


@dataclass(frozen=True)
class ThemeShown:
    """The numbers of one theme's page."""

    chart: Charted
    listed: str | None
    sub_themes: list[Line]
    providers: list[Part]
    grades: list[tuple[str, list[Part]]]
    """Harm and rating, where these reports have any."""
    years: Years | None
    year: YearOnYear | None
    listed_now: str | None
    listed_before: str | None
    """The reports of the years that are compared."""
    actions: list[Tried]
    performance: Performance | None
    stages: Mapping[str, str | None]
    """Where the reports of each stage are listed."""


@router.get("/trends/themes/{theme}", response_class=HTMLResponse)
async def theme(
    request: Request, theme: str, actor: CurrentActor, connection: Reading
) -> HTMLResponse:
    """One theme, as far as the reader may see."""
    view = await view_of(request, actor, connection, FILTERS, judged=True, theme=theme)
    judging, chosen = await _judging(connection, view)
    shown = await shown_theme(connection, view, judging)
    here = f"/trends/themes/{theme}"
    return render(
        request,
        "reporting/theme.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        form=filter_form(view, here),
        title=view.choices.themes[theme],
        here=here,
        judging=judging,
        action=chosen,
        anew=chosen is not None and begins_anew(shown.chart, chosen.completed_on),
        shown=shown,
    )


@as_files(router, "/trends/themes/{theme}/chart")
async def theme_chart(
    request: Request, theme: str, actor: CurrentActor, connection: Reading
) -> TableFile:
    """The theme's chart, point by point, judged as on the page."""
    view = await file_view_of(request, actor, connection, FILTERS, judged=True, theme=theme)
    judging, _ = await _judging(connection, view)
    refuse(view.errors)
    wanted = await _series(connection, view)
    (chart,) = await charts(connection, view, [wanted], judging)
    return TableFile(f"reports-{theme}", chart.table)


@as_files(router, "/trends/themes/{theme}/parts")
async def theme_parts(
    request: Request, theme: str, actor: CurrentActor, connection: Reading
) -> TableFile:
    """The theme by sub-theme, provider, harm and rating."""
    view = await file_view_of(request, actor, connection, FILTERS, judged=True, theme=theme)
    await _judging(connection, view)
    refuse(view.errors)
    shown = await shown_theme(connection, view, PLAIN)
    rows: list[Row] = [("By", "Which", "Reports", *compared_as(shown.years))]
    parts = [
        *(("Sub-theme", each.chart.title, each.total, each.years) for each in shown.sub_themes),
        *(("Provider", each.title, each.number, each.years) for each in shown.providers),
        *(
            (by, each.title, each.number, each.years)
            for by, found in shown.grades
            for each in found
        ),
    ]
    rows += [(by, title, number, *compared(year)) for by, title, number, year in parts]
    return TableFile(f"reports-{theme}-parts", rows)


async def _judging(
    connection: AsyncConnection, view: View
) -> tuple[Judging, CompletedAction | None]:
    """How the chart is judged, with the chosen action looked up. What cannot be used is added to the view's errors."""
    judging = view.judging
    if judging.action is None:
        return judging, None
    found = await completed_action(connection, view.question, judging.action)
    if found is None or view.scope.redacted:
        view.errors["action"] = "There is no such completed action of this theme"
        return replace(judging, action=None), None
    return judging.beginning(_rebase(found)), found


def _rebase(action: CompletedAction) -> Rebase:
    return Rebase(action.completed_on, "action completed")


async def _series(connection: AsyncConnection, view: View) -> Series:
    filters = view.filters
    theme, sub_theme = filters.theme or EVERY, filters.sub_theme or EVERY
    question = view.over(back(view), view.question.period.last)
    counts = await by_month_and_kind(connection, question, theme=theme, sub_theme=sub_theme)
    title = view.choices.themes[theme]
    if filters.sub_theme is not None:
        title = f"{title}, {view.choices.sub_themes[sub_theme]}"
    return Series("theme", title, filters, counts)


async def shown_theme(connection: AsyncConnection, view: View, judging: Judging) -> ThemeShown:
    wanted = await _series(connection, view)
    (chart,) = await charts(connection, view, [wanted], judging)
    years = years_of(view.whole, view.comparable)
    now, before = years_listed(view, view.filters, years)
    return ThemeShown(
        chart=chart,
        listed=view.listed(view.filters, chart.months.first, chart.months.last),
        sub_themes=await _sub_themes(connection, view, years),
        providers=await _providers(connection, view, years),
        grades=await _grades(connection, view, years),
        years=years,
        year=None if years is None else year_on_year(chart.subject.counts, years, view.rule),
        listed_now=now,
        listed_before=before,
        actions=await _actions(connection, view, wanted),
        performance=await performance_of(connection, view),
        stages=stages_listed(view),
    )


async def _sub_themes(connection: AsyncConnection, view: View, years: Years | None) -> list[Line]:
    if view.filters.facet is not None or view.filters.sub_theme is not None:
        return []
    question = view.over(back(view), view.question.period.last)
    theme = view.filters.theme or EVERY
    counts = await series.each(connection, question, "sub_theme", theme=theme, sub_theme=None)
    wanted = [
        (
            Series(f"sub-theme-{slug}", view.choices.sub_themes[slug], filters, found),
            f"/trends/themes/{theme}{replace(filters, theme=None).query}",
        )
        for slug, found in counts.items()
        for filters in [replace(view.filters, sub_theme=slug)]
        if slug in view.choices.sub_themes
    ]
    lines = await lines_of(connection, view, wanted, years)
    told = [line for line in lines if line.total not in (0, Absent.HIDDEN)]
    return sorted(told, key=lambda line: line.chart.order)


async def _providers(connection: AsyncConnection, view: View, years: Years | None) -> list[Part]:
    theme, sub_theme = view.filters.theme or EVERY, view.filters.sub_theme or EVERY
    question = view.over(back(view), view.question.period.last)
    counts = await series.counts(
        connection, question, "provider", "month", theme=theme, sub_theme=sub_theme
    )
    by_provider = by_month(cast("dict[tuple[str, date], int]", counts))
    titles = await named(connection, by_provider)
    parts = [
        _part(view, titles[code], found, replace(view.filters, provider=code), years)
        for code, found in by_provider.items()
        if code in titles
    ]
    return most_first(parts)


async def _grades(
    connection: AsyncConnection, view: View, years: Years | None
) -> list[tuple[str, list[Part]]]:
    if view.filters.facet is not None or view.filters.sub_theme is not None:
        return []
    found = []
    question = view.over(back(view), view.question.period.last)
    for facet in GRADES:
        titles = view.choices.of(facet)
        counts = by_month(
            await series.by_facet(connection, question, facet, view.filters.theme or EVERY)
        )
        parts = [
            _part(view, titles[value], counts[value], _graded(view.filters, facet, value), years)
            for value in titles
            if value in counts
        ]
        told = [part for part in parts if part.number or not view.rule.exact]
        if any(isinstance(part.number, int) for part in told):
            found.append((facet.value.capitalize(), told))
    return found


def _graded(filters: Filters, facet: Facet, value: str) -> Filters:
    return replace(filters, harm=value) if facet is Facet.HARM else replace(filters, rating=value)


def _part(
    view: View, title: str, counts: Mapping[date, int], filters: Filters, years: Years | None
) -> Part:
    page = f"/trends/themes/{filters.theme}{replace(filters, theme=None).query}"
    return part_of(view, title, page, counts, filters, years)


async def _actions(connection: AsyncConnection, view: View, wanted: Series) -> list[Tried]:
    """The newest completed actions, each with the theme's chart before and after. An action is told with its provider and its report:
    to who may open that."""
    if view.scope.redacted:
        return []
    period = Period(view.window.begins, view.question.period.last)
    found = await completed_actions(
        connection, replace(view.question, period=period), limit=MOST_ACTIONS
    )
    providers = await named(connection, [each.provider for each in found])
    judgings = [PLAIN.beginning(_rebase(each)) for each in found]
    made = await variants(connection, view, wanted, judgings)
    here = f"/trends/themes/{view.filters.theme}"
    return [
        Tried(
            each,
            providers.get(each.provider, each.provider),
            worked(chart, each.completed_on),
            here + view.queried(action=str(each.action_id), rebase="", because=""),
            each.action_id == view.judging.action,
        )
        for each, chart in zip(found, made, strict=True)
    ]
