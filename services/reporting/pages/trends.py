"""The overview of the trends: a chart for each theme, concerns first, the three tenets, and this year against the last."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import Rank
from services.reporting.domain.cubes import EVERY, Facet
from services.reporting.domain.filters import Filters
from services.reporting.domain.months import long_name
from services.reporting.domain.numbers import Absent, Number
from services.reporting.domain.performance import Performance
from services.reporting.domain.trends import Heat, heat_of, others
from services.reporting.domain.yearly import Years, years_of
from services.reporting.pages.charting import Series
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import filter_form
from services.reporting.pages.lines import (
    Line,
    back,
    grouped_by,
    lines_of,
    performance_of,
    stages_listed,
)
from services.reporting.pages.views import View, file_view_of, named, view_of
from services.reporting.repository import series
from services.reporting.repository import trends as repository
from services.reporting.repository.cells import Labels
from shared.contracts.reports import Tenet
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.filters import plural
from shared.web.pages import render

FILTERS = ("tenet", "kind", "theme", "provider", "practice", "harm", "rating", "source", "months")

router = APIRouter()


@dataclass(frozen=True)
class Overview:
    """The numbers of the overview."""

    everything: Line
    tenets: list[Line]
    themes: list[Line]
    """Concerns first, then improvements and other changes, then the rest by name; those without a chart yet come last."""
    years: Years | None
    meeting: Heat
    """Where themes and providers meet, in the three tenets."""
    providers: Mapping[str, str]
    beside: list[tuple[str, Number, Number]]
    """For a practice: by month, its own reports and everybody else's, as far as they may be told."""
    performance: Performance | None
    """None where reports are asked for by harm, rating or source: stages are not counted by these."""
    stages: Mapping[str, str | None]
    """Where the reports of each stage are listed."""

    @property
    def lines(self) -> list[Line]:
        return [self.everything, *self.tenets, *self.themes]

    @property
    def empty(self) -> bool:
        return self.everything.total in (0, Absent.HIDDEN)

    @property
    def charted(self) -> list[Line]:
        return [line for line in self.themes if line.chart.rank is not Rank.NOT_YET]

    @property
    def thin(self) -> list[Line]:
        """Themes with reports, too few to chart."""
        return [
            line
            for line in self.themes
            if line.chart.rank is Rank.NOT_YET and line.total not in (0, Absent.HIDDEN)
        ]

    @property
    def summary(self) -> str:
        """`2 of 14 themes are a concern, 1 has improved.`"""
        ranks = [line.chart.rank for line in self.charted]
        if not ranks:
            return "No theme has enough data for a chart yet."
        words = {
            Rank.CONCERN: ("is a concern", "are a concern"),
            Rank.IMPROVEMENT: ("has improved", "have improved"),
            Rank.CHANGE: ("has changed", "have changed"),
        }
        said = [
            f"{number} {one if number == 1 else several}"
            for rank, (one, several) in words.items()
            if (number := ranks.count(rank))
        ]
        of = plural(len(ranks), "theme with a chart", "themes with a chart")
        return f"Of {of}, {', '.join(said) or 'none has changed by more than chance'}."


@router.get("/trends", response_class=HTMLResponse)
async def trends(request: Request, actor: CurrentActor, connection: Reading) -> HTMLResponse:
    """One chart for each theme with a plain sentence, as far as the reader may see."""
    view = await view_of(request, actor, connection)
    return render(
        request,
        "reporting/trends.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        form=filter_form(view, "/trends", *FILTERS),
        shown=await overview(connection, view),
    )


@as_files(router, "/trends/themes")
async def themes(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """Every chart of the overview, point by point."""
    view = await file_view_of(request, actor, connection)
    shown = await overview(connection, view)
    heading = ("Series", "Period", "Measure", "Value", "Mean", "Lower limit", "Upper limit")
    rows: list[Row] = [(*heading, "What it says")]
    for line in shown.lines:
        for name, *values in line.chart.table[1:]:
            rows.append((line.chart.title, name, line.chart.measure, *values))
    return TableFile("reports-by-theme", rows)


@as_files(router, "/trends/tenets")
async def tenets(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """Where theme and provider meet: the total and the three tenets."""
    view = await file_view_of(request, actor, connection)
    shown = await overview(connection, view)
    rows: list[Row] = [("Theme", "Provider", "Total", *(each.capitalize() for each in Tenet))]
    for row in shown.meeting.rows:
        for code, provider in shown.providers.items():
            cell = row.cells[code]
            rows.append((row.title, provider, cell.total, *cell.tenets))
    return TableFile("reports-by-theme-and-provider", rows)


@as_files(router, "/trends/years")
async def years(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """This year against the last."""
    view = await file_view_of(request, actor, connection)
    shown = await overview(connection, view)
    spans = () if shown.years is None else (shown.years.now.words, shown.years.before.words)
    rows: list[Row] = [("Series", *(spans or ("This year", "The year before")), "Difference")]
    rows += [
        (line.chart.title, line.years.now, line.years.before, line.years.words)
        for line in shown.lines
        if line.years is not None
    ]
    return TableFile("reports-year-on-year", rows)


async def overview(connection: AsyncConnection, view: View) -> Overview:
    filters = view.filters
    question = view.over(back(view), view.question.period.last)
    by_tenet = await series.counts(
        connection, question, "tenet", "month", "kind", theme=filters.theme or EVERY
    )
    by_source = filters.facet is not None and filters.facet[0] is Facet.SOURCE
    by_theme = (
        {}
        if by_source
        else await series.counts(
            connection, question, "theme", "month", "kind", theme=filters.theme
        )
    )
    wanted = [
        (_all(filters, by_tenet), f"/trends{filters.query}"),
        *_by_tenet(view, by_tenet),
        *_by_theme(view, by_theme),
    ]
    years_ = years_of(view.whole, view.first)
    lines = await lines_of(connection, view, wanted, years_)
    tenets = [line for line in lines if line.chart.key.startswith("tenet-")]
    meeting = await _meeting(connection, view)
    return Overview(
        everything=lines[0],
        tenets=tenets,
        themes=sorted(lines[1 + len(tenets) :], key=lambda line: line.chart.order),
        years=years_,
        meeting=meeting,
        providers=await named(connection, meeting.columns),
        beside=await _beside(connection, view),
        performance=await performance_of(connection, view),
        stages=stages_listed(view),
    )


def _by_tenet(view: View, counts: Mapping[Labels, int]) -> list[tuple[Series, str]]:
    grouped = grouped_by(counts)
    return [
        (
            Series(f"tenet-{tenet}", tenet.capitalize(), filters, grouped.get(tenet, {})),
            f"/trends{filters.query}",
        )
        for tenet in Tenet
        for filters in [replace(view.filters, tenet=tenet)]
        if view.filters.tenet in (None, tenet)
    ]


def _by_theme(view: View, counts: Mapping[Labels, int]) -> list[tuple[Series, str]]:
    return [
        (
            Series(
                f"theme-{slug}", view.choices.themes[slug], replace(view.filters, theme=slug), found
            ),
            f"/trends/themes/{slug}{view.filters.elsewhere_query}",
        )
        for slug, found in grouped_by(counts).items()
        if slug in view.choices.themes
    ]


def _all(filters: Filters, counts: Mapping[Labels, int]) -> Series:
    """All reports together, whose parts are the tenets."""
    by_kind: dict[tuple[date, str], int] = {}
    by_tenet: dict[date, list[int]] = {}
    for at, found in enumerate(grouped_by(counts).values()):
        for (month, kind), number in found.items():
            by_kind[month, kind] = by_kind.get((month, kind), 0) + number
            by_tenet.setdefault(month, [0] * len(Tenet))[at] += number
    return Series("all", "All reports", filters, by_kind, by_tenet)


async def _beside(connection: AsyncConnection, view: View) -> list[tuple[str, Number, Number]]:
    if view.wider is None or view.filters.facet is not None:
        return []
    question = view.question
    own = await repository.by_month_and_tenet(connection, question)
    everybody = await repository.by_month_and_tenet(connection, replace(question, scope=view.wider))
    months = question.period.months
    told = others(months, everybody, own, view.small_numbers)
    return [
        (long_name(month), sum(own.get((month, tenet), 0) for tenet in Tenet), number)
        for month, number in zip(months, told, strict=True)
    ]


async def _meeting(connection: AsyncConnection, view: View) -> Heat:
    counts = await series.counts(
        connection, view.question, "theme", "provider", "tenet", theme=view.filters.theme
    )
    return heat_of(cast("dict[tuple[str, str, str], int]", counts), view.choices.themes, view.rule)
