"""The overview of the trends: a chart for each theme, concerns first, the three tenets, and this year against the last."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY
from services.reporting.domain.performance import Performance
from services.reporting.domain.yearly import Years, years_of
from services.reporting.pages.by_theme import ByTheme, everything, theme_series
from services.reporting.pages.charting import Series
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import filter_form
from services.reporting.pages.lines import (
    Line,
    back,
    lines_of,
    performance_of,
    stages_listed,
)
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, view_of
from services.reporting.repository import series
from services.reporting.repository.series import ByMonth
from shared.contracts.reports import Tenet
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

FILTERS = (
    "tenet",
    "kind",
    "theme",
    "provider",
    "practice",
    "commissioner",
    "harm",
    "rating",
    "source",
    "service",
    "months",
)

router = APIRouter()


@dataclass(frozen=True)
class Overview(ByTheme):
    """The numbers of the overview."""

    tenets: list[Line]
    years: Years | None
    performance: Performance | None
    """None where reports are asked for by harm, rating, source or service: stages are not counted by these."""
    stages: Mapping[str, str | None]
    """Where the reports of each stage are listed."""

    @property
    def lines(self) -> list[Line]:
        return [self.everything, *self.tenets, *self.themes]


@router.get("/trends", response_class=HTMLResponse)
async def trends(request: Request, actor: CurrentActor, connection: Reading) -> HTMLResponse:
    """One chart for each theme with a plain sentence, as far as the reader may see."""
    view = await view_of(request, actor, connection, FILTERS)
    return render(
        request,
        "reporting/trends.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        form=filter_form(view, "/trends"),
        shown=await overview(connection, view),
    )


@as_files(router, "/trends/themes")
async def themes(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """Every chart of the overview, point by point."""
    view = await file_view_of(request, actor, connection, FILTERS)
    shown = await overview(connection, view)
    heading = ("Series", "Period", "Measure", "Value", "Mean", "Lower limit", "Upper limit")
    rows: list[Row] = [(*heading, "What it says")]
    for line in shown.lines:
        for name, *values in line.chart.table[1:]:
            rows.append((line.chart.title, name, line.chart.measure, *values))
    return TableFile("reports-by-theme", rows)


@as_files(router, "/trends/years")
async def years(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """This year against the last."""
    view = await file_view_of(request, actor, connection, FILTERS)
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
    by_tenet = await series.each(connection, question, "tenet", theme=filters.theme or EVERY)
    wanted = [
        (everything(filters, by_tenet), f"/trends{filters.query}"),
        *_by_tenet(view, by_tenet),
        *await theme_series(connection, view, question),
    ]
    years_ = years_of(view.whole, view.comparable)
    lines = await lines_of(connection, view, wanted, years_)
    tenets = [line for line in lines if line.chart.key.startswith("tenet-")]
    return Overview(
        everything=lines[0],
        tenets=tenets,
        themes=sorted(lines[1 + len(tenets) :], key=lambda line: line.chart.order),
        years=years_,
        performance=await performance_of(connection, view),
        stages=stages_listed(view),
    )


def _by_tenet(view: View, counts: Mapping[str, ByMonth]) -> list[tuple[Series, str]]:
    return [
        (
            Series(f"tenet-{tenet}", tenet.capitalize(), filters, counts.get(tenet, {})),
            f"/trends{filters.query}",
        )
        for tenet in Tenet
        for filters in [replace(view.filters, tenet=tenet)]
        if view.filters.tenet in (None, tenet)
    ]
