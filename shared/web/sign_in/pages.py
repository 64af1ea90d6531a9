"""Sign-in by OpenID Connect: to the provider and back."""

import logging
from typing import Any
from urllib.parse import quote

from authlib.integrations.base_client import OAuthError
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from joserfc.errors import JoseError

from shared.platform.http import runtime_of
from shared.web import session
from shared.web.addresses import safe_next
from shared.web.endings import CurrentEndings
from shared.web.pages import render
from shared.web.sign_in.addresses import NEXT, Next
from shared.web.sign_in.id_token_cookie import keep_id_token
from shared.web.sign_in.provider import NotSignedIn, TooWeak, provider_of

logger = logging.getLogger(__name__)

CALLBACK = "/sign-in/callback"

router = APIRouter()


@router.get("/sign-in")
async def sign_in(request: Request, next_page: Next = "/", afresh: bool = False) -> Response:
    """Leads to the sign-in provider and back to `next_page`; `afresh` for those whose sign-in of before was not good enough."""
    request.session[NEXT] = safe_next(next_page)
    callback = f"{runtime_of(request).settings.public_url.rstrip('/')}{CALLBACK}"
    try:
        return await provider_of(request).send_there(request, callback, afresh=afresh)
    except NotSignedIn as error:
        return _failed(request, str(error), safe_next(next_page))


@router.get(CALLBACK)
async def callback(request: Request, endings: CurrentEndings) -> Response:
    """Where the sign-in provider sends people back to. A session that this browser had ends, and so do its copies."""
    next_page = safe_next(str(request.session.get(NEXT, "/")))
    try:
        who = await provider_of(request).who_came_back(request)
    except TooWeak as error:
        return _failed(request, str(error), next_page, too_weak=True)
    except (OAuthError, JoseError) as error:
        return _failed(request, str(error.error), next_page)
    except NotSignedIn as error:
        return _failed(request, str(error), next_page)
    if before := session.handles(request.session):
        await endings.end({before[0]: None})
    session.begin(request.session, who.person, who.name, handles=who.handles, signed_in_at=who.at)
    chosen = session.ORGANISATION in request.session
    page = next_page if chosen else f"/organisation?next={quote(next_page, safe='/')}"
    response = RedirectResponse(page, 303)
    keep_id_token(response, who.id_token, runtime_of(request).settings.public_url)
    return response


@router.get("/sign-in/jwks.json")
async def public_keys(request: Request) -> dict[str, Any]:
    """Our public key, which a provider needs for `private_key_jwt`; none where a secret is used."""
    return {"keys": provider_of(request).public_keys()}


def _failed(request: Request, why: str, next_page: str, *, too_weak: bool = False) -> Response:
    logger.warning("sign-in failed: %s", why)
    return render(request, "sign_in_failed.html", 400, next_page=next_page, too_weak=too_weak)
