"""Organisations from a file: uploaded, shown, applied."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import repository
from services.intake.domain.directory_import import (
    SHARE_OF_CLOSURES,
    CommissionerColumn,
    Options,
    Sort,
    What,
)
from services.intake.domain.ods import UnusableFile
from services.intake.pages.administration.common import KINDS, LISTS, Admin, administrator_of
from services.intake.repository import StagedImport
from services.intake.use_cases import importing
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind
from shared.platform.errors import Forbidden
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.forms import Form, read_form, uploaded_file
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

PAGE_SIZE = 100
LATEST = 10
MOST_TOLD = 50
FIELDS = {
    "name": "Name",
    "kind": "Kind",
    "commissioner": "Commissioner",
    "postcode": "Postcode",
    "opened_on": "Opened",
    "closed_on": "Closed",
    "status": "Status",
}


async def _importer(actor: Admin) -> Actor:
    if administrator_of(actor).only is not None:
        raise Forbidden("Only the support unit's administrators import organisations.")
    return actor


Importer = Annotated[Actor, Depends(_importer)]
router = APIRouter(prefix=f"{LISTS}/imports")


class UploadForm(Form):
    messages: ClassVar[dict[str, str]] = {"sort": "Select which file it is"}

    sort: Sort
    kind: OrganisationKind | None = None
    commissioner: CommissionerColumn = CommissionerColumn.COMMISSIONER


class ApplyForm(Form):
    allow_closures: bool = False


@router.get("")
async def upload_form(request: Request, _: Importer, connection: Reading) -> Response:
    return await _upload_page(request, connection, {"commissioner": "commissioner"}, {})


@router.post("")
async def upload(request: Request, actor: Importer, tx: Tx) -> Response:
    form = await read_form(request, UploadForm)
    file = await uploaded_file(request, "file")
    errors = dict(form.errors)
    if file is None:
        errors["file"] = "Select the file"
    if form.value is None or file is None:
        return await _upload_page(request, tx.connection, form.typed, errors)
    value = form.value
    options = Options(kind=value.kind, commissioner=value.commissioner)
    try:
        staged = await importing.preview_import(
            file.content, file.name, value.sort, options, actor.name, tx
        )
    except UnusableFile as problem:
        return await _upload_page(request, tx.connection, form.typed, {"file": str(problem)})
    return RedirectResponse(f"{LISTS}/imports/{staged.line.id}", 303)


@router.get("/{import_id}")
async def show_import(
    request: Request,
    import_id: UUID,
    _: Importer,
    connection: Reading,
    what: What | Literal[""] = "",
    page: PageNumber = 1,
) -> Response:
    staged = await importing.find_import(import_id, connection)
    return _import_page(request, staged, {}, what=what, page=page)


@router.post("/{import_id}")
async def apply(request: Request, import_id: UUID, _: Importer, tx: Tx) -> Response:
    form = await read_form(request, ApplyForm)
    allowed = form.value is not None and form.value.allow_closures
    try:
        await importing.apply_import(import_id, allow_closures=allowed, tx=tx)
    except importing.ManyClosures as problem:
        staged = await importing.find_import(import_id, tx.connection)
        return _import_page(request, staged, {"allow_closures": problem.detail})
    return RedirectResponse(f"{LISTS}/imports/{import_id}", 303)


async def _upload_page(
    request: Request,
    connection: AsyncConnection,
    values: dict[str, str] | dict[str, str | list[str]],
    errors: dict[str, str],
) -> Response:
    return render(
        request,
        "directory/imports.html",
        422 if errors else 200,
        values=values,
        errors=errors,
        kinds=[(kind.value, KINDS[kind]) for kind in OrganisationKind if kind in PROVIDER_KINDS],
        latest=await repository.latest_imports(connection, LATEST),
    )


def _import_page(
    request: Request,
    staged: StagedImport,
    errors: dict[str, str],
    *,
    what: What | Literal[""] = "",
    page: int = 1,
) -> Response:
    plan = staged.plan
    steps = plan.of(what) if what else list(plan.steps)
    start = (page - 1) * PAGE_SIZE
    return render(
        request,
        "directory/import.html",
        422 if errors else 200,
        line=staged.line,
        plan=plan,
        counts={each.value: len(plan.of(each)) for each in What},
        steps=steps[start : start + PAGE_SIZE],
        total=len(steps),
        what=what,
        fields=FIELDS,
        kinds=KINDS,
        most=MOST_TOLD,
        share=f"{SHARE_OF_CLOSURES:.0%}",
        values={},
        errors=errors,
        pages=Pages(
            f"{LISTS}/imports/{staged.line.id}", {"what": what}, page, len(steps), PAGE_SIZE
        ),
    )
