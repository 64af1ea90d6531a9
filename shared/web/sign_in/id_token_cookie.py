"""The provider's ID token, kept by the browser of whom it tells of, for one thing: to say at the provider's page for signing out
who it is that wants to. It opens nothing, and is sent to our own sign-out pages only."""

from fastapi import Request, Response

from shared.web.settings import WebSettings

_PATH = "/sign-out"
_LONGEST = 3_800
"""Browsers keep 4,096 bytes at most, name and all. Without the token the provider asks."""


def id_token_cookie(public_url: str) -> str:
    """Its name."""
    return "__Secure-insight-id" if public_url.startswith("https:") else "insight-id"


def keep_id_token(response: Response, token: str, public_url: str) -> None:
    response.set_cookie(
        id_token_cookie(public_url),
        token if len(token) <= _LONGEST else "",
        max_age=int(WebSettings().longest.total_seconds()),
        path=_PATH,
        secure=public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def forget_id_token(response: Response, public_url: str) -> None:
    response.delete_cookie(
        id_token_cookie(public_url),
        path=_PATH,
        secure=public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def kept_id_token(request: Request, public_url: str) -> str | None:
    """Empty where it was too long to keep; none where nobody has signed in from this browser."""
    return request.cookies.get(id_token_cookie(public_url))
