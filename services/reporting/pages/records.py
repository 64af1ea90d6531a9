"""The reports behind a figure: a list that every number and every point of the trend pages leads to, and its files."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, Measure, MonthOf
from services.reporting.domain.filters import EVERY_FILTER
from services.reporting.domain.known import month_of
from services.reporting.domain.months import Period
from services.reporting.domain.questions import Position
from services.reporting.domain.stages import ClockStage, Stage, heeds_running
from services.reporting.pages.files import Row, Rows, TableFile, as_files
from services.reporting.pages.filter_form import chosen
from services.reporting.pages.view import LISTS, View
from services.reporting.pages.views import file_view_of, must_open, refuse, view_of
from services.reporting.repository.records import Behind, ListedReport, reports_behind
from services.reporting.repository.running import running_by_month
from services.reporting.repository.series import number_behind
from shared.directory.repository import names
from shared.platform.http import Reading, runtime_of
from shared.platform.transaction import Transactions
from shared.web.actors import CurrentActor
from shared.web.filters import date_text
from shared.web.pages import render

PAGE_SIZE = 25
BATCH = 2_000
STAGES: Mapping[Stage, str] = {
    Measure.ASKED: "with a response clock",
    Measure.IN_TIME: "acknowledged in time",
    Measure.LATE: "acknowledged late",
    Measure.LEARNING: "with a learning response",
    Measure.ACTION: "with an action planned",
    Measure.COMPLETED: "with an action completed",
    Measure.OUTCOME: "with an outcome",
    Measure.DISPUTED: "with a disputed outcome",
    Measure.CONFIRMED: "with the loop closed",
    Measure.UNANSWERED: "closed unanswered",
    ClockStage.ACKNOWLEDGED: "acknowledged",
    ClockStage.WAITING: "not acknowledged yet",
    ClockStage.RUNNING: "not acknowledged yet, and still in time",
    ClockStage.OVERDUE: "overdue: not acknowledged yet, and past its time",
    ClockStage.NOT_IN_TIME: "acknowledged late or overdue",
    ClockStage.SETTLED: "acknowledged or overdue",
}
"""`?stage=late`: which of the reports are meant."""
PARAMETERS = ("stage", "by", "on")
HEADING = ("Reference", "Happened on", "Kind", "Tenet", "Provider", "Reported by", "Case")

router = APIRouter()


@router.get(LISTS, response_class=HTMLResponse)
async def records(
    request: Request, actor: CurrentActor, connection: Reading, after: str = ""
) -> HTMLResponse:
    """One page of the reports that the address asks for, newest first. `by=report` means months of the report."""
    view = await view_of(
        request, actor, connection, EVERY_FILTER, also=(*PARAMETERS, "after"), of_any_length=True
    )
    must_open(view)
    behind, errors = await behind_of(connection, view)
    position = Position.parse(after)
    if after and position is None:
        errors["after"] = (
            "The address names a place in the list that is not there: this is its beginning"
        )
    # One more than a page, to know whether another follows.
    found = await reports_behind(
        connection, view.question, behind, limit=PAGE_SIZE + 1, after=position
    )
    places = {each.provider for each in found} | {each.reporter for each in found}
    also = {
        name: view.asked[name] for name in PARAMETERS if view.asked.get(name) and name not in errors
    }
    return render(
        request,
        "reporting/records.html",
        status_code=422 if errors else 200,
        view=view,
        errors=errors,
        query=view.queried(**also),
        chosen=[*chosen(view), *_chosen_stage(behind)],
        number=await number_behind(connection, view.question, behind),
        reports=found[:PAGE_SIZE],
        places=await names(connection, places),
        continued=position is not None,
        older=view.queried(**also, after=found[PAGE_SIZE - 1].position.text)
        if len(found) > PAGE_SIZE
        else None,
    )


@as_files(router, LISTS)
async def record_files(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """All of these reports."""
    view = await file_view_of(
        request, actor, connection, EVERY_FILTER, also=PARAMETERS, of_any_length=True
    )
    must_open(view)
    behind, errors = await behind_of(connection, view)
    refuse(errors)
    return TableFile("reports", _lines(runtime_of(request).transactions, view, behind))


async def behind_of(connection: AsyncConnection, view: View) -> tuple[Behind, dict[str, str]]:
    """What the list is of, by the view's filters and the list's own parameters, and what is wrong with these."""
    errors = dict(view.errors)
    stage, by = view.asked.get("stage", ""), view.asked.get("by", "")
    on, wrong = _day(view.asked.get("on", ""), view.question.period)
    if wrong or (on is not None and by == MonthOf.REPORT):
        errors["on"] = wrong or "Choose a day or months of the report: a day is that of the event"
    if stage and stage not in STAGES:
        errors["stage"] = "There is no such stage of a case"
    if by not in ("", MonthOf.EVENT, MonthOf.REPORT):
        errors["by"] = "Months are those of the event or of the report"
    filters = view.filters
    behind = Behind(
        filters.theme or EVERY,
        filters.sub_theme or EVERY,
        next((each for each in STAGES if each == stage), Measure.REPORTS),
        filters.facet,
        MonthOf.REPORT if by == MonthOf.REPORT else MonthOf.EVENT,
        None if "on" in errors else on,
    )
    if heeds_running(behind.measure):
        found = await running_by_month(connection, view.question, behind, view.now)
        behind = replace(behind, running=found)
    return behind, errors


def _day(written: str, period: Period) -> tuple[date | None, str]:
    """The day that is asked for, none where none is; and what is wrong with it."""
    if not written:
        return None, ""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if period.first <= month_of(day) <= period.last:
        return day, ""
    return None, "The day must be one of these months, such as 2026-03-16"


def _chosen_stage(behind: Behind) -> list[tuple[str, str]]:
    told = []
    if behind.on is not None:
        told.append(("Happened on", date_text(behind.on)))
    if behind.measure in STAGES:
        told.append(("Case", STAGES[behind.measure]))
    if behind.month_of is MonthOf.REPORT:
        told.append(("Months", "of the report"))
    return told


async def _lines(transactions: Transactions, view: View, behind: Behind) -> AsyncIterator[Rows]:
    """By a connection of its own: the page's is given back before the file has been sent."""
    yield [HEADING]
    async with transactions.read() as connection:
        last: Position | None = None
        while batch := await reports_behind(
            connection, view.question, behind, limit=BATCH, after=last
        ):
            yield await _told(connection, batch)
            last = batch[-1].position


async def _told(connection: AsyncConnection, batch: Sequence[ListedReport]) -> list[Row]:
    known = await names(connection, {e.provider for e in batch} | {e.reporter for e in batch})
    return [
        (
            each.reference,
            each.happened_on,
            each.kind,
            each.tenet,
            known[each.provider],
            known[each.reporter],
            each.state,
        )
        for each in batch
    ]
