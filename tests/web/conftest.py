"""The demo service, asked over ASGI without a server, by somebody who may be signed in."""

import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from time import time

import httpx2
import itsdangerous
import pytest
from fastapi import FastAPI

from shared.web.actors import find_memberships
from tests.web.demo import DemoSettings, FakeDirectory, create_app

COOKIE = "insight"
DOMAIN = "testserver.local"  # what a host without dots is called by Python's cookies
CSRF = "the token of the tests"


def _signed(session: dict[str, object]) -> str:
    key = DemoSettings().session_key.get_secret_value()
    return itsdangerous.TimestampSigner(key).sign(b64encode(json.dumps(session).encode())).decode()


def session_cookie(subject: str, organisation: str) -> str:
    """The cookie of somebody who has just signed in."""
    now = time()
    return _signed(
        {
            "subject": subject,
            "organisation": organisation,
            "began": now,
            "seen": now,
            "handles": [secrets.token_hex(16)],
            "signed_in": int(now),
            "csrf_token": CSRF,
        }
    )


class Browser(httpx2.AsyncClient):
    """A client that can be signed in without a sign-in provider, and that posts forms as a browser would."""

    def sign_in(self, subject: str = "amira.patel", organisation: str = "Y90001") -> None:
        self.cookies.set(COOKIE, session_cookie(subject, organisation), domain=DOMAIN)

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
    demo.dependency_overrides[find_memberships] = lambda: directory.memberships
    transport = httpx2.ASGITransport(demo)
    async with Browser(transport=transport, base_url="http://testserver") as client:
        yield client


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
