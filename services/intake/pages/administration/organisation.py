"""One organisation: what the directory says of it; adding one, and changing its details."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.administering import Administrator, NotAllowed, Part
from services.intake.domain.directory import Line, OrganisationDetails, Postcode
from services.intake.domain.organisation_changes import change_details
from services.intake.pages.administration.common import (
    DONE,
    KINDS,
    LISTS,
    ROLES,
    Admin,
    ChangeForm,
    Code,
    Done,
    administrator_of,
    form_page,
    organisation_to_change,
    organisation_to_see,
    refused,
    to_organisation,
)
from services.intake.use_cases.administering import add_organisation, change_organisation
from shared.contracts.base import OrganisationCode
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.directory import repository as directory
from shared.platform.errors import Forbidden
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.forms import Form, FormDate, read_form
from shared.web.pages import render

router = APIRouter(prefix=LISTS)

_MESSAGES = {
    "name.missing": "Enter the organisation's name",
    "name": "Name must be one line of up to 500 characters",
    "kind": "Select the kind of organisation",
    "commissioner": "Select a commissioner from the list",
    "postcode": "Enter a full UK postcode, or leave it out",
}


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


TypedCode = Annotated[OrganisationCode, BeforeValidator(_upper)]


class DetailsForm(ChangeForm):
    messages: ClassVar[dict[str, str]] = _MESSAGES

    name: Line
    kind: OrganisationKind
    commissioner: OrganisationCode | None = None
    postcode: Postcode | None = None
    opened_on: FormDate | None = None


class NewForm(Form):
    messages: ClassVar[dict[str, str]] = {
        **_MESSAGES,
        "code.missing": "Enter the organisation's code",
        "code": "Code must be 2 to 12 letters and numbers",
    }

    code: Annotated[TypedCode, StringConstraints(strip_whitespace=True)]
    name: Line
    kind: OrganisationKind
    commissioner: OrganisationCode | None = None
    postcode: Postcode | None = None
    opened_on: FormDate | None = None


@router.get("/organisations/new")
async def new_form(request: Request, actor: Admin, connection: Reading) -> Response:
    _of_the_whole(actor)
    return await _new_page(request, connection, {}, {})


@router.post("/organisations/new")
async def add(request: Request, actor: Admin, tx: Tx) -> Response:
    administrator = _of_the_whole(actor)
    form = await read_form(request, NewForm)
    if form.value is None:
        return await _new_page(request, tx.connection, form.typed, form.errors)
    code = form.value.code
    details = OrganisationDetails(**form.value.model_dump(exclude={"code"}))
    try:
        await add_organisation(code, details, administrator, tx)
    except NotAllowed as problem:
        return await _new_page(request, tx.connection, form.typed, refused(form, problem))
    return to_organisation(code, Done.ADDED)


@router.get("/organisations/{code}")
async def show_organisation(
    request: Request, code: Code, actor: Admin, connection: Reading
) -> Response:
    organisation = await organisation_to_see(connection, actor, code)
    named = {each for each in (organisation.commissioner, organisation.successor) if each}
    earlier = await directory.stands_for(connection, [organisation.code]) - {organisation.code}
    done = next((each for each in Done if each == request.query_params.get("done")), None)
    administrator = administrator_of(actor)
    return render(
        request,
        "directory/organisation.html",
        organisation=organisation,
        kind=KINDS[organisation.kind],
        roles=ROLES,
        names=await directory.names(connection, named),
        predecessors=await directory.organisations(connection, earlier),
        may={part.value: administrator.may_change(organisation.code, part) for part in Part},
        done=DONE[done] if done else None,
    )


@router.get("/organisations/{code}/details")
async def details_form(request: Request, code: Code, actor: Admin, connection: Reading) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.DETAILS)
    values = {
        "name": organisation.name,
        "kind": organisation.kind,
        "commissioner": organisation.commissioner or "",
        "postcode": organisation.postcode or "",
        **date_values("opened_on", organisation.opened_on),
    }
    return await _details_page(request, connection, organisation, values)


@router.post("/organisations/{code}/details")
async def save_details(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.DETAILS)
    form = await read_form(request, DetailsForm)
    value = form.value
    if value is None:
        return await _details_page(request, tx.connection, organisation, form.typed, form.errors)
    change = change_details(
        name=value.name,
        kind=value.kind,
        commissioner=value.commissioner,
        opened_on=value.opened_on,
        postcode=value.postcode,
    )
    who = administrator_of(actor)
    try:
        await change_organisation(organisation.code, value.revision, Part.DETAILS, change, who, tx)
    except NotAllowed as problem:
        errors = refused(form, problem)
        # A kind that its members' roles do not fit is told where the kind is chosen.
        errors = {("kind" if name == "roles" else name): text for name, text in errors.items()}
        return await _details_page(request, tx.connection, organisation, form.typed, errors)
    return to_organisation(organisation.code, Done.DETAILS)


def date_values(name: str, day: date | None) -> dict[str, str]:
    """A date as the three boxes of its field hold it."""
    if day is None:
        return {}
    return {
        f"{name}[day]": str(day.day),
        f"{name}[month]": str(day.month),
        f"{name}[year]": str(day.year),
    }


def _of_the_whole(actor: Actor) -> Administrator:
    """Raises Forbidden before anything is asked that could not be done."""
    administrator = administrator_of(actor)
    if administrator.only is not None:
        raise Forbidden("Only the support unit's administrators add organisations.")
    return administrator


async def _details_page(
    request: Request,
    connection: AsyncConnection,
    organisation: OrganisationRecorded,
    values: Mapping[str, object],
    errors: dict[str, str] | None = None,
) -> Response:
    return form_page(
        request,
        "details.html",
        organisation,
        values,
        errors,
        kinds=KINDS.items(),
        commissioners=await _commissioners(connection, organisation.commissioner),
    )


async def _new_page(
    request: Request,
    connection: AsyncConnection,
    values: dict[str, str | list[str]],
    errors: dict[str, str],
) -> Response:
    return render(
        request,
        "directory/new_organisation.html",
        422 if errors else 200,
        values=values,
        errors=errors,
        kinds=KINDS.items(),
        commissioners=await _commissioners(connection, None),
    )


async def _commissioners(connection: AsyncConnection, current: str | None) -> list[tuple[str, str]]:
    """Those that are open, and the current one, whatever became of it."""
    also = [current] if current else []
    found = await directory.listed(connection, {OrganisationKind.COMMISSIONER}, also=also)
    choices = [(each.code, f"{each.name} ({each.code})") for each in found]
    if current and current not in {code for code, _ in choices}:
        choices.append((current, f"{current}, which is not in the directory"))
    return choices
