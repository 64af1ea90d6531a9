"""What became of the reports of each commissioner's practices, in one table."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import Measure
from services.reporting.domain.filters import Filters
from services.reporting.domain.impact import Impact, Line, told
from services.reporting.domain.known import month_of
from services.reporting.pages.commissioners import COMMISSIONER
from services.reporting.pages.files import TableFile, as_files
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, view_of
from services.reporting.repository.impact import impact
from shared.directory.repository import names
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

FILTERS = ()
"""The whole history of the whole area."""
UNNAMED = "No commissioner recorded"
HEADING = (
    "Commissioner",
    "Kind",
    "Records",
    "First",
    "Last",
    "Action recorded",
    "Action recorded in %",
    "Outcome recorded",
    "Outcome recorded in %",
)
_KINDS = {"event": "Events", "feedback": "Feedback"}

router = APIRouter()


@dataclass(frozen=True)
class Shown:
    """A line of the table, and where its reports, those with an action and those with an outcome are listed, if anywhere."""

    line: Line
    commissioner: str
    page: str | None
    """Where there is more about the commissioner, for who may see that."""
    kind: str
    listed: str | None
    with_action: str | None
    with_outcome: str | None


@router.get("/trends/impact", response_class=HTMLResponse)
async def page(request: Request, actor: CurrentActor, connection: Reading) -> HTMLResponse:
    """Records, first and last dates, and how many have an action and an outcome: of the whole history of the reader's area."""
    view = await view_of(request, actor, connection, FILTERS)
    return render(
        request,
        "reporting/impact.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        lines=await _lines(connection, view),
    )


@as_files(router, "/trends/impact")
async def files(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """The same table."""
    view = await file_view_of(request, actor, connection, FILTERS)
    rows = [
        (
            each.commissioner,
            each.kind,
            each.line.reports,
            each.line.first,
            each.line.last,
            each.line.actions.number,
            each.line.actions.share,
            each.line.outcomes.number,
            each.line.outcomes.share,
        )
        for each in await _lines(connection, view)
    ]
    return TableFile("impact", [HEADING, *rows])


async def _lines(connection: AsyncConnection, view: View) -> Sequence[Shown]:
    found = await impact(connection, view.area)
    known = await names(connection, {each.commissioner for each in found if each.commissioner})
    return [_shown(view, each, known.get(each.commissioner or "", UNNAMED)) for each in found]


def _shown(view: View, each: Impact, commissioner: str) -> Shown:
    filters = Filters(kind=each.kind, commissioner=each.commissioner)
    first, last = month_of(each.first), month_of(each.last)
    exact = view.area_rule.exact and each.commissioner is not None
    opens = each.commissioner in {view.scope.area, *view.choices.commissioners} - {None}

    def listed(**stage: str) -> str | None:
        return view.listed(filters, first, last, **stage) if exact else None

    return Shown(
        told(each, view.area_rule),
        commissioner,
        COMMISSIONER.format(commissioner=each.commissioner) if opens else None,
        _KINDS[each.kind],
        listed(),
        listed(stage=Measure.ACTION) if each.actions else None,
        listed(stage=Measure.OUTCOME) if each.outcomes else None,
    )
