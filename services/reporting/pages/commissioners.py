"""A commissioner with its area: themes, providers and practices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.clock import STAGES, Became, became
from services.reporting.domain.comparison import Sort
from services.reporting.domain.cubes import Measure
from services.reporting.domain.numbers import Number
from services.reporting.domain.stages import ClockStage, Counted, number_at
from services.reporting.pages.choosing import named
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.organisations import common, page_of
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, view_of
from services.reporting.repository import organisations as repository
from services.reporting.repository.running import running_by
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web.actors import Actor, CurrentActor
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

COMMISSIONER = "/trends/commissioners/{commissioner}"
COMMISSIONER_FILTERS = ("tenet", "kind", "months")
PAGE_SIZE = 50
"""Practices on a page."""

router = APIRouter()


@dataclass(frozen=True)
class Organisation:
    """A provider or a practice of a commissioner's area: how many reports, and what became of them."""

    code: str
    name: str
    page: str
    reports: Number
    listed: str | None
    in_time: str
    listed_in_time: str | None
    became: Sequence[Became]


@router.get(COMMISSIONER, response_class=HTMLResponse)
async def commissioner_page(
    request: Request,
    commissioner: str,
    actor: CurrentActor,
    connection: Reading,
    page: PageNumber = 1,
) -> HTMLResponse:
    """The themes, providers and practices of an area, or of the practices of a commissioner that another has succeeded."""
    view = await _commissioners(request, actor, connection, commissioner)
    here = COMMISSIONER.format(commissioner=commissioner)
    name = (await directory.names(connection, [commissioner]))[commissioner]
    practices = await _practices(connection, view)
    on_page = practices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render(
        request,
        "reporting/commissioner.html",
        status_code=422 if view.errors else 200,
        **await common(connection, view, here),
        title=name,
        code=commissioner,
        providers=await providers_of(connection, view),
        practices=await practices_of(connection, view, on_page),
        pages=Pages(here, view.address.pairs, page, len(practices), PAGE_SIZE),
    )


@as_files(router, f"{COMMISSIONER}/organisations")
async def commissioner_organisations(
    request: Request, commissioner: str, actor: CurrentActor, connection: Reading
) -> TableFile:
    """The area's providers and practices, and what became of their reports."""
    view = await _commissioners(request, actor, connection, commissioner, file=True)
    heading = ("Sort", "Organisation", "Reports", "Acknowledged in time")
    rows: list[Row] = [(*heading, "With an action", "With an outcome", "Loop closed")]
    for sort, found in (
        ("Provider", await providers_of(connection, view)),
        ("Practice", await practices_of(connection, view, await _practices(connection, view))),
    ):
        rows += [
            (sort, each.name, each.reports, each.in_time, *(one.share for one in each.became))
            for each in found
        ]
    return TableFile(f"area-{commissioner.lower()}", rows)


async def _commissioners(
    request: Request, actor: Actor, connection: AsyncConnection, code: str, *, file: bool = False
) -> View:
    """The view of the reader's own area; for a quality lead also of those in the records of the area's practices. Others are not
    found."""
    read = file_view_of if file else view_of
    view = await read(request, actor, connection, COMMISSIONER_FILTERS, also=("page",))
    if view.overseer is not None and code == view.overseer.code:
        if view.scope.area == code:
            return view
        raise NotFound(_NOBODY)
    if code in view.choices.commissioners:
        return await read(
            request, actor, connection, COMMISSIONER_FILTERS, also=("page",), commissioner=code
        )
    raise NotFound(_NOBODY)


_NOBODY = "There is no such commissioner whose area you may look at."


async def providers_of(connection: AsyncConnection, view: View) -> list[Organisation]:
    """By name."""
    found = await repository.providers(connection, view.question)
    return await _organisations(connection, view, found, Sort.PROVIDERS)


async def _practices(connection: AsyncConnection, view: View) -> list[str]:
    """Whoever reported, by name. None where the reader may not see practices one by one."""
    of = view.scope.reporters or frozenset()
    if view.scope.redacted or not of:
        return []
    found = await repository.practices(connection, view.question, of)
    return list(await named(connection, found))


async def practices_of(
    connection: AsyncConnection, view: View, of: Collection[str]
) -> list[Organisation]:
    """By name."""
    found = await repository.practice_stages(connection, view.question, of)
    return await _organisations(connection, view, found, Sort.PRACTICES)


async def _organisations(
    connection: AsyncConnection, view: View, found: Mapping[str, Counted], sort: Sort
) -> list[Organisation]:
    period = view.question.period
    column: Literal["provider", "reporter"] = "provider" if sort is Sort.PROVIDERS else "reporter"
    running = await running_by(connection, view.question, column, view.now)
    told = []
    for code, name in (await named(connection, found)).items():
        stages = found[code]
        filters = (
            replace(view.filters, provider=code)
            if sort is Sort.PROVIDERS
            else replace(view.filters, practice=code)
        )
        listed = {
            stage.value: view.listed(filters, period.first, period.last, stage=stage)
            for stage in (*STAGES, Measure.IN_TIME)
        }
        in_time = stages.get(Measure.IN_TIME, 0)
        settled = number_at(ClockStage.SETTLED, stages, running.get(code, 0))
        told.append(
            Organisation(
                code,
                name,
                page_of(sort, code),
                view.rule.shown(stages.get(Measure.REPORTS, 0)),
                view.listed(filters, period.first, period.last),
                view.rule.share(in_time, settled),
                listed[Measure.IN_TIME] if in_time else None,
                became(stages, view.rule, listed),
            )
        )
    return told
