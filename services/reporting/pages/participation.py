"""Who takes part: the share of practices that report each month, and who has fallen silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted.shares import ChartedShare, SharesOf, charted_share
from services.reporting.domain.cubes import MonthOf
from services.reporting.domain.known import month_of
from services.reporting.domain.months import Period, long_name
from services.reporting.domain.numbers import Absent
from services.reporting.domain.participation import (
    Practice,
    Standing,
    as_one,
    by_standing,
    practices_of,
    shares,
)
from services.reporting.domain.spc import Direction, Share
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import filter_form
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, view_of
from services.reporting.repository import participation as repository
from shared.contracts.directory import OrganisationKind, OrganisationStatus
from shared.directory import repository as directory
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

HERE = "/trends/participation"
FILTERS = ("months",)
PAGE_SIZE = 50
"""Practices on a page."""

router = APIRouter()


@dataclass(frozen=True)
class Named:
    """A practice that the reader may know by its name."""

    practice: Practice
    name: str
    page: str | None

    @property
    def standing(self) -> Standing:
        return self.practice.standing


@dataclass(frozen=True)
class Shown:
    """The numbers of the page. `chart` is none where exact numbers are not the reader's; `months` are told to everybody."""

    practices: int
    joined: int
    chart: ChartedShare | None
    months: list[tuple[str, str]]
    """Newest first: the share, or why there is none."""
    latest: str
    known: Sequence[Named]
    """Those the reader may know, by their standing; who is silent longest first."""
    counts: Mapping[Standing, int]
    """How many there are of each standing, where that is the reader's to know."""


@router.get(HERE, response_class=HTMLResponse)
async def participation_page(
    request: Request, actor: CurrentActor, connection: Reading, page: PageNumber = 1
) -> HTMLResponse:
    """Of the area's practices that have joined, how many report in a month."""
    view = await view_of(request, actor, connection, FILTERS, also=("page",))
    shown = await _shown(connection, view)
    on_page = shown.known[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render(
        request,
        "reporting/participation.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        form=filter_form(view, HERE),
        shown=shown,
        standings=[
            (standing, list(each)) for standing, each in groupby(on_page, lambda one: one.standing)
        ],
        pages=Pages(HERE, view.address.pairs, page, len(shown.known), PAGE_SIZE),
    )


@as_files(router, HERE)
async def files(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """The share of practices by month."""
    view = await file_view_of(request, actor, connection, FILTERS)
    shown = await _shown(connection, view)
    if shown.chart is not None:
        return TableFile("participation", shown.chart.table)
    return TableFile(
        "participation", [("Month", "Share of practices that reported"), *shown.months]
    )


@as_files(router, f"{HERE}/practices")
async def practices(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """Each practice that the reader may know, and how it takes part."""
    view = await file_view_of(request, actor, connection, FILTERS)
    shown = await _shown(connection, view)
    heading = ("Practice", "Standing", "First report", "Latest report", "Months since")
    rows: list[Row] = [(*heading, "Reports a month")]
    rows += [
        (
            each.name,
            each.standing.value,
            _month(each.practice.attendance.first),
            _month(each.practice.attendance.last),
            each.practice.months_silent,
            None if each.practice.monthly is None else round(each.practice.monthly, 1),
        )
        for each in shown.known
    ]
    return TableFile("participation-by-practice", rows)


def _month(month: date | None) -> str | None:
    return None if month is None else long_name(month)


async def _shown(connection: AsyncConnection, view: View) -> Shown:
    period = view.question.period
    found, names = await _practices(connection, view, period)
    told = {share.on: share for share in shares(found, period)}
    there = [each for each in found if each.standing not in (Standing.CLOSED, Standing.NEVER)]
    # The scope of who sees totals only is the area, which does not make its practices the reader's.
    own = frozenset() if view.scope.redacted else view.scope.reporters or frozenset()
    exact = view.area_rule.exact
    grouped = by_standing(found)
    months = [(long_name(month), _told(told[month], view)) for month in reversed(period.months)]
    whole = [share for share in told.values() if share.on <= view.window.whole]
    return Shown(
        practices=sum(each.standing is not Standing.CLOSED for each in found),
        joined=len(there),
        chart=_chart(told, view) if exact else None,
        months=months,
        latest=_told(whole[-1], view) if whole else Absent.NO_DATA.value,
        known=[
            Named(each, names[each.code], f"/trends/practices/{each.code}")
            for listed in grouped.values()
            for each in listed
            if exact or each.code in own
        ],
        counts={standing: len(listed) for standing, listed in grouped.items()} if exact else {},
    )


def _told(share: Share, view: View) -> str:
    if not share.whole:
        return Absent.NO_DATA.value
    if view.area_rule.exact:
        return f"{100 * share.part / share.whole:.0f}% ({share.part:,} of {share.whole:,})"
    return view.area_rule.share(share.part, share.whole)


def _chart(told: Mapping[date, Share], view: View) -> ChartedShare:
    window = replace(view.window, rule=view.area_rule)
    of = SharesOf(
        "participation",
        "Practices that reported",
        told,
        Direction.INCREASE,
        "Practices that reported",
        "Practices that had joined",
        view.lists_of(view.filters, by=MonthOf.REPORT),
    )
    return charted_share(of, window)


async def _practices(
    connection: AsyncConnection, view: View, period: Period
) -> tuple[list[Practice], dict[str, str]]:
    """The area's practices, each with those that it succeeded, and their names."""
    if view.overseer is not None:
        area = [each for each in view.overseer.area if each.kind is OrganisationKind.PRACTICE]
    else:
        area = await directory.listed(connection, {OrganisationKind.PRACTICE}, closed=True)
    attendances = await repository.participation(connection, {each.code for each in area}, period)
    closed = {each.code for each in area if each.status is OrganisationStatus.CLOSED}
    successors = await directory.successors(connection, closed)
    together = as_one(attendances, successors)
    found = practices_of(together, closed, period, month_of(view.today))
    return found, await directory.names(connection, together.keys())
