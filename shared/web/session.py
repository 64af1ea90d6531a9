"""The signed session cookie, readable by every service of the estate, that ends after a while without use and in any case after half
a day. It says who signed in and for which organisation; what they may do is asked of the directory at each request, and so is
whether the session was ended before its time (`shared.web.endings`).

The browser keeps the cookie for longer than the session lasts, and the server decides when that is: a session past its limits is
taken out of the cookie at once, and only who it was stays, under `ENDED`, where nothing looks for a signed-in person. It is good for
one thing: a form that was sent too late is kept as that person's draft (`shared.web.drafts`).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.settings import WebSettings

SUBJECT, ORGANISATION, NAME = "subject", "organisation", "name"
BEGAN, SEEN = "began", "seen"
CSRF = "csrf_token"
HANDLES, SIGNED_IN = "handles", "signed_in"
"""What the session can be ended by, and when the provider says that the person signed in."""
ENDED = "ended"
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
            _Limits(app, settings),
            secret_key=secret_key,
            session_cookie=cookie_name(public_url),
            max_age=int(settings.remembered.total_seconds()),
            same_site="lax",
            https_only=public_url.startswith("https:"),
        )


class _Limits:
    """Signing the cookie anew moves its idle limit; once a minute is enough."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._keep(scope["session"], time.time())
        await self.app(scope, receive, send)

    def _keep(self, session: dict[str, Any], now: float) -> None:
        if SUBJECT in session:
            is_idle = now - session.get(SEEN, 0) > self._settings.idle.total_seconds()
            if is_idle or now - session.get(BEGAN, 0) > self._settings.longest.total_seconds():
                _end(session)
            elif now - session[SEEN] > _RENEW_AFTER_SECONDS:
                session[SEEN] = int(now)
        ended = ended_in(session)
        if ended is not None and now - ended.seen > self._settings.remembered.total_seconds():
            del session[ENDED]


@dataclass(frozen=True)
class Ended:
    """Who a session was, that has come to its limits."""

    subject: str
    organisation: str
    token: str
    """Of the forms that it had open."""
    seen: float
    handles: Sequence[str]
    signed_in: int


def ended_in(session: Mapping[str, Any]) -> Ended | None:
    """What is left of a session past its limits, if this is one."""
    left = session.get(ENDED)
    return Ended(**left) if isinstance(left, dict) else None


def _end(session: dict[str, Any]) -> None:
    """Nobody is signed in any more. A session without an organisation or a form had nothing to lose; one without handles cannot say
    that nobody has ended it."""
    left = Ended(
        subject=session[SUBJECT],
        organisation=session.get(ORGANISATION, ""),
        token=session.get(CSRF, ""),
        seen=session.get(SEEN, 0),
        handles=handles(session),
        signed_in=signed_in_at(session),
    )
    session.clear()
    if left.organisation and left.token and left.handles:
        session[ENDED] = asdict(left)


def begin(
    session: dict[str, Any],
    subject: str,
    name: str,
    *,
    handles: Sequence[str],
    signed_in_at: int,
) -> None:
    """A new session for who has just signed in; nothing of the one before survives, so that nobody can prepare it for them. But when
    it was the same person's and came to its limits, the forms that are still open can be sent, for the organisation they were
    opened for."""
    ended = ended_in(session)
    session.clear()
    now = int(time.time())
    session.update({SUBJECT: subject, NAME: name, BEGAN: now, SEEN: now})
    session.update({HANDLES: list(handles), SIGNED_IN: signed_in_at})
    if ended is not None and ended.subject == subject:
        session.update({CSRF: ended.token, ORGANISATION: ended.organisation})


def handles(session: Mapping[str, Any]) -> tuple[str, ...]:
    """The session's own id first."""
    return tuple(session.get(HANDLES, ()))


def signed_in_at(session: Mapping[str, Any]) -> int:
    return int(session.get(SIGNED_IN, 0))
