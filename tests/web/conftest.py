"""The demo service, asked over ASGI without a server, by somebody who may be signed in."""

import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from time import time

import httpx2
import itsdangerous
import pytest
from fastapi import FastAPI

from shared.web.actors import find_memberships
from shared.web.endings import find_endings
from tests.web.demo import DemoSettings, FakeDirectory, FakeEndings, create_app
from tests.web.issuer import Issuer, issuing

COOKIE = "insight"
DOMAIN = "testserver.local"  # what a host without dots is called by Python's cookies
CSRF = "the token of the tests"


class _Signer(itsdangerous.TimestampSigner):
    """Signs as if it had been some seconds ago."""

    ago = 0.0

    def get_timestamp(self) -> int:
        return super().get_timestamp() - int(self.ago)


def _signed(session: dict[str, object], ago: float = 0) -> str:
    signer = _Signer(DemoSettings().session_key.get_secret_value())
    signer.ago = ago
    return signer.sign(b64encode(json.dumps(session).encode())).decode()


def session_cookie(subject: str, organisation: str, ago: float = 0) -> str:
    """The cookie of somebody who has just signed in; last renewed so many seconds ago."""
    now = time()
    return _signed(
        {
            "subject": subject,
            "organisation": organisation,
            "began": now,
            "seen": now - ago,
            "handles": [secrets.token_hex(16)],
            "signed_in": int(now),
            "csrf_token": CSRF,
        },
        ago,
    )


class Browser(httpx2.AsyncClient):
    """A client that can be signed in without a sign-in provider, and that posts forms as a browser would."""

    def sign_in(self, subject: str = "amira.patel", organisation: str = "Y90001") -> None:
        self.cookies.set(COOKIE, session_cookie(subject, organisation), domain=DOMAIN)

    def set_cookie(self, value: str) -> None:
        """A session's cookie, copied from elsewhere."""
        self.cookies.set(COOKIE, value, domain=DOMAIN)

    def set_session(self, **session: object) -> None:
        """A session like this; one that nothing has ended, unless its handles are given."""
        whole = {"handles": [secrets.token_hex(16)], **session}
        self.cookies.set(COOKIE, _signed(whole), domain=DOMAIN)

    async def send_form(self, path: str, fields: dict[str, str]) -> httpx2.Response:
        headers = {"Sec-Fetch-Site": "same-origin"}
        return await self.post(path, data={"csrf_token": CSRF, **fields}, headers=headers)


@pytest.fixture
def directory() -> FakeDirectory:
    return FakeDirectory()


@pytest.fixture(scope="session")
def demo() -> FastAPI:
    """One for all tests: compiling the design system's templates takes longer than any of them."""
    return create_app()


@pytest.fixture
async def browser(demo: FastAPI, directory: FakeDirectory) -> AsyncIterator[Browser]:
    endings = FakeEndings()
    demo.dependency_overrides[find_memberships] = lambda: directory.memberships
    demo.dependency_overrides[find_endings] = lambda: endings
    transport = httpx2.ASGITransport(demo)
    async with Browser(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.fixture(scope="module")
def issuer_server() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


@pytest.fixture
def issuer(issuer_server: Issuer) -> Issuer:
    """A sign-in provider that says what a test wants it to, and nothing wrong yet."""
    issuer_server.forget()
    return issuer_server


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text_of(response: httpx2.Response) -> str:
    """What a page says, without its tags."""
    parser = _Text()
    parser.feed(response.text)
    return " ".join(" ".join(parser.words).split())
