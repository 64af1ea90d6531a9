from time import time

import httpx2
import pytest
from fastapi import FastAPI

from shared.contracts.directory import Role
from shared.web.endings import find_endings
from shared.web.navigation import links_for
from tests.web.conftest import CSRF, Browser, session_cookie, text_of
from tests.web.demo import FakeDirectory, FakeEndings, create_app, member, organisation


async def test_a_page_for_members_asks_to_sign_in_first(browser: Browser) -> None:
    answer = await browser.get("/report")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/report"


async def test_a_public_page_is_shown_to_anybody(browser: Browser) -> None:
    assert "Hello, nobody" in text_of(await browser.get("/"))
    browser.sign_in()
    assert "Hello, Dr Amira Patel" in text_of(await browser.get("/"))


async def test_who_is_removed_from_the_directory_is_out_at_once(
    browser: Browser, directory: FakeDirectory
) -> None:
    browser.sign_in()
    assert (await browser.get("/report")).status_code == 200
    directory.organisations = [organisation("Y90001", "Elm Road Surgery")]
    out = await browser.get("/report")
    assert out.status_code == 303
    assert out.headers["Location"] == "/organisation?next=/report"
    assert "your access has ended" in text_of(await browser.get("/organisation"))


async def test_a_role_taken_away_is_gone_at_the_next_request(
    browser: Browser, directory: FakeDirectory
) -> None:
    browser.sign_in()
    assert (await browser.get("/messages")).status_code == 200
    amira = member("amira.patel", "Dr Amira Patel", Role.REPORTER)
    directory.organisations = [organisation("Y90001", "Elm Road Surgery", amira)]
    answer = await browser.get("/messages")
    assert answer.status_code == 403
    assert "Your role does not include this page" in text_of(answer)


async def test_nobody_acts_for_an_organisation_that_is_not_theirs(browser: Browser) -> None:
    browser.sign_in("dana.cole", "Y90001")
    answer = await browser.get("/report")
    assert answer.headers["Location"] == "/organisation?next=/report"


async def test_a_session_ends_after_half_a_day_however_busy(browser: Browser) -> None:
    now = time()
    browser.set_session(
        subject="amira.patel", organisation="Y90001", began=now - 12 * 3600 - 1, seen=now
    )
    assert (await browser.get("/report")).headers["Location"] == "/sign-in?next=/report"


@pytest.mark.parametrize(("minutes", "left_alone"), [(None, 60), ("15", 15)])
async def test_a_session_ends_when_it_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, minutes: str | None, left_alone: int
) -> None:
    if minutes:
        monkeypatch.setenv("INSIGHT_WEB_IDLE_MINUTES", minutes)
    transport = httpx2.ASGITransport(create_app())
    async with Browser(transport=transport, base_url="http://testserver") as browser:
        browser.set_cookie(session_cookie("amira.patel", "Y90001", ago=left_alone * 60 - 30))
        assert (await browser.get("/report")).status_code == 200
        browser.set_cookie(session_cookie("amira.patel", "Y90001", ago=left_alone * 60 + 30))
        assert (await browser.get("/report")).headers["Location"] == "/sign-in?next=/report"


async def test_a_session_that_nothing_could_end_is_not_taken(browser: Browser) -> None:
    """As those were that began before sessions had handles."""
    browser.set_session(
        subject="amira.patel", organisation="Y90001", began=time(), seen=time(), handles=[]
    )
    assert (await browser.get("/report")).headers["Location"] == "/sign-in?next=/report"


async def test_an_ended_session_is_none_to_any_route(demo: FastAPI, browser: Browser) -> None:
    endings = FakeEndings()
    endings.ended["a" * 32] = None
    demo.dependency_overrides[find_endings] = lambda: endings
    ended: dict[str, object] = {"subject": "dana.cole", "handles": ["b" * 32, "a" * 32]}
    ended |= {"organisation": "Y90002", "began": time(), "seen": time(), "csrf_token": CSRF}
    for page in ("/report", "/organisation"):
        browser.set_session(**ended)
        assert (await browser.get(page)).headers["Location"].startswith("/sign-in?next=")
    browser.set_session(**ended)
    assert "Hello, nobody" in text_of(await browser.get("/"))
    browser.set_session(**ended)
    posted = await browser.send_form("/organisation", {"organisation": "Y90003"})
    assert posted.status_code == 403
    assert "You have been signed out" in text_of(posted)


async def test_a_session_in_use_is_renewed_but_not_at_every_request(browser: Browser) -> None:
    browser.sign_in()
    assert "Set-Cookie" not in (await browser.get("/")).headers
    now = time()
    browser.set_session(
        subject="amira.patel", organisation="Y90001", began=now - 600, seen=now - 61
    )
    assert "Set-Cookie" in (await browser.get("/")).headers


def test_two_roles_that_lead_to_one_place_have_one_link() -> None:
    links = links_for({Role.RESPONDER, Role.QUALITY_LEAD})
    assert [link.text for link in links] == ["Inbox", "Trends", "Signals", "Review", "Operations"]


def test_every_role_is_led_somewhere() -> None:
    assert all(links_for({role}) for role in Role)


async def test_the_page_one_is_on_is_marked_in_the_menu(browser: Browser) -> None:
    browser.sign_in()
    page = (await browser.get("/report")).text
    assert 'href="/report" aria-current="page"' in page
    assert page.count("aria-current") == 1
