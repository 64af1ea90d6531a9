"""A series on a page: its chart, where it leads, and this year against the last. And the figures of the response clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import Charted
from services.reporting.domain.cubes import Measure
from services.reporting.domain.filters import Filters
from services.reporting.domain.months import long_name, plus
from services.reporting.domain.numbers import AtLeast, Few, Number
from services.reporting.domain.performance import Performance
from services.reporting.domain.spc import Step
from services.reporting.domain.stages import ClockStage
from services.reporting.domain.yearly import YEAR, YearOnYear, Years, year_on_year
from services.reporting.pages.charting import Series, charts
from services.reporting.pages.view import View
from services.reporting.repository import trends as repository
from services.reporting.repository.running import running
from shared.web.filters import plural


@dataclass(frozen=True)
class Line:
    """A theme, a tenet, a part of a theme: its chart, and this year against the last."""

    chart: Charted
    page: str
    """Where there is more about it."""
    listed: str | None
    """The reports of the period, where the reader may see them; so the next two, of the years that are compared."""
    listed_now: str | None
    listed_before: str | None
    years: YearOnYear | None
    """None where there is no year before."""

    @property
    def total(self) -> Number:
        """Of the period, or as far back as its chart goes."""
        return self.chart.total

    @property
    def total_told(self) -> str:
        total = self.total
        if isinstance(total, int):
            return f"{plural(total, 'report')}{_beside(self.chart)}"
        return (
            f"{total} reports".capitalize() if isinstance(total, AtLeast | Few) else "Few reports"
        )


def _beside(chart: Charted) -> str:
    """How many reports of the total are of months that the chart has no point of: its average times its months is not the total."""
    if chart.chart is None or chart.step is Step.DAY:
        return ""
    counts, known = chart.subject.counts, chart.chart.known
    ends = plus(known[-1].on, chart.step.months - 1)
    months = chart.months.months
    after = sum(counts.get(month, 0) for month in months if month > ends)
    others = sum(counts.get(month, 0) for month in months) - after
    others -= round(sum(point.value or 0 for point in known))
    told = [
        *([f"{after:,} of them after {long_name(ends)}"] if after else []),
        *(
            [f"{others:,} in {'other ' if after else ''}months that are not charted"]
            if others
            else []
        ),
    ]
    return f", {' and '.join(told)}" if told else ""


async def lines_of(
    connection: AsyncConnection,
    view: View,
    wanted: Sequence[tuple[Series, str]],
    years: Years | None,
) -> list[Line]:
    """Each series, and the page where there is more about it, as a line. Counts must begin with `back`."""
    made = await charts(connection, view, [each for each, _ in wanted])
    return [
        _line(view, each, page, chart, years)
        for (each, page), chart in zip(wanted, made, strict=True)
    ]


def _line(view: View, wanted: Series, page: str, chart: Charted, years: Years | None) -> Line:
    first, last = chart.months.first, chart.months.last
    listed_now, listed_before = years_listed(view, wanted.filters, years)
    compared = None if years is None else year_on_year(chart.subject.counts, years, view.rule)
    return Line(
        chart,
        page,
        view.listed(wanted.filters, first, last),
        listed_now,
        listed_before,
        compared,
    )


def years_listed(
    view: View, filters: Filters, years: Years | None
) -> tuple[str | None, str | None]:
    """Where the reports of this year, and of the year before, are listed."""
    if years is None:
        return None, None
    now, before = (
        view.listed(filters, each.first, each.last) for each in (years.now, years.before)
    )
    return now, before


def back(view: View) -> date:
    """The first month whose counts charts and the comparison with the year before may need."""
    return min(view.window.begins, plus(view.question.period.first, -YEAR))


async def performance_of(connection: AsyncConnection, view: View) -> Performance | None:
    """How the response clock was kept, and how often the loop was closed. None where it is not counted: by harm, rating, source,
    service."""
    if view.filters.facet is not None or view.filters.sub_theme is not None:
        return None
    return Performance.of(
        await repository.stages(connection, view.question),
        await running(connection, view.question, view.now),
        view.rule,
    )


def stages_listed(view: View) -> dict[str, str | None]:
    """By stage, where the reports of the period that reached it are listed."""
    period = view.question.period
    return {
        stage.value: view.listed(view.filters, period.first, period.last, stage=stage.value)
        for stage in (*Measure, *ClockStage)
        if stage is not Measure.REPORTS
    }
