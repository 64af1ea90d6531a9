"""Limits of a service whose limits are small enough to reach."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
import pytest
from pydantic import ValidationError

from shared.web.rates import Limit, address_of, limits_of
from shared.web.settings import WebSettings
from tests.web.conftest import COOKIE, Browser, session_cookie, text_of
from tests.web.demo import FakeDirectory, create_app

Service = Callable[..., AbstractAsyncContextManager["Visitors"]]


class Visitors:
    """Browsers of one service, each behind an address that its proxy tells."""

    def __init__(self, transport: httpx2.ASGITransport) -> None:
        self._transport = transport

    def at(self, address: str = "192.0.2.1", subject: str = "", organisation: str = "") -> Browser:
        client = Browser(
            transport=self._transport,
            base_url="http://testserver",
            headers={"X-Forwarded-For": address},
        )
        if subject:
            client.cookies.set(
                COOKIE, session_cookie(subject, organisation), domain="testserver.local"
            )
        return client


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Service:
    """`limited(member_per_minute=3)`: the demo service with this limit; what is not named is out of reach."""

    @asynccontextmanager
    async def serve(proxy: str = "127.0.0.1", **limits: int) -> AsyncIterator[Visitors]:
        monkeypatch.setenv("INSIGHT_WEB_RATE_SCALE", "1")
        for name in WebSettings.model_fields:
            if name.endswith("_per_minute"):
                number = limits.get(name, 1_000_000)
                monkeypatch.setenv(f"INSIGHT_WEB_{name.upper()}", str(number))
        transport = httpx2.ASGITransport(create_app(directory=FakeDirectory()), client=(proxy, 1))
        yield Visitors(transport)

    return serve


async def codes(browser: Browser, path: str, times: int) -> list[int]:
    return [(await browser.get(path)).status_code for _ in range(times)]


async def test_an_address_that_asks_too_often_waits_and_no_other_does(limited: Service) -> None:
    async with limited(address_per_minute=3) as visitors:
        assert await codes(visitors.at(), "/", 5) == [200, 200, 200, 429, 429]
        assert await codes(visitors.at("192.0.2.2"), "/", 1) == [200]


async def test_the_answer_says_when_to_try_again_in_the_form_of_whoever_asked(
    limited: Service,
) -> None:
    async with limited(address_per_minute=1) as visitors:
        browser = visitors.at()
        await browser.get("/")
        page, document = await browser.get("/"), await browser.get("/api/v1/mine")
    for answer in (page, document):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in answer.headers
    seconds = page.headers["Retry-After"]
    assert "You have sent a lot of requests" in text_of(page)
    assert f"Try again in {seconds} seconds" in text_of(page)
    assert document.headers["Content-Type"] == "application/problem+json"
    assert document.json()["status"] == 429


async def test_health_checks_and_static_files_are_never_limited(limited: Service) -> None:
    async with limited(address_per_minute=1) as visitors:
        for path in ("/livez", "/readyz", "/metrics", "/status"):
            assert await codes(visitors.at(), path, 3) == [200, 200, 200]
        assert 429 not in await codes(visitors.at(), "/static/insight.css", 3)
        assert await codes(visitors.at(), "/", 2) == [200, 429]


async def test_a_member_is_limited_wherever_they_are_and_a_colleague_is_not(
    limited: Service,
) -> None:
    async with limited(member_per_minute=3) as visitors:
        amira = [visitors.at(f"192.0.2.{n}", "amira.patel", "Y90001") for n in range(4)]
        assert [await codes(each, "/", 1) for each in amira] == [[200], [200], [200], [429]]
        assert await codes(visitors.at("192.0.2.1", "someone.else", "Y90001"), "/", 1) == [200]
        assert await codes(visitors.at("192.0.2.1"), "/", 5) == [200] * 5


async def test_changes_are_limited_more_tightly_than_reading(limited: Service) -> None:
    async with limited(member_changes_per_minute=2) as visitors:
        amira = visitors.at("192.0.2.1", "amira.patel", "Y90001")
        sent = [(await amira.send_form("/report", {})).status_code for _ in range(3)]
        assert sent == [422, 422, 429]
        assert await codes(amira, "/report", 3) == [200, 200, 200]


@pytest.mark.parametrize(
    ("limit", "method"),
    [("organisation_per_minute", "GET"), ("organisation_changes_per_minute", "POST")],
)
async def test_a_burst_from_one_organisation_leaves_the_others_unaffected(
    limited: Service, limit: str, method: str
) -> None:
    async with limited(**{limit: 10}) as visitors:
        crowd = [visitors.at(f"192.0.2.{n}", f"member.{n}", "Y90002") for n in range(30)]
        answers = [(await each.request(method, "/cookies")).status_code for each in crowd]
        assert 429 not in answers[:10]
        assert 429 in answers[10:]
        other = visitors.at("192.0.2.1", "amira.patel", "Y90001")
        assert (await other.request(method, "/cookies")).status_code != 429


async def test_signing_in_is_limited_by_address(limited: Service) -> None:
    async with limited(sign_ins_per_minute=2) as visitors:
        tries = await codes(visitors.at(), "/sign-in/callback", 3)
        assert tries[2] == 429
        assert 429 not in tries[:2]
        assert await codes(visitors.at(), "/", 1) == [200]


async def test_only_a_trusted_proxy_is_believed_about_the_address(limited: Service) -> None:
    async with limited(proxy="198.51.100.7", address_per_minute=2) as visitors:
        answers = [(await codes(visitors.at(f"192.0.2.{n}"), "/", 1))[0] for n in range(3)]
        assert answers == [200, 200, 429]


async def test_what_a_visitor_claims_before_the_proxy_does_not_count(limited: Service) -> None:
    async with limited(address_per_minute=2) as visitors:
        claims = [visitors.at(f"10.0.0.{n}, 192.0.2.1") for n in range(3)]
        assert [(await codes(each, "/", 1))[0] for each in claims] == [200, 200, 429]


async def test_refusals_are_counted_without_saying_whose(limited: Service) -> None:
    async with limited(member_per_minute=1) as visitors:
        await codes(visitors.at("192.0.2.1", "amira.patel", "Y90001"), "/", 3)
        metrics = (await visitors.at().get("/metrics")).text
    assert 'insight_requests_limited_total{limit="member"} 2.0' in metrics
    for whose in ("amira.patel", "Y90001", "192.0.2.1"):
        assert whose not in metrics


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
        ("x" * 5_000, "x" * 64),
    ],
)
def test_an_ipv6_network_is_one_address(host: str, address: str) -> None:
    assert address_of({"client": (host, 1)}) == address
    assert address_of({"client": None}) == "nowhere"


def test_every_limit_has_its_number_and_all_grow_together() -> None:
    usual, scaled = (limits_of(WebSettings(rate_scale=scale)) for scale in (1, 10))
    assert set(usual) == set(Limit)
    assert scaled == {limit: 10 * number for limit, number in usual.items()}
    assert usual[Limit.MEMBER_CHANGES] < usual[Limit.MEMBER] < usual[Limit.ORGANISATION]


@pytest.mark.parametrize("proxies", ["*", "front-door", "10.0.0.1, nonsense", ""])
def test_who_is_trusted_is_named_by_address(proxies: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(trusted_proxies=proxies)
    assert WebSettings(trusted_proxies="10.0.0.1, 10.1.0.0/16, ::1")
