"""A service running in the test's own process, asked over HTTP without a socket, by people who are signed in without a provider."""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from fastapi import FastAPI
from itsdangerous import TimestampSigner

from shared.contracts.directory import OrganisationRecorded
from shared.directory.use_cases import record_organisations
from shared.platform.runtime import Runtime
from shared.platform.transaction import Transactions
from shared.web import csrf, session
from shared.web.settings import WebSettings
from shared.web.sign_in.handles import own_handle
from tests.support.facts import received
from tests.support.settings import PUBLIC_URL, SESSION_KEY
from tests.support.templates import compile_once

CSRF_TOKEN = "the token of a test's session"
_COOKIE_DOMAIN = "localhost.local"  # what a host without dots is called by Python's cookies
Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Age:
    """How long ago a session began, and was used last."""

    began: timedelta = timedelta()
    seen: timedelta = timedelta()


_WEB = WebSettings()
_A_LITTLE = timedelta(minutes=1)
NEW = Age()
IDLE = Age(began=_WEB.idle + _A_LITTLE, seen=_WEB.idle + _A_LITTLE)
"""Not used for just too long."""
TOO_LONG = Age(began=_WEB.longest + _A_LITTLE)
"""In use, and at the hard limit."""


def session_cookie(subject: str, name: str, organisation: str, age: Age = NEW) -> str:
    """What a service's session cookie holds after this person signed in, signed as Starlette signs it."""
    now = int(time.time())
    content = {
        session.SUBJECT: subject,
        session.NAME: name,
        session.ORGANISATION: organisation,
        session.BEGAN: now - int(age.began.total_seconds()),
        session.SEEN: now - int(age.seen.total_seconds()),
        session.HANDLES: [own_handle()],
        session.SIGNED_IN: now - int(age.began.total_seconds()),
        csrf.FIELD: CSRF_TOKEN,
    }
    return TimestampSigner(SESSION_KEY).sign(b64encode(json.dumps(content).encode())).decode()


def content_of(cookie: str) -> dict[str, object]:
    """What a session cookie holds, signed by whom it may."""
    content: dict[str, object] = json.loads(b64decode(cookie.rpartition(".")[0].rpartition(".")[0]))
    return content


class Person:
    """Somebody with a browser of their own; `client` for everything that `get` and `post` do not do."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    @property
    def cookie(self) -> str:
        """The session's, as it is now."""
        return self.client.cookies[session.cookie_name(PUBLIC_URL)]

    @property
    def content(self) -> dict[str, object]:
        """Of the session, which may have gone."""
        held = [each.value for each in self.client.cookies.jar if each.value]
        return content_of(held[0]) if held else {}

    async def get(self, path: str) -> httpx2.Response:
        """Redirects are not followed: where they lead is part of the answer."""
        return await self.client.get(path)

    async def post(self, path: str, values: Values | None = None) -> httpx2.Response:
        """A form sent from one of our own pages: with the session's CSRF token."""
        return await self.client.post(path, data={csrf.FIELD: CSRF_TOKEN, **(values or {})})


def bearing(client: httpx2.AsyncClient, cookie: str) -> Person:
    """Somebody whose browser has this session cookie, as if a service had set it."""
    client.cookies.set(session.cookie_name(PUBLIC_URL), cookie, domain=_COOKIE_DOMAIN)
    return Person(client)


class Running:
    """A running service and its directory."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self.app = app
        self._stack = stack
        self._directory: dict[str, OrganisationRecorded] = {}

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    @property
    def transactions(self) -> Transactions:
        return self.runtime.transactions

    async def seed(self, organisations: Sequence[OrganisationRecorded]) -> None:
        """Let the service take in organisations as it does from Kafka; intake, whose they are, just has them."""
        async with self.transactions.begin() as tx:
            if OrganisationRecorded in self.runtime.facts:
                await self.runtime.consumers.apply([received(each) for each in organisations], tx)
            else:
                await record_organisations(organisations, tx)
        self._directory |= {each.code: each for each in organisations}

    async def visitor(self, **headers: str) -> httpx2.AsyncClient:
        """Somebody who has not signed in, or a program with these headers (such as `Authorization`)."""
        transport = httpx2.ASGITransport(self.app)
        client = httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)
        return await self._stack.enter_async_context(client)

    async def sign_in(
        self, subject: str, organisation: str | None = None, age: Age = NEW
    ) -> Person:
        """A member of the seeded directory, by subject; for one of several organisations when its code is given."""
        name, code = self._membership(subject, organisation)
        client = await self.visitor()
        cookie = session_cookie(subject, name, code, age)
        return bearing(client, cookie)

    def _membership(self, subject: str, organisation: str | None) -> tuple[str, str]:
        for each in self._directory.values():
            for member in each.members:
                if member.subject == subject and organisation in (None, each.code):
                    return member.name, each.code
        raise LookupError(f"{subject} is not in the seeded directory")


@asynccontextmanager
async def running(
    app: FastAPI, directory: Sequence[OrganisationRecorded] = ()
) -> AsyncIterator[Running]:
    """Run the app's lifespan - listener, relay, timers, workers - until the block ends; `directory` is seeded first."""
    compile_once(app)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        service = Running(app, stack)
        if directory:
            await service.seed(directory)
        yield service
