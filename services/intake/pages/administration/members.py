"""Members of an organisation: added, their roles changed, removed."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.domain.administering import ROLES as ROLES_OF
from services.intake.domain.administering import NotAllowed, Part
from services.intake.domain.directory import Line
from services.intake.domain.organisation_changes import add_member, change_member, remove_member
from services.intake.pages.administration.common import (
    LISTS,
    ROLES,
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
from services.intake.use_cases.administering import change_organisation
from shared.contracts.directory import Member, OrganisationRecorded, Role
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.forms import Filled, read_form

router = APIRouter(prefix=LISTS)


class MemberForm(ChangeForm):
    messages: ClassVar[dict[str, str]] = {
        "name.missing": "Enter the member's name",
        "name": "Name must be one line of up to 500 characters",
        "roles": "Select at least one role",
    }

    name: Line
    roles: tuple[Role, ...]


class NewMemberForm(MemberForm):
    messages: ClassVar[dict[str, str]] = {
        **MemberForm.messages,
        "subject.missing": "Enter the sign-in name",
        "subject": "Sign-in name must be one line of up to 500 characters",
    }

    subject: Line
    member_id: UUID
    """Made with the page: sending it twice adds one member."""


@router.get("/organisations/{code}/members/new")
async def new_member_form(
    request: Request, code: Code, actor: Admin, connection: Reading
) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.MEMBERS)
    return _page(request, "new_member.html", organisation, {"member_id": str(uuid4())})


@router.post("/organisations/{code}/members/new")
async def add(request: Request, code: Code, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.MEMBERS)
    form = await read_form(request, NewMemberForm)
    value = form.value
    if value is None:
        return _page(request, "new_member.html", organisation, form.typed, form.errors)
    member = Member(
        member_id=value.member_id,
        subject=value.subject,
        name=value.name,
        roles=frozenset(value.roles),
    )
    who = administrator_of(actor)
    try:
        await change_organisation(
            organisation.code, value.revision, Part.MEMBERS, add_member(member), who, tx
        )
    except NotAllowed as problem:
        errors = refused(form, problem)
        return _page(request, "new_member.html", organisation, form.typed, errors)
    return to_organisation(organisation.code, Done.MEMBERS)


@router.get("/organisations/{code}/members/{member_id}")
async def member_form(
    request: Request, code: Code, member_id: UUID, actor: Admin, connection: Reading
) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.MEMBERS)
    member = member_of(organisation, member_id)
    values = {"name": member.name, "roles": [role.value for role in member.roles]}
    return _page(request, "member.html", organisation, values, member=member)


@router.post("/organisations/{code}/members/{member_id}")
async def save_member(
    request: Request, code: Code, member_id: UUID, actor: Admin, tx: Tx
) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.MEMBERS)
    member = member_of(organisation, member_id)
    form = await read_form(request, MemberForm)
    value = form.value
    if value is None:
        return _page(request, "member.html", organisation, form.typed, form.errors, member=member)
    change = change_member(member_id, value.name, frozenset(value.roles))
    who = administrator_of(actor)
    try:
        await change_organisation(organisation.code, value.revision, Part.MEMBERS, change, who, tx)
    except NotAllowed as problem:
        errors = refused(form, problem)
        return _page(request, "member.html", organisation, form.typed, errors, member=member)
    if Role.ADMINISTRATOR in value.roles:
        return to_organisation(organisation.code, Done.MEMBERS)
    return _to(actor, organisation, member, Done.MEMBERS)


@router.get("/organisations/{code}/members/{member_id}/remove")
async def remove_form(
    request: Request, code: Code, member_id: UUID, actor: Admin, connection: Reading
) -> Response:
    organisation = await organisation_to_change(connection, actor, code, Part.MEMBERS)
    member = member_of(organisation, member_id)
    return _page(request, "remove_member.html", organisation, {}, member=member)


@router.post("/organisations/{code}/members/{member_id}/remove")
async def remove(request: Request, code: Code, member_id: UUID, actor: Admin, tx: Tx) -> Response:
    organisation = await organisation_to_change(tx.connection, actor, code, Part.MEMBERS)
    member = next((each for each in organisation.members if each.member_id == member_id), None)
    if member is None:  # sent twice: the first has done it
        return to_organisation(organisation.code, Done.REMOVED)
    form: Filled[ChangeForm] = await read_form(request, ChangeForm)
    if form.value is None:
        return _page(request, "remove_member.html", organisation, {}, form.errors, member=member)
    change = remove_member(member_id)
    who = administrator_of(actor)
    try:
        await change_organisation(
            organisation.code, form.value.revision, Part.MEMBERS, change, who, tx
        )
    except NotAllowed as problem:
        errors = refused(form, problem)
        return _page(request, "remove_member.html", organisation, {}, errors, member=member)
    return _to(actor, organisation, member, Done.REMOVED)


def member_of(organisation: OrganisationRecorded, member_id: UUID) -> Member:
    """Raises NotFound."""
    found = next((each for each in organisation.members if each.member_id == member_id), None)
    if found is None:
        raise NotFound("This organisation has no such member, or no more.")
    return found


def _to(actor: Actor, organisation: OrganisationRecorded, member: Member, done: Done) -> Response:
    """Who has just given up the role of administrator is led to the start: the directory is closed to them now."""
    own = member.subject == actor.subject and organisation.code == actor.organisation.code
    return RedirectResponse("/", 303) if own else to_organisation(organisation.code, done)


def _page(
    request: Request,
    template: str,
    organisation: OrganisationRecorded,
    values: Mapping[str, object],
    errors: dict[str, str] | None = None,
    **context: Any,
) -> Response:
    can_be = [(role.value, *ROLES[role]) for role in Role if role in ROLES_OF[organisation.kind]]
    return form_page(
        request, template, organisation, values, errors, roles=can_be, lists=LISTS, **context
    )
