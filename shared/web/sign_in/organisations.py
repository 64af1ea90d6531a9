"""Which organisation to act for."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.directory.repository import Membership
from shared.web import session
from shared.web.actors import Elsewhere, Memberships, actor_of
from shared.web.addresses import safe_next
from shared.web.forms import Form, read_form
from shared.web.pages import render
from shared.web.sign_in.addresses import Next

router = APIRouter()


class OrganisationForm(Form):
    messages: ClassVar[Mapping[str, str]] = {
        "organisation": "Select the organisation you are acting for"
    }

    organisation: str


@router.get("/organisation")
async def organisation(
    request: Request, memberships: Memberships, next_page: Next = "/"
) -> Response:
    """Which organisation to act for, for those who have several; what to do, for those who have none, and for those whom another
    service does not know yet."""
    found = await _own_memberships(request, memberships, next_page)
    if not found:
        name = request.session.get(session.NAME, "")
        return render(request, "unknown_person.html", 403, name=name)
    if len(found) > 1:
        return _choice(request, found, safe_next(next_page))
    (only,) = found
    if request.session.get(session.ORGANISATION) == only.organisation.code:
        # Sent here although the choice is made: the service that did so has not heard of the membership yet.
        request.state.actor = actor_of(only)
        page = "organisation_chosen.html"
        return render(request, page, organisation=only.organisation, next_page=safe_next(next_page))
    request.session[session.ORGANISATION] = only.organisation.code
    return RedirectResponse(safe_next(next_page), 303)


@router.post("/organisation")
async def choose_organisation(
    request: Request, memberships: Memberships, next_page: Next = "/"
) -> Response:
    found = await _own_memberships(request, memberships, next_page)
    form = await read_form(request, OrganisationForm)
    chosen = form.value.organisation if form.value else ""
    if all(one.organisation.code != chosen for one in found):
        errors = {"organisation": OrganisationForm.messages["organisation"]}
        return _choice(request, found, safe_next(next_page), errors)
    request.session[session.ORGANISATION] = chosen
    return RedirectResponse(safe_next(next_page), 303)


async def _own_memberships(
    request: Request, memberships: Memberships, next_page: str
) -> Sequence[Membership]:
    subject = request.session.get(session.SUBJECT)
    if not isinstance(subject, str):
        raise Elsewhere(f"/sign-in?next={quote(safe_next(next_page), safe='/')}")
    return await memberships(subject)


def _choice(
    request: Request,
    found: Sequence[Membership],
    next_page: str,
    errors: dict[str, str] | None = None,
) -> Response:
    current = request.session.get(session.ORGANISATION, "")
    for one in found:
        if one.organisation.code == current:
            request.state.actor = actor_of(one)
    return render(
        request,
        "organisation.html",
        422 if errors else 200,
        choices=[(one.organisation.code, one.organisation.name) for one in found],
        values={"organisation": current},
        errors=errors or {},
        next_page=next_page,
    )
