"""An OpenID Connect provider on a free port that says whatever a test wants it to: what a real one never would."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "insight"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
Claims = dict[str, Any]


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": kid}, private=True)


@dataclass
class Issuer:
    """`claims`, `header` and `info` change what the next ID token, its header and the userinfo endpoint say; None leaves a claim out."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    published: list[RSAKey] = field(default_factory=list)
    metadata: Claims = field(default_factory=dict)
    claims: Claims = field(default_factory=dict)
    header: Claims = field(default_factory=dict)
    info: Claims = field(default_factory=dict)
    id_token: str | None = None
    """Sent as it is, instead of a token made here."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """What was posted to the token endpoint."""
    credentials: list[str] = field(default_factory=list)
    """The Authorization headers that came with it."""
    keys_fetched: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published = [self.key]
        self._first = self.key

    def forget(self) -> None:
        """As at the beginning, with the same key: making one takes longer than most tests."""
        self.__init__(self.url, self._first)  # type: ignore[misc]

    def authorise(self, location: str) -> str:
        """What the provider's page does when somebody signs in: the address that it sends the browser back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = uuid4().hex
        self._codes[code] = query
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def signed(
        self, claims: Claims, header: Claims | None = None, key: RSAKey | None = None
    ) -> str:
        signer = key or self.key
        whole = {"alg": "RS256", "kid": signer.kid, **(header or {})}
        return jwt.encode(whole, _without_none(claims), signer, algorithms=[whole["alg"]])

    def logout_token(
        self, header: Claims | None = None, key: RSAKey | None = None, **changed: Any
    ) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": uuid4().hex,
            "events": {EVENT: {}},
            "sub": "amira.patel",
        }
        return self.signed(claims | changed, {"typ": "logout+jwt", **(header or {})}, key)

    def answer_token(self, form: dict[str, str]) -> tuple[int, Claims]:
        self.asked.append(form)
        query = self._codes.pop(form.get("code", ""), None)
        if query is None or not _proves(form.get("code_verifier", ""), query["code_challenge"]):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "amira.patel",
            "name": "Dr Amira Patel",
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
        }
        token = self.id_token or self.signed(claims | self.claims, self.header)
        return 200, {
            "access_token": "opens-userinfo",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": token,
        }

    def answer(self, path: str) -> tuple[int, Claims]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorise",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "end_session_endpoint": f"{self.url}/end",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            } | self.metadata
        if path == "/keys":
            self.keys_fetched += 1
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
        if path == "/userinfo":
            return 200, {"sub": "amira.patel", **self.info}
        return 404, {}


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return _base64(digest) == challenge


def _without_none(claims: Claims) -> Claims:
    return {name: value for name, value in claims.items() if value is not None}


def forged(header: Claims, claims: Claims, public_key: bytes) -> str:
    """A token that anybody can make: not signed, or with what is public taken for a shared secret."""
    content = ".".join(_base64(json.dumps(each).encode()) for each in (header, claims))
    mac = hmac.digest(public_key, content.encode(), "sha256")
    return f"{content}.{_base64(mac) if header['alg'] == 'HS256' else ''}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def issuing() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*issuer.answer(urlsplit(self.path).path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            issuer.credentials.append(self.headers.get("Authorization", ""))
            self._send(*issuer.answer_token({name: one[0] for name, one in parse_qs(body).items()}))

        def _send(self, status: int, content: Claims) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield issuer
        server.shutdown()
        thread.join()
