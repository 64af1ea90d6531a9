"""What the pages of the directory share: who asks, the organisation, the forms' revision, and the way back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.administering import Administrator, NotAllowed, Part
from services.intake.use_cases.administering import NO_SUCH_ORGANISATION
from shared.contracts.directory import OrganisationKind, OrganisationRecorded, Role
from shared.directory import repository as directory
from shared.platform.errors import Forbidden, NotFound
from shared.web.actors import Actor, require
from shared.web.forms import Filled, Form, FormModel
from shared.web.pages import render

LISTS = "/administration"

_KINDS = {
    OrganisationKind.PRACTICE: "GP practice",
    OrganisationKind.ACUTE: "Acute trust",
    OrganisationKind.MENTAL_HEALTH: "Mental health trust",
    OrganisationKind.COMMUNITY: "Community trust",
    OrganisationKind.AMBULANCE: "Ambulance trust",
    OrganisationKind.OTHER_PROVIDER: "Other provider",
    OrganisationKind.COMMISSIONER: "Commissioner",
    OrganisationKind.SUPPORT_UNIT: "Support unit",
    OrganisationKind.PATIENT_GROUP: "Patient or support group",
}
KINDS: Mapping[str, str] = {kind.value: words for kind, words in _KINDS.items()}
ROLES: Mapping[str, tuple[str, str]] = {
    Role.REPORTER: ("Reporter", "Reports for the organisation and sees its reports"),
    Role.RESPONDER: ("Responder", "Answers reports about the organisation"),
    Role.QUALITY_LEAD: ("Quality lead", "Sees all reports of the area and corrects themes"),
    Role.REVIEWER: ("Reviewer", "Sees themes and trends, but no single report"),
    Role.ADMINISTRATOR: ("Administrator", "Looks after members and contacts"),
    Role.OPERATOR: ("Operator", "Looks after the service: messages and operations"),
}


class Done(StrEnum):
    """What the organisation's page says was done, from its address."""

    ADDED = "added"
    DETAILS = "details"
    CONTACTS = "contacts"
    SERVICES = "services"
    POLICY = "policy"
    MEMBERS = "members"
    REMOVED = "removed"
    CLOSED = "closed"
    REOPENED = "reopened"


DONE = {
    Done.ADDED: "The organisation has been added.",
    Done.DETAILS: "The details have been saved.",
    Done.CONTACTS: "The contacts have been saved.",
    Done.SERVICES: "The services have been saved.",
    Done.POLICY: "The response times have been saved. They hold for reports from now on.",
    Done.MEMBERS: "The member has been saved.",
    Done.REMOVED: "The member has been removed and can no longer act for the organisation.",
    Done.CLOSED: "The organisation is closed.",
    Done.REOPENED: "The organisation is open again.",
}

Admin = Annotated[Actor, Depends(require(Role.ADMINISTRATOR))]
Code = Annotated[str, Path()]


class ChangeForm(Form):
    """A form on what an organisation was when the page was opened."""

    revision: int = Field(ge=1)


def administrator_of(actor: Actor) -> Administrator:
    """A support unit's administrators look after the whole directory, others after their own organisation."""
    whole = actor.organisation.kind is OrganisationKind.SUPPORT_UNIT
    return Administrator(actor.subject, None if whole else actor.organisation.code)


async def organisation_to_change(
    connection: AsyncConnection, actor: Actor, code: str, part: Part
) -> OrganisationRecorded:
    """For the form. Raises NotFound and Forbidden as the use case would for what is sent."""
    organisation = await organisation_to_see(connection, actor, code)
    if not administrator_of(actor).may_change(organisation.code, part):
        raise Forbidden("Only the support unit's administrators change this.")
    return organisation


async def organisation_to_see(
    connection: AsyncConnection, actor: Actor, code: str
) -> OrganisationRecorded:
    found = await directory.organisation(connection, code.upper().replace("\0", ""))
    if found is None or not administrator_of(actor).may_see(found.code):
        raise NotFound(NO_SUCH_ORGANISATION)
    return found


def form_page(
    request: Request,
    template: str,
    organisation: OrganisationRecorded,
    values: Mapping[str, object],
    errors: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """The form; what was typed wins over the organisation's revision when it was refused."""
    return render(
        request,
        f"directory/{template}",
        422 if errors else 200,
        organisation=organisation,
        values={"revision": str(organisation.revision), **values},
        errors=dict(errors or {}),
        **context,
    )


def refused(form: Filled[FormModel], problem: NotAllowed) -> dict[str, str]:
    """What is wrong, by field, each field's first problem."""
    found: dict[str, str] = {}
    for each in problem.problems:
        found.setdefault(each.field, each.message)
    return {**form.errors, **found}


def to_organisation(code: str, done: Done) -> Response:
    """By GET, so that reloading sends nothing again."""
    return RedirectResponse(f"{LISTS}/organisations/{code}?done={done}", 303)
