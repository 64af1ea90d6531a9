"""An organisation closes, with or without a successor, and may open again. What follows is shown before it is done."""

from enum import StrEnum
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from services.intake import repository
from services.intake.domain.administering import NotAllowed, Part, family
from services.intake.domain.organisation_changes import close, reopen
from services.intake.pages.administration.common import (
    LISTS,
    Admin,
    ChangeForm,
    Code,
    Done,
    administrator_of,
    form_page,
    organisation_to_change,
    refused,
    to_organisation,
)
from services.intake.pages.administration.organisation import TypedCode, date_values
from services.intake.use_cases.administering import change_organisation, check_change
from shared.contracts.directory import OrganisationStatus
from shared.directory import repository as directory
from shared.platform.errors import Conflict
from shared.platform.http import Reading, Tx
from shared.web.forms import FormDate, read_form

router = APIRouter(prefix=LISTS)


class Stage(StrEnum):
    """Which button of the two pages was pressed."""

    CHECK = "check"
    CLOSE = "close"
    CHANGE = "change"


class CloseForm(ChangeForm):
    messages: ClassVar[dict[str, str]] = {
        "closed_on.missing": "Enter the day it closed",
        "successor": "Enter the code of the organisation that takes over, or leave it out",
    }

    closed_on: FormDate
    successor: TypedCode | None = None
    succeeded_on: FormDate | None = None
    stage: Stage = Stage.CHECK


@router.get("/organisations/{code}/close")
async def close_form(request: Request, code: Code, actor: Admin, connection: Reading) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.STANDING)
    values = {
        **date_values("closed_on", organisation.closed_on),
        "successor": organisation.successor or "",
        **date_values("succeeded_on", organisation.succeeded_on),
    }
    return form_page(request, "close.html", organisation, values)


@router.post("/organisations/{code}/close")
async def close_organisation(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.STANDING)
    form = await read_form(request, CloseForm)
    value = form.value
    if value is None or value.stage is Stage.CHANGE:
        return form_page(request, "close.html", organisation, form.typed, form.errors)
    succeeded_on = value.succeeded_on or (value.closed_on if value.successor else None)
    change = close(value.closed_on, value.successor, succeeded_on)
    who = administrator_of(actor)
    try:
        if value.stage is Stage.CHECK:
            await check_change(organisation, change, who, tx)
        else:
            await change_organisation(
                organisation.code, value.revision, Part.STANDING, change, who, tx
            )
            return to_organisation(organisation.code, Done.CLOSED)
    except NotAllowed as problem:
        return form_page(request, "close.html", organisation, form.typed, refused(form, problem))
    successor = (
        await directory.organisation(tx.connection, value.successor) if value.successor else None
    )
    return form_page(
        request,
        "close_check.html",
        organisation,
        form.typed,
        closed_on=value.closed_on,
        successor=successor,
        succeeded_on=succeeded_on,
        follows=await repository.consequences(tx.connection, organisation.code),
        family=family(organisation.kind),
    )


@router.get("/organisations/{code}/reopen")
async def reopen_form(request: Request, code: Code, actor: Admin, connection: Reading) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.STANDING)
    if organisation.status is OrganisationStatus.OPEN:
        raise Conflict(f"{organisation.name} is open.")
    names = await directory.names(connection, {organisation.successor or organisation.code})
    return form_page(request, "reopen.html", organisation, {}, names=names)


@router.post("/organisations/{code}/reopen")
async def reopen_organisation(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.STANDING)
    form = await read_form(request, ChangeForm)
    if form.value is None:
        return form_page(request, "reopen.html", organisation, {}, form.errors, names={})
    await change_organisation(
        organisation.code,
        form.value.revision,
        Part.STANDING,
        reopen,
        administrator_of(actor),
        tx,
    )
    return to_organisation(organisation.code, Done.REOPENED)
