"""The case: what was reported, where the answer stands, and everything that happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions import repository
from services.actions.domain.clock import local_day
from services.actions.pages import words
from services.actions.pages.people import CaseReference, Reader, scope_of
from services.actions.pages.tasks import tasks
from services.actions.pages.unsent import unsent_of
from services.actions.pages.words import Done
from services.actions.repository import CaseFile, Scope
from shared.contracts.reports import WITHDRAWN_BECAUSE
from shared.directory import repository as directory
from shared.directory.domain import service_title
from shared.directory.repository import Organisation
from shared.platform.audit import RecordKind
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web import drafts
from shared.web.history import Before, Record, download_history, newest_lines, show_history
from shared.web.pages import render

router = APIRouter()

NEWEST_STEPS = 20
"""On the case's own page; its history has them all."""


@dataclass(frozen=True)
class Heading:
    """What every page of a case shows at its top."""

    title: str
    caption: str


@router.get("/cases/{reference}")
async def case(
    request: Request, reference: CaseReference, actor: Reader, connection: Reading
) -> Response:
    scope = scope_of(actor)
    file = await find_case(connection, scope, reference)
    known = await directory.organisations(connection, {file.case.reporter, file.case.provider})
    actions = await repository.actions_of(connection, file.case.report_id)
    lines = await newest_lines(connection, record_of(file), limit=NEWEST_STEPS)
    now = await repository.database_time(connection)
    to_do = tasks(file.case, actions)
    begun = await drafts.unfinished(request, actor, connection, f"/cases/{reference}")
    done = next((one for one in Done if one == request.query_params.get("done")), None)
    return render(
        request,
        "case.html",
        file=file,
        case=file.case,
        heading=heading_of(file, known),
        service=_service(file, known),
        names=await directory.names(connection, {file.case.reporter, file.case.provider}),
        is_provider=file.case.provider in scope.answers,
        is_reporter=file.case.reporter in scope.reported,
        tasks=to_do,
        unsent=unsent_of(file.case, begun, to_do),
        actions=actions,
        lines=lines,
        done=words.DONE[done] if done else None,
        withdrawn_because=WITHDRAWN_BECAUSE[file.withdrawn_because]
        if file.withdrawn_because
        else None,
        now=now,
        today=local_day(now),
        soon=_soon(file),
        words=words,
    )


@router.get("/cases/{reference}/history")
async def history(
    request: Request,
    reference: CaseReference,
    actor: Reader,
    connection: Reading,
    before: Before = None,
) -> Response:
    file = await find_case(connection, scope_of(actor), reference)
    return await show_history(request, connection, record_of(file), before)


@router.get("/cases/{reference}/history.csv")
async def history_file(reference: CaseReference, actor: Reader, connection: Reading) -> Response:
    file = await find_case(connection, scope_of(actor), reference)
    return await download_history(connection, record_of(file))


def record_of(file: CaseFile) -> Record:
    """The case for its history: both sides see the same of it, the names of people too, as they do on the case."""
    reference = file.case.reference
    return Record(
        title="History of the case",
        caption=reference,
        path=f"/cases/{reference}/history",
        back=(f"/cases/{reference}", "Back to the case"),
        kinds=(RecordKind.CASE,),
        record_id=str(file.case.report_id),
        words=words.HISTORY,
    )


async def find_case(connection: AsyncConnection, scope: Scope, reference: str) -> CaseFile:
    """Raises NotFound for a case that is not there and, in the same words, for one that is somebody else's."""
    file = await repository.case_file(connection, scope, reference)
    if file is None:
        raise NotFound("There is no case with this reference that you may see.")
    return file


def heading_of(file: CaseFile, known: Mapping[str, Organisation]) -> Heading:
    """Titled by its first theme, until there is one by its service."""
    reporter = known.get(file.case.reporter)
    title = file.themes[0] if file.themes else _service(file, known)
    return Heading(
        title, f"{file.case.reference}, {reporter.name if reporter else file.case.reporter}"
    )


def to_case(reference: str, done: Done) -> Response:
    """Back to the case by GET, so that reloading it sends nothing again."""
    return RedirectResponse(f"/cases/{reference}?done={done}", 303)


def _service(file: CaseFile, known: Mapping[str, Organisation]) -> str:
    provider = known.get(file.case.provider)
    return service_title(file.service, provider.services if provider else ())


def _soon(file: CaseFile) -> timedelta:
    """Time left at which this case's own reminder goes out; none without a reminder."""
    due_at, due_soon_at = file.case.due_at, file.case.due_soon_at
    return due_at - due_soon_at if due_at and due_soon_at else timedelta()
