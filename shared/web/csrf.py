"""No other site may make a signed-in person's browser post here: the browser's own word on where a request comes from, and a token
of the session in every form. Requests that carry an API key instead of the session's cookie are not the browser's and are exempt."""

import secrets
from collections.abc import Sequence

from fastapi import Request
from markupsafe import Markup

from shared.platform.errors import Forbidden
from shared.web import session
from shared.web.actors import Elsewhere, sign_in_again
from shared.web.drafts.address import form_address
from shared.web.drafts.form import keep_of
from shared.web.forms import PostedValues, posted_values

FIELD = session.CSRF
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API_PREFIX = "/api/"
_SIGN_OUT = "/sign-out"
BACK_CHANNEL_LOGOUT = "/sign-in/back-channel-logout"
MACHINES_ONLY = frozenset({BACK_CHANNEL_LOGOUT})
"""Exempt by nature, and the whole list of it: a machine posts there, without a browser and without our session, and proves by a
signature in what it posts who it is. Nothing there looks at the session's cookie."""

REFUSED = "We could not be sure that this was sent from one of our own pages. Go back, reload the page and try again."


class SignedOutMeanwhile(Forbidden):
    """The session ended before the form was sent, and it was not kept. `typed` is what was written in it, to be copied and sent again
    from the page at `form`."""

    title = "You have been signed out"

    def __init__(self, typed: Sequence[str], form: str) -> None:
        super().__init__("Your session has ended. What you sent was not kept.")
        self.typed = typed
        self.form = form


def token(request: Request) -> str:
    """The session's token, made at the first form that asks for it."""
    if not isinstance(request.session.get(FIELD), str):
        request.session[FIELD] = secrets.token_urlsafe(24)
    return str(request.session[FIELD])


def field(request: Request) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(request))


async def check_csrf(request: Request) -> None:
    """Dependency of every route. Raises `Forbidden`; without a session that could have a token, `Elsewhere` to the sign-in when what was
    typed is kept for its writer, else `SignedOutMeanwhile`."""
    if request.method in SAFE_METHODS or _is_machines(request):
        return
    if _is_cross_site(request):
        raise Forbidden(REFUSED)
    values = await posted_values(request)
    given = values.first(FIELD) or request.headers.get("X-CSRF-Token", "")
    if session.SUBJECT not in request.session:
        await _keep_for_who_it_was(request, given, values)
    expected = request.session.get(FIELD)
    if not isinstance(expected, str):
        raise SignedOutMeanwhile(_words_in(values), form_address(request))
    if not _same(given, expected):
        raise Forbidden(REFUSED)


async def _keep_for_who_it_was(request: Request, given: str, values: PostedValues) -> None:
    ended = session.ended_in(request.session)
    if ended is None or not _same(given, ended.token):
        return
    if request.url.path == _SIGN_OUT:  # whoever leaves does not want to be remembered
        request.session.clear()
        raise Elsewhere(_SIGN_OUT)
    if await keep_of(request, ended, values):
        raise Elsewhere(sign_in_again(form_address(request)))


def _words_in(values: PostedValues) -> list[str]:
    """What somebody has typed rather than chosen, as far as that can be told: several words, or an address of mail."""
    texts = [text.strip() for name, text in values.pairs if name != FIELD]
    return [text for text in texts if "@" in text or any(map(str.isspace, text))]


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def _is_machines(request: Request) -> bool:
    """API routes answer to a key only, which no browser adds by itself."""
    path = request.url.path
    return path.startswith(API_PREFIX) or path in MACHINES_ONLY


def _is_cross_site(request: Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.app.state.public_origin
