"""Our own key, where we prove to the provider who we are by `private_key_jwt` (RFC 7523)."""

from typing import Any

from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc.jwk import ECKey, RSAKey

from shared.web.settings import SignInSettings

_ASSERTION_SECONDS = 60
"""Providers refuse proofs that are good for long; ours is sent at once."""


class ClientKey(PrivateKeyJWT):  # type: ignore[misc]  # authlib has no types
    """Signs what authlib sends to the token endpoint; knows the public half for the provider."""

    def __init__(self, settings: SignInSettings) -> None:
        if settings.sign_in_key_file is None:
            raise ValueError("private_key_jwt without a key file")
        super().__init__(alg=settings.sign_in_key_algorithm)
        pem = settings.sign_in_key_file.read_bytes()
        kind = ECKey if self.alg.startswith("ES") else RSAKey
        key_id = settings.sign_in_key_id or kind.import_key(pem).thumbprint()
        self._key = kind.import_key(pem, {"use": "sig", "alg": self.alg, "kid": key_id})

    def sign(self, auth: Any, token_endpoint: str) -> str:
        return str(
            private_key_jwt_sign(
                self._key,
                auth.client_id,
                token_endpoint,
                alg=self.alg,
                header={"kid": self._key.kid, "typ": "JWT"},
                expires_in=_ASSERTION_SECONDS,
            )
        )

    def public(self) -> dict[str, object]:
        return dict(self._key.as_dict(private=False))
