"""The OpenID Connect provider: code flow with PKCE by authlib, and what authlib leaves to its user."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any, cast

from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import Request, Response
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from shared.platform.errors import Unavailable
from shared.platform.http import runtime_of
from shared.web.settings import SignInSettings
from shared.web.sign_in.client_key import ClientKey
from shared.web.sign_in.handles import Handles

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures that only the provider can make: never `none`, never a shared secret."""
LEEWAY_SECONDS = 60
"""How far the provider's clock and ours may be apart."""
_KNOWN_FOR_SECONDS = 3_600
"""What the provider says about itself is asked again after so long, so that a key it withdraws is not trusted for ever."""
_KEYS_PAUSE_SECONDS = 30
"""Anybody may send a token with an unknown key: the provider's keys are fetched for it no more often than this."""
_ALGORITHMS = "id_token_signing_alg_values_supported"


class NotSignedIn(Exception):
    """The provider's answer signs nobody in; the message is a word for the log."""


class TooWeak(NotSignedIn):
    """The person signed in, but not in one of the ways that are asked for."""


@dataclass(frozen=True)
class SignedIn:
    """Who has signed in."""

    person: str
    """As the directory knows them."""
    name: str
    handles: tuple[str, ...]
    at: int
    """When, by the provider's clock, in seconds since 1970."""
    id_token: str


class Provider:
    """One for each application; what the provider says about itself is fetched at the first question."""

    def __init__(self, settings: SignInSettings) -> None:
        self._settings = settings
        self._issuer = settings.sign_in_issuer.rstrip("/")
        self._made_at = time.monotonic()
        self._keys_at = 0.0
        self.handles = Handles(settings.session_key.get_secret_value(), self._issuer)
        by_key = settings.sign_in_client_auth == "private_key_jwt"
        self._key = ClientKey(settings) if by_key else None
        self._client: StarletteOAuth2App = OAuth().register(
            "insight",
            client_id=settings.sign_in_client_id,
            client_secret=settings.sign_in_client_secret.get_secret_value(),
            client_auth_methods=[self._key] if self._key else None,
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.sign_in_scopes,
                "token_endpoint_auth_method": settings.sign_in_client_auth,
                "code_challenge_method": "S256",
                "timeout": 10,
            },
        )

    @property
    def client_id(self) -> str:
        """What the provider calls us."""
        return self._settings.sign_in_client_id

    @property
    def is_stale(self) -> bool:
        return time.monotonic() - self._made_at > _KNOWN_FOR_SECONDS

    def public_keys(self) -> list[dict[str, object]]:
        """By which the provider can tell that it is us who asks."""
        return [self._key.public()] if self._key else []

    async def send_there(self, request: Request, callback: str, *, afresh: bool) -> Response:
        """To the provider's page; `afresh` asks it not to take a sign-in from before. State, nonce and PKCE's verifier are kept in
        the session. Raises `Unavailable`."""
        wanted = {"acr_values": self._settings.sign_in_acr_values, "prompt": afresh and "login"}
        asked = {name: value for name, value in wanted.items() if value}
        with _answering():
            await self._metadata()
            return cast(
                "Response", await self._client.authorize_redirect(request, callback, **asked)
            )

    async def who_came_back(self, request: Request) -> SignedIn:
        """Raises `NotSignedIn`, `OAuthError` or `JoseError` for an answer that signs nobody in, `Unavailable`."""
        with _answering():
            issuer = (await self._metadata())["issuer"]
            answer = await self._client.authorize_access_token(
                request,
                # authlib would take a token that was made out to somebody else
                claims_options={
                    "iss": {"essential": True, "values": [issuer]},
                    "aud": {"essential": True, "values": [self.client_id]},
                },
                leeway=LEEWAY_SECONDS,
            )
            claims = answer.get("userinfo")
            if not claims:
                raise NotSignedIn("no_id_token")
            allowed = self._settings.allowed_acr
            if allowed and claims.get("acr") not in allowed:
                raise TooWeak("acr_not_allowed")
            known = await self._with_userinfo(answer, claims)
        return self._signed_in(answer, claims, known)

    async def ends_session_at(self) -> str | None:
        """The provider's own page for signing out, if it has one. Raises `Unavailable`."""
        with _answering():
            return (await self._metadata()).get("end_session_endpoint")

    async def claims_of(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token signed by the provider; the claims are not checked yet. Raises `JoseError`, `Unavailable`."""
        with _answering():
            metadata = await self._metadata()
            registry = JWSRegistry(
                algorithms=metadata[_ALGORITHMS] or ["RS256"], strict_check_header=False
            )
            keys = KeySet.import_key_set(await self._client.fetch_jwk_set())
            try:
                read = jwt.decode(token, keys, registry=registry)
            except (InvalidKeyIdError, BadSignatureError):
                if time.monotonic() - self._keys_at < _KEYS_PAUSE_SECONDS:
                    raise
                self._keys_at = time.monotonic()
                keys = KeySet.import_key_set(await self._client.fetch_jwk_set(force=True))
                read = jwt.decode(token, keys, registry=registry)
            return dict(read.header), dict(read.claims)

    async def issuer(self) -> str:
        """As the provider spells it. Raises `Unavailable`."""
        with _answering():
            return str((await self._metadata())["issuer"])

    async def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = await self._client.load_server_metadata()
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise NotSignedIn("another_issuer")
        found[_ALGORITHMS] = [one for one in found.get(_ALGORITHMS, ()) if one in ALGORITHMS]
        return found

    async def _with_userinfo(
        self, answer: dict[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """What is not in the ID token may be at the userinfo endpoint."""
        wanted = (self._settings.sign_in_person_claim, "name")
        metadata = await self._metadata()
        if all(claims.get(one) for one in wanted) or "userinfo_endpoint" not in metadata:
            return claims
        more = await self._client.userinfo(token=answer)
        if more.get("sub") != claims["sub"]:
            raise NotSignedIn("userinfo_of_somebody_else")
        return {**more, **claims}

    def _signed_in(
        self, answer: dict[str, Any], claims: dict[str, Any], known: dict[str, Any]
    ) -> SignedIn:
        person = known.get(self._settings.sign_in_person_claim)
        if not isinstance(person, str) or not person:
            raise NotSignedIn("no_person_claim")
        sid = claims.get("sid")
        return SignedIn(
            person=person,
            name=str(known.get("name", "")),
            handles=self.handles.of_session(claims["sub"], sid if isinstance(sid, str) else None),
            at=int(claims["iat"]),
            id_token=str(answer["id_token"]),
        )


def provider_of(request: Request) -> Provider:
    state = request.app.state
    known = getattr(state, "sign_in", None)
    if not isinstance(known, Provider) or known.is_stale:
        known = state.sign_in = Provider(cast("SignInSettings", runtime_of(request).settings))
    return known


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (HTTPError, JSONDecodeError):
        raise Unavailable(
            "The sign-in service does not answer. Try again in a few minutes."
        ) from None
