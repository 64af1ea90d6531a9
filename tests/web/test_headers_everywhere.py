"""What every answer of every service says to the browser, whichever route and however it ends."""

import re
from collections.abc import Iterator, Mapping

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from services.actions.app import create_app as actions
from services.actions.settings import Settings as ActionsSettings
from services.classification.app import create_app as classification
from services.classification.settings import Settings as ClassificationSettings
from services.intake.app import create_app as intake
from services.intake.settings import Settings as IntakeSettings
from services.notifications.app import create_app as notifications
from services.notifications.settings import Settings as NotificationsSettings
from services.reporting.app import create_app as reporting
from services.reporting.settings import Settings as ReportingSettings
from tests.support.apps import session_cookie
from tests.support.settings import settings_of

NOWHERE = {"database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/nowhere"}
HTTPS = {**NOWHERE, "public_url": "https://insight.example"}
REQUIRED: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
DIRECTIVES = {
    "default-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
BEYOND_ROUTES = (
    ("GET", "/nothing/here"),
    ("GET", "/static/nothing.css"),
    ("GET", "/static/icon.svg"),
    ("BREW", "/"),
    ("OPTIONS", "/"),
    ("POST", "/api/v1/nothing"),
)


def services() -> list[FastAPI]:
    """Without their databases: a page that fails has its headers, too."""
    return [
        intake(settings_of(IntakeSettings, **HTTPS)),
        actions(settings_of(ActionsSettings, **HTTPS)),
        classification(settings_of(ClassificationSettings, **HTTPS)),
        notifications(settings_of(NotificationsSettings, **HTTPS)),
        reporting(settings_of(ReportingSettings, **HTTPS)),
    ]


def doors(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            yield method, re.sub(r"\{[^}]+\}", "1", route.path or "/")


def check(answer: httpx2.Response, where: object) -> None:
    assert {name: answer.headers.get(name) for name in REQUIRED} == REQUIRED, where
    policy = answer.headers["Content-Security-Policy"]
    told = dict(one.split(" ", 1) for one in policy.split("; "))
    assert {name: told.get(name) for name in DIRECTIVES} == DIRECTIVES, where
    assert re.fullmatch(r"'self' 'nonce-[\w-]{24}'", told["script-src"]), where
    assert "unsafe" not in policy, where
    assert "Cache-Control" in answer.headers, where


def check_cookie(line: str) -> None:
    """Out of reach of scripts, other sites and plain HTTP; the session's own of sub-domains, too."""
    flags = {flag.strip().lower() for flag in line.split(";")[1:]}
    assert {"httponly", "secure"} <= flags, line
    assert flags & {"samesite=lax", "samesite=strict"}, line
    assert line.startswith(("__Host-insight=", "__Secure-")), line


@pytest.mark.parametrize(
    "app", services(), ids=lambda app: type(app.state.runtime.settings).service
)
async def test_every_route_protects_its_answer_for_visitors_members_and_programs(
    app: FastAPI,
) -> None:
    cookie = f"__Host-insight={session_cookie('amira.patel', 'Dr Amira Patel', 'Y90001')}"
    key = f"Bearer insight_{'0' * 32}_{'a' * 43}"
    statuses = set()
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="https://insight.example"
    ) as client:
        for method, path in {*doors(app), *BEYOND_ROUTES}:
            for headers in ({}, {"Cookie": cookie}, {"Authorization": key}):
                answer = await client.request(method, path, headers=headers)
                check(answer, (method, path, answer.status_code))
                statuses.add(answer.status_code)
                for line in answer.headers.get_list("Set-Cookie"):
                    check_cookie(line)
    assert {200, 303, 404, 503} <= statuses  # pages, redirects and failures were among them


async def test_an_answer_to_too_many_requests_is_no_exception(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INSIGHT_WEB_RATE_SCALE", "0.0003")
    app = actions(settings_of(ActionsSettings, **HTTPS))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="https://insight.example"
    ) as client:
        answers = [await client.get("/cases") for _ in range(2)]
    assert answers[1].status_code == 429
    check(answers[1], "429")
