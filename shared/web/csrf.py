"""No other site may make a signed-in person's browser post here: the browser's own word on where a request comes from, and a token
of the session in every form. Requests that carry an API key instead of the session's cookie are not the browser's and are exempt."""

import secrets
from collections.abc import Sequence

from fastapi import Request
from markupsafe import Markup

from shared.platform.errors import Forbidden
from shared.web.forms import posted_values

FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API_PREFIX = "/api/"
BACK_CHANNEL_LOGOUT = "/sign-in/back-channel-logout"
MACHINES_ONLY = frozenset({BACK_CHANNEL_LOGOUT})
"""Exempt by nature, and the whole list of it: a machine posts there, without a browser and without our session, and proves by a
signature in what it posts who it is. Nothing there looks at the session's cookie."""

REFUSED = "We could not be sure that this was sent from one of our own pages. Go back, reload the page and try again."


class SignedOutMeanwhile(Forbidden):
    """The session ended before the form was sent. `typed` is what was written in it, to be copied and sent again."""

    title = "You have been signed out"

    def __init__(self, typed: Sequence[str]) -> None:
        super().__init__("You had not used the service for a while. What you sent was not kept.")
        self.typed = typed


def token(request: Request) -> str:
    """The session's token, made at the first form that asks for it."""
    session = request.session
    if not isinstance(session.get(FIELD), str):
        session[FIELD] = secrets.token_urlsafe(24)
    return str(session[FIELD])


def field(request: Request) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(request))


async def check_csrf(request: Request) -> None:
    """Dependency of every route. Raises `Forbidden`, or `SignedOutMeanwhile` when there is no session to have a token."""
    if request.method in SAFE_METHODS or _is_api(request) or request.url.path in MACHINES_ONLY:
        return
    if _is_cross_site(request):
        raise Forbidden(REFUSED)
    values = await posted_values(request)
    expected = request.session.get(FIELD)
    if not isinstance(expected, str):
        raise SignedOutMeanwhile([text for _, text in values.pairs if " " in text.strip()])
    given = values.first(FIELD) or request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise Forbidden(REFUSED)


def _is_api(request: Request) -> bool:
    """API routes answer to a key only, which no browser adds by itself."""
    return request.url.path.startswith(API_PREFIX)


def _is_cross_site(request: Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.app.state.public_origin
