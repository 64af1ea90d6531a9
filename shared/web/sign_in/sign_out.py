"""Signing out: here, everywhere, and at the provider for those who want that, too."""

import logging
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.platform.errors import Unavailable
from shared.platform.http import runtime_of
from shared.web import session
from shared.web.actors import MaybeActor
from shared.web.endings import CurrentEndings
from shared.web.pages import render
from shared.web.sign_in.id_token_cookie import forget_id_token, kept_id_token
from shared.web.sign_in.provider import NotSignedIn, provider_of

logger = logging.getLogger(__name__)

SIGNED_OUT = "/sign-out"

router = APIRouter()


@router.post("/sign-out")
async def sign_out(request: Request, endings: CurrentEndings) -> Response:
    """Ends this session in every service: a copy of the cookie is of no use afterwards."""
    if handles := session.handles(request.session):
        await endings.end({handles[0]: None})
    request.session.clear()
    return RedirectResponse(SIGNED_OUT, 303)


@router.get(SIGNED_OUT)
async def signed_out(request: Request, actor: MaybeActor) -> Response:
    if actor is not None:
        return RedirectResponse("/", 303)
    came_from = kept_id_token(request, runtime_of(request).settings.public_url) is not None
    at_provider = came_from and await _provider_page(request) is not None
    return render(request, "signed_out.html", at_provider=at_provider)


@router.get("/sign-out/provider")
async def sign_out_there(request: Request, actor: MaybeActor) -> Response:
    """To the provider's own page for signing out (OpenID Connect RP-Initiated Logout), and back to our page that says so."""
    if actor is not None:
        return RedirectResponse("/", 303)
    public_url = runtime_of(request).settings.public_url
    page = await _provider_page(request)
    asked = {
        "client_id": provider_of(request).client_id,
        "post_logout_redirect_uri": f"{public_url.rstrip('/')}{SIGNED_OUT}",
    }
    if token := kept_id_token(request, public_url):
        asked["id_token_hint"] = token
    address = f"{page}{'&' if '?' in page else '?'}{urlencode(asked)}" if page else SIGNED_OUT
    response = RedirectResponse(address, 303)
    forget_id_token(response, public_url)
    return response


async def _provider_page(request: Request) -> str | None:
    try:
        return await provider_of(request).ends_session_at()
    except (Unavailable, NotSignedIn):
        logger.warning("the sign-in provider does not say where to sign out")
        return None
