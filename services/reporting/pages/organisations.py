"""One organisation: a provider with its services and its response clock, a practice with what became of its reports and its peers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted.shares import ChartedShare, SharesOf, charted_share
from services.reporting.domain.clock import ClockMonth, became, clock_months
from services.reporting.domain.comparison import Sort
from services.reporting.domain.cubes import EVERY, Facet, Measure, MonthOf
from services.reporting.domain.drawing import NARROW, WIDE, band_chart
from services.reporting.domain.drawing.parts import Chart
from services.reporting.domain.joining import regular_from
from services.reporting.domain.peers import Beside, beside, words
from services.reporting.domain.performance import Performance
from services.reporting.domain.spc import Direction
from services.reporting.domain.stages import ClockStage, Counted, Stage
from services.reporting.domain.yearly import Years, years_of
from services.reporting.pages.by_theme import ByTheme, themes_of
from services.reporting.pages.choosing import services_titled
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import FilterForm, filter_form
from services.reporting.pages.lines import back, performance_of, stages_listed
from services.reporting.pages.parts import (
    Part,
    by_month,
    compared,
    compared_as,
    most_first,
    part_of,
)
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, view_of
from services.reporting.repository import organisations as repository
from services.reporting.repository import series, trends
from services.reporting.repository.joining import months_in
from services.reporting.repository.records import Behind
from services.reporting.repository.running import running_by_month
from shared.contracts.directory import OrganisationKind
from shared.directory import repository as directory
from shared.platform.http import Reading
from shared.web.actors import Actor, CurrentActor
from shared.web.pages import render

PROVIDER = "/trends/providers/{provider}"
PRACTICE = "/trends/practices/{practice}"
_OF_CLOCK: tuple[Stage, ...] = (
    Measure.ASKED,
    Measure.IN_TIME,
    Measure.LATE,
    ClockStage.OVERDUE,
    ClockStage.RUNNING,
)
PROVIDER_FILTERS = ("tenet", "kind", "practice", "commissioner", "months")
PRACTICE_FILTERS = ("tenet", "kind", "provider", "months")

router = APIRouter()


@dataclass(frozen=True)
class Clock:
    """The response clock by month of the report. The chart is of the share in time."""

    chart: ChartedShare
    months: Sequence[ClockMonth]
    listed: Mapping[tuple[date, str], str | None]
    """By month and stage."""

    @property
    def started(self) -> bool:
        return any(each.asked for each in self.months)


@dataclass(frozen=True)
class Services:
    """A provider's reports by service, most first, and the years that are compared."""

    parts: list[Part]
    years: Years | None


@dataclass(frozen=True)
class Peers:
    """The practice beside its peers: the drawing in two widths, and the same as a table."""

    wide: Chart
    narrow: Chart
    words: str
    months: Sequence[Beside]
    enough: bool


@router.get(PROVIDER, response_class=HTMLResponse)
async def provider_page(
    request: Request, provider: str, actor: CurrentActor, connection: Reading
) -> HTMLResponse:
    """The themes and services of a provider, and how it keeps its response clock."""
    view = await view_of(request, actor, connection, PROVIDER_FILTERS, provider=provider)
    here = PROVIDER.format(provider=provider)
    return render(
        request,
        "reporting/provider.html",
        status_code=422 if view.errors else 200,
        **await common(connection, view, here),
        title=view.choices.providers[provider],
        code=provider,
        services=await _services(connection, view, provider),
        clock=await _clock(connection, view),
    )


@as_files(router, f"{PROVIDER}/clock")
async def provider_clock(
    request: Request, provider: str, actor: CurrentActor, connection: Reading
) -> TableFile:
    """The response clock by month of the report."""
    view = await file_view_of(request, actor, connection, PROVIDER_FILTERS, provider=provider)
    clock = await _clock(connection, view)
    rows: list[Row] = [("Month of report", "In time", "Late", "Overdue", "Running", "Asked")]
    rows += [
        (each.name, each.in_time, each.late, each.overdue, each.running, each.asked)
        for each in clock.months
    ]
    return TableFile(f"clock-{provider.lower()}", rows)


@as_files(router, f"{PROVIDER}/services")
async def provider_services(
    request: Request, provider: str, actor: CurrentActor, connection: Reading
) -> TableFile:
    """The provider's reports by service."""
    view = await file_view_of(request, actor, connection, PROVIDER_FILTERS, provider=provider)
    services = await _services(connection, view, provider)
    rows: list[Row] = [("Service", "Reports", *compared_as(services.years))]
    rows += [(each.title, each.number, *compared(each.years)) for each in services.parts]
    return TableFile(f"services-{provider.lower()}", rows)


@router.get(PRACTICE, response_class=HTMLResponse)
async def practice_page(
    request: Request, practice: str, actor: CurrentActor, connection: Reading
) -> HTMLResponse:
    """What a practice reported, what became of it, and its peers as a band."""
    view = await view_of(request, actor, connection, PRACTICE_FILTERS, practice=practice)
    here = PRACTICE.format(practice=practice)
    return render(
        request,
        "reporting/practice.html",
        status_code=422 if view.errors else 200,
        **await common(connection, view, here),
        title=view.choices.practices[practice],
        code=practice,
        peers=await _peers(connection, view, actor, practice),
    )


@as_files(router, f"{PRACTICE}/peers")
async def practice_peers(
    request: Request, practice: str, actor: CurrentActor, connection: Reading
) -> TableFile:
    """A practice beside its peers by month."""
    view = await file_view_of(request, actor, connection, PRACTICE_FILTERS, practice=practice)
    found = await _peers(connection, view, actor, practice)
    rows: list[Row] = [("Month", "Reports", "The middle half of its peers", "Compared")]
    if found is not None:
        rows += [(each.name, each.own, each.band, each.says) for each in found.months]
    return TableFile(f"peers-{practice.lower()}", rows)


def page_of(sort: Sort, code: str) -> str:
    """Where there is more about an organisation."""
    if sort is Sort.PROVIDERS:
        return PROVIDER.format(provider=code)
    return PRACTICE.format(practice=code)


async def common(connection: AsyncConnection, view: View, here: str) -> dict[str, Any]:
    """What the pages of all three have: themes, the figures of the response clock, and what became of the reports."""
    form: FilterForm = filter_form(view, here)
    shown: ByTheme = await themes_of(connection, view)
    stages: Counted = await trends.stages(connection, view.question)
    figures: Performance | None = await performance_of(connection, view)
    listed = stages_listed(view)
    return {
        "view": view,
        "errors": view.errors,
        "form": form,
        "here": here,
        "shown": shown,
        "performance": figures,
        "stages": listed,
        "became": became(stages, view.rule, listed),
    }


async def _services(connection: AsyncConnection, view: View, provider: str) -> Services:
    years = years_of(view.whole, view.comparable)
    question = view.over(back(view), view.question.period.last)
    counts = by_month(await series.by_facet(connection, question, Facet.SERVICE, EVERY))
    titles = await services_titled(connection, question.about or {provider}, counts)
    parts = [
        part_of(view, title, f"/trends{filters.query}", counts[slug], filters, years)
        for slug, title in titles.items()
        for filters in [replace(view.filters, service=slug)]
    ]
    return Services(most_first(parts), years)


async def _clock(connection: AsyncConnection, view: View) -> Clock:
    """Whoever may look at a provider's page may see exact numbers: it shows their own reports only."""
    question = view.question
    stages = await trends.stages_by_month(connection, question, MonthOf.REPORT)
    behind = Behind(month_of=MonthOf.REPORT)
    running = await running_by_month(connection, question, behind, view.now)
    months = clock_months(question.period, stages, running)
    of = SharesOf(
        "clock",
        "Acknowledged in time",
        {each.month: each.in_time_share for each in months},
        Direction.INCREASE,
        "In time",
        "Acknowledged or overdue",
        lambda first, last: view.listed(
            view.filters, first, last, stage=Measure.IN_TIME, by=MonthOf.REPORT
        ),
    )
    listed = {
        (each.month, stage.value): view.listed(
            view.filters, each.month, each.month, stage=stage, by=MonthOf.REPORT
        )
        for each in months
        for stage in _OF_CLOCK
    }
    return Clock(charted_share(of, view.window), months, listed)


async def _peers(connection: AsyncConnection, view: View, actor: Actor, code: str) -> Peers | None:
    """Only for the practice itself and for its area's quality leads: to others not all of its reports are known."""
    if view.overseer is None or (code not in actor.codes and view.scope.area is None):
        return None
    area = [each for each in view.overseer.area if each.kind is OrganisationKind.PRACTICE]
    own = actor.codes if code in actor.codes else await directory.stands_for(connection, [code])
    others = {each.code for each in area} - own
    mine = replace(
        view.question,
        scope=replace(view.scope, reporters=own, providers=frozenset(), area=None),
        filters=replace(view.filters, practice=None),
    )
    counts = await trends.by_month_and_tenet(connection, mine)
    by_month: dict[date, int] = {}
    for (month, _), number in counts.items():
        by_month[month] = by_month.get(month, 0) + number
    reported = (await months_in(connection, mine.scope, None))[MonthOf.REPORT]
    bands = await repository.peers(connection, mine, others) if others else {}
    months = [month for month in view.question.period.months if month <= view.window.whole]
    address = _lists_of(view, code, own)
    told = beside(months, by_month, regular_from(reported), bands, view.small_numbers, address)
    title = "Reports each month beside those of other practices of the area"
    return Peers(
        band_chart("peers-wide", title, told, WIDE),
        band_chart("peers-narrow", title, told, NARROW),
        words(told),
        told[::-1],
        any(each.upper is not None for each in told),
    )


def _lists_of(view: View, code: str, own: frozenset[str]) -> Callable[[date, date], str | None]:
    """Where the practice's reports are listed. With those of whom it succeeded, they are a list for who sees nothing else only."""
    if own == {code}:
        return view.lists_of(view.filters)
    if view.scope.reporters == own and not view.scope.providers:
        return view.lists_of(replace(view.filters, practice=None))
    return lambda _first, _last: None
