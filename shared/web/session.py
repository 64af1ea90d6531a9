"""The signed session cookie, readable by every service of the estate, that ends after a while without use and in any case after half
a day. It says who signed in and for which organisation; what they may do is asked of the directory at each request, and so is
whether the session was ended before its time (`shared.web.endings`)."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.settings import WebSettings

SUBJECT, ORGANISATION, NAME = "subject", "organisation", "name"
BEGAN, SEEN = "began", "seen"
HANDLES, SIGNED_IN = "handles", "signed_in"
"""What the session can be ended by, and when the provider says that the person signed in."""
_RENEW_AFTER_SECONDS = 60


def cookie_name(public_url: str) -> str:
    """Under HTTPS the `__Host-` prefix makes the browser refuse it from sub-domains and without Secure."""
    return "__Host-insight" if public_url.startswith("https:") else "insight"


class Sessions(SessionMiddleware):
    """Starlette's session cookie with both time limits."""

    def __init__(
        self, app: ASGIApp, *, secret_key: str, public_url: str, settings: WebSettings
    ) -> None:
        super().__init__(
            _Limits(app, settings.longest.total_seconds()),
            secret_key=secret_key,
            session_cookie=cookie_name(public_url),
            max_age=int(settings.idle.total_seconds()),
            same_site="lax",
            https_only=public_url.startswith("https:"),
        )


class _Limits:
    """Signing the cookie anew moves its idle limit; once a minute is enough."""

    def __init__(self, app: ASGIApp, longest_seconds: float) -> None:
        self.app = app
        self._longest = longest_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._keep(scope["session"], time.time())
        await self.app(scope, receive, send)

    def _keep(self, session: dict[str, Any], now: float) -> None:
        if SUBJECT not in session:
            return
        if now - session.get(BEGAN, 0) > self._longest:
            session.clear()
        elif now - session.get(SEEN, 0) > _RENEW_AFTER_SECONDS:
            session[SEEN] = int(now)


def begin(
    session: dict[str, Any],
    subject: str,
    name: str,
    *,
    handles: Sequence[str],
    signed_in_at: int,
) -> None:
    """A new session for who has just signed in; nothing of the one before survives, so that nobody can prepare it for them."""
    session.clear()
    now = int(time.time())
    session.update({SUBJECT: subject, NAME: name, BEGAN: now, SEEN: now})
    session.update({HANDLES: list(handles), SIGNED_IN: signed_in_at})


def handles(session: Mapping[str, Any]) -> tuple[str, ...]:
    """The session's own id first."""
    return tuple(session.get(HANDLES, ()))


def signed_in_at(session: Mapping[str, Any]) -> int:
    return int(session.get(SIGNED_IN, 0))
