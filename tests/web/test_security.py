import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from shared.platform.errors import AppError
from shared.web.addresses import safe_next
from shared.web.security import LARGEST_BODY
from tests.web.conftest import CSRF, DOMAIN, Browser, text_of

REPORT = {"provider": "RZ1", "happened_on": "2026-11-03", "text": "A letter came late."}
PAGES = ("/", "/report", "/nope", "/broken", "/accessibility", "/api/v1/broken")


@pytest.mark.parametrize("page", PAGES)
async def test_every_answer_forbids_what_is_not_ours(browser: Browser, page: str) -> None:
    browser.sign_in()
    answer = await browser.get(page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "https:" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_scripts_of_a_page_carry_the_nonce_of_its_policy_and_no_other_page_s(
    browser: Browser,
) -> None:
    nonces = []
    for _ in range(2):
        answer = await browser.get("/")
        scripts = re.findall(r"<script\b[^>]*>", answer.text)
        nonce = re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert scripts
        assert all(f'nonce="{nonce[0]}"' in script for script in scripts)
        nonces += nonce
    assert nonces[0] != nonces[1]


async def test_pages_hold_no_inline_style_and_no_inline_handler(browser: Browser) -> None:
    browser.sign_in()
    for page in ("/", "/report", "/cases", "/cookies", "/privacy", "/accessibility"):
        html = (await browser.get(page)).text
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html), page
        assert "<style" not in html, page


async def test_a_form_of_ours_is_accepted(browser: Browser) -> None:
    browser.sign_in()
    answer = await browser.send_form("/report", REPORT)
    assert answer.status_code == 200
    assert "IN-7K3Q-92" in answer.text


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("another token", {}),
        ("tökén", {}),
        (CSRF, {"Sec-Fetch-Site": "cross-site"}),
        (CSRF, {"Sec-Fetch-Site": "same-site"}),
        (CSRF, {"Origin": "http://elsewhere.example"}),
        (CSRF, {"Origin": "null"}),
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    browser: Browser, token: str, headers: dict[str, str]
) -> None:
    browser.sign_in()
    answer = await browser.post("/report", data={"csrf_token": token, **REPORT}, headers=headers)
    assert answer.status_code == 403
    assert "reload the page" in text_of(answer)


async def test_a_form_sent_after_the_session_ended_is_refused_and_given_back(
    browser: Browser,
) -> None:
    typed = {"text": "She said <b>nothing</b>", "contacts": "ward@example.org\nclerk@example.org"}
    answer = await browser.send_form("/report", {**REPORT, **typed})
    assert answer.status_code == 403
    assert "You have been signed out" in text_of(answer)
    assert "She said &lt;b&gt;nothing&lt;/b&gt;" in answer.text
    assert "ward@example.org\nclerk@example.org" in answer.text
    assert CSRF not in answer.text
    assert 'href="/sign-in?next=/report"' in answer.text


async def test_nothing_is_given_back_to_another_site_s_form(browser: Browser) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await browser.post("/report", data={"text": "words from elsewhere"}, headers=headers)
    assert answer.status_code == 403
    assert "words from elsewhere" not in answer.text


async def test_an_old_browser_without_fetch_metadata_is_known_by_its_origin(
    browser: Browser,
) -> None:
    browser.sign_in()
    headers = {"Origin": "http://testserver"}
    answer = await browser.post("/report", data={"csrf_token": CSRF, **REPORT}, headers=headers)
    assert answer.status_code == 200


async def test_the_session_s_cookie_opens_no_api(browser: Browser) -> None:
    browser.sign_in()
    answer = await browser.get("/api/v1/mine")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "//[",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "/a\r\nSet-Cookie: x=y",
        "report",
        "",
    ],
)
def test_sign_in_leads_back_to_pages_of_ours_only(address: str) -> None:
    assert safe_next(address) == "/"


def test_sign_in_leads_back_to_the_page_with_its_query() -> None:
    assert safe_next("/cases/1?page=2&sort=due") == "/cases/1?page=2&sort=due"


async def test_a_body_declared_too_large_is_refused_unread(browser: Browser) -> None:
    browser.sign_in()
    answer = await browser.send_form("/report", {**REPORT, "text": "a" * LARGEST_BODY})
    assert answer.status_code == 413
    assert "larger than we accept" in text_of(answer)


@pytest.mark.parametrize("path", ["/report", "/api/v1/things"])
async def test_a_body_that_grows_too_large_is_refused(browser: Browser, path: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"a" * (LARGEST_BODY // 16)

    browser.sign_in()
    types = {"/report": "application/x-www-form-urlencoded", "/api/v1/things": "application/json"}
    answer = await browser.post(path, content=pieces(), headers={"Content-Type": types[path]})
    assert answer.status_code == 413


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser: Browser) -> None:
    browser.sign_in("dana.cole", "Y90002")
    answer = await browser.send_form("/organisation", {"organisation": "Y90003"})
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_a_forged_cookie_is_nobody(browser: Browser) -> None:
    browser.sign_in()
    value = browser.cookies["insight"]
    browser.cookies.set("insight", value[:-4] + "AAAA", domain=DOMAIN)
    answer = await browser.get("/report")
    assert answer.status_code == 303


def test_every_error_has_words_for_people() -> None:
    for error in AppError.__subclasses__():
        assert error.title
        assert error.status >= 400


async def test_health_is_answered_without_asking_who(browser: Browser) -> None:
    answers: list[httpx2.Response] = [
        await browser.get(path) for path in ("/livez", "/readyz", "/metrics", "/status")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200]
    assert answers[3].json()["service"] == "demo"
