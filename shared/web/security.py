"""What every response says to the browser about safety, and how much a request may send."""

import secrets
from collections.abc import Mapping

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.addresses import origin_of
from shared.web.errors import problem

LARGEST_BODY = 1024 * 1024
LARGEST_BODIES: Mapping[str, int] = {
    "/api/v1/reports/bulk": 16 * 1024 * 1024,
    # The national file of practices has 4 MB.
    "/api/v1/directory/imports": 8 * 1024 * 1024,
    "/administration/imports": 8 * 1024 * 1024,
}
"""Bytes, for paths that take more than others."""

PACKED = "Send the body as it is, not compressed."

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def content_security_policy(nonce: str, sign_in_origin: str) -> str:
    """Nothing from elsewhere, no inline styles, scripts by nonce. A form may be redirected to sign in again, and nowhere else."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",  # the design system's stylesheet draws its arrows so
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            f"form-action 'self' {sign_in_origin}",
        )
    )


class SecurityHeaders:
    """Outermost but for tracing, so that error pages have them, too. Gives each request its `csp_nonce`."""

    def __init__(self, app: ASGIApp, *, public_url: str, sign_in_issuer: str) -> None:
        self.app = app
        self._sign_in_origin = origin_of(sign_in_issuer)
        self._https = public_url.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["csp_nonce"] = nonce

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), nonce)
            await send(message)

        await self.app(scope, receive, add_headers)

    def _add(self, headers: MutableHeaders, nonce: str) -> None:
        policy = content_security_policy(nonce, self._sign_in_origin)
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault(
            "Cache-Control", "no-store"
        )  # pages of signed-in people stay out of caches
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


class BodyLimit:
    """Refuses a body beyond the limit with 413: at once when its length is declared, else as soon as it has grown too long; and a
    compressed one with 415."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            # Nothing is ever unpacked here: what is small on the wire and large in memory does not exist.
            response = problem(Request(scope, receive), 415, detail=PACKED)
            response.headers["Accept-Encoding"] = "identity"
            await response(scope, receive, send)
            return
        limit = LARGEST_BODIES.get(scope["path"], LARGEST_BODY)
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            response = problem(Request(scope, receive), 413)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413)
            return message

        await self.app(scope, count, send)
