"""The provider ends a session (OpenID Connect Back-Channel Logout 1.0): somebody took the smartcard out, signed out elsewhere or
was locked out."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry

from shared.web.csrf import BACK_CHANNEL_LOGOUT
from shared.web.endings import CurrentEndings
from shared.web.forms import posted_values
from shared.web.sign_in.provider import LEEWAY_SECONDS, NotSignedIn, provider_of

logger = logging.getLogger(__name__)

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})
_WITHOUT_EXPIRY_SECONDS = 120
"""Providers of the standard's drafts send no `exp`: their tokens are good for as long as the standard recommends."""

router = APIRouter()


@dataclass(frozen=True)
class LogoutRequest:
    """What the provider asks for, once its token has been found good."""

    request_id: UUID
    """The same for the same token, however often it is sent."""
    subject: str | None
    sid: str | None
    at: datetime


@router.post(BACK_CHANNEL_LOGOUT)
async def end_by_provider(request: Request, endings: CurrentEndings) -> Response:
    """Ends the sessions that the token means, in every service. 200, or 400 for a token that is not good or was seen before."""
    provider = provider_of(request)
    values = await posted_values(request)
    try:
        header, claims = await provider.claims_of(values.first("logout_token"))
        wanted = read_claims(
            header, claims, issuer=await provider.issuer(), client_id=provider.client_id
        )
    except JoseError as error:
        return _refused(error.error)
    except NotSignedIn as error:
        return _refused(str(error))
    handles = provider.handles.of_logout(wanted.subject, wanted.sid)
    # One session is that session whenever it began; a person's are those that there were when the provider said so.
    until = None if wanted.sid else wanted.at
    if not await endings.end(dict.fromkeys(handles, until), request_id=wanted.request_id):
        return _refused("seen_before")
    return Response(status_code=200)


def read_claims(
    header: dict[str, Any], claims: dict[str, Any], *, issuer: str, client_id: str
) -> LogoutRequest:
    """The standard's section 2.6, but for the signature. Raises `JoseError`."""
    if str(header.get("typ", "jwt")).lower() not in TYPES:
        raise InvalidClaimError("typ")
    JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    ).validate(claims)
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise InvalidClaimError("events")
    if "nonce" in claims:
        raise InvalidClaimError("nonce")
    at = datetime.fromtimestamp(claims["iat"], UTC)
    if "exp" not in claims:
        age = (datetime.now(UTC) - at).total_seconds()
        if age > _WITHOUT_EXPIRY_SECONDS + LEEWAY_SECONDS:
            raise ExpiredTokenError("iat")
    subject, sid = _text(claims, "sub"), _text(claims, "sid")
    if subject is None and sid is None:
        raise MissingClaimError("sub,sid")
    return LogoutRequest(uuid5(NAMESPACE_URL, f"{issuer} {claims['jti']}"), subject, sid, at)


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise InvalidClaimError(name)
    return value


def _refused(why: str) -> Response:
    logger.warning("back-channel logout refused: %s", why)
    return JSONResponse({"error": "invalid_request"}, 400)
