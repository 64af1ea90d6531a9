"""Sign-in by OpenID Connect (authorisation code flow with PKCE), sign-out, and which organisation to act for. Included by intake;
the session cookie it sets is read by every service."""

import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, cast
from urllib.parse import quote

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from httpx2 import HTTPError
from joserfc.errors import JoseError

from shared.directory.repository import Membership
from shared.platform.errors import Unavailable
from shared.platform.settings import ServiceSettings
from shared.web import session
from shared.web.actors import Elsewhere, MaybeActor, Memberships, actor_of
from shared.web.addresses import safe_next
from shared.web.forms import Form, read_form
from shared.web.pages import render

logger = logging.getLogger(__name__)

NEXT = "next"
CALLBACK = "/sign-in/callback"

router = APIRouter(include_in_schema=False)
Next = Annotated[str, Query(alias=NEXT)]


class OrganisationForm(Form):
    messages: ClassVar[Mapping[str, str]] = {
        "organisation": "Select the organisation you are acting for"
    }

    organisation: str


def _provider(request: Request) -> StarletteOAuth2App:
    """One client for each application; its knowledge of the provider is fetched at the first sign-in."""
    known = getattr(request.app.state, "sign_in", None)
    if known is None:
        settings = cast("ServiceSettings", request.app.state.runtime.settings)
        issuer = settings.sign_in_issuer.rstrip("/")
        known = OAuth().register(
            "insight",
            client_id=settings.sign_in_client_id,
            client_secret=settings.sign_in_client_secret.get_secret_value(),
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": 10,
            },
        )
        request.app.state.sign_in = known
    return known


@router.get("/sign-in")
async def sign_in(request: Request, next_page: Next = "/") -> Response:
    """Leads to the sign-in provider and back to `next_page`."""
    request.session[NEXT] = safe_next(next_page)
    callback = f"{request.app.state.runtime.settings.public_url.rstrip('/')}{CALLBACK}"
    try:
        return cast("Response", await _provider(request).authorize_redirect(request, callback))
    except HTTPError:
        raise Unavailable(
            "The sign-in service does not answer. Try again in a few minutes."
        ) from None


@router.get(CALLBACK)
async def callback(request: Request) -> Response:
    """Where the sign-in provider sends people back to."""
    next_page = safe_next(str(request.session.get(NEXT, "/")))
    try:
        answer = await _provider(request).authorize_access_token(request)
    except (OAuthError, JoseError) as error:
        logger.warning("sign-in failed: %s", error.error)
        return render(request, "sign_in_failed.html", 400, next_page=next_page)
    except HTTPError:
        raise Unavailable(
            "The sign-in service does not answer. Try again in a few minutes."
        ) from None
    claims = answer.get("userinfo")
    if not claims:
        logger.warning("sign-in failed: the provider sent no ID token")
        return render(request, "sign_in_failed.html", 400, next_page=next_page)
    session.begin(request.session, str(claims["sub"]), str(claims.get("name", "")))
    return RedirectResponse(_choice_of(next_page), 303)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    request.session.clear()
    return RedirectResponse("/sign-out", 303)


@router.get("/sign-out")
async def signed_out(request: Request, actor: MaybeActor) -> Response:
    if actor is not None:
        return RedirectResponse("/", 303)
    return render(request, "signed_out.html")


@router.get("/organisation")
async def organisation(
    request: Request, memberships: Memberships, next_page: Next = "/"
) -> Response:
    """Which organisation to act for, for those who have several; what to do, for those who have none."""
    found = await _own_memberships(request, memberships, next_page)
    if not found:
        name = request.session.get(session.NAME, "")
        return render(request, "unknown_person.html", 403, name=name)
    if len(found) == 1:
        request.session[session.ORGANISATION] = found[0].organisation.code
        return RedirectResponse(safe_next(next_page), 303)
    return _choice(request, found, safe_next(next_page))


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


def _choice_of(next_page: str) -> str:
    return f"/organisation?next={quote(next_page, safe='/')}"


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
