"""Signing in against a real OpenID Connect provider on a free port."""

import re
import warnings
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from shared.web.actors import find_memberships
from tests.web.conftest import Browser, text_of
from tests.web.demo import DemoSettings, FakeDirectory, create_app

# The provider's own code is behind its libraries; it runs in this process.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PEOPLE = ("amira.patel", "dana.cole", "no.body")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the provider's own imports are deprecated
        from oidc_provider_mock import User, run_server_in_thread

    users = [User(sub=one, claims={"name": one}) for one in PEOPLE]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
async def visitor(issuer: str, directory: FakeDirectory) -> AsyncIterator[Browser]:
    settings = DemoSettings(sign_in_issuer=issuer, sign_in_client_secret=SecretStr("a secret"))
    app = create_app(settings)
    app.dependency_overrides[find_memberships] = lambda: directory.memberships
    transport = httpx2.ASGITransport(app)
    async with Browser(transport=transport, base_url="http://testserver") as client:
        yield client


async def answer_of_provider(start: httpx2.Response, choice: dict[str, str]) -> str:
    """Choose on the provider's page; the address it sends the browser back to."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(start.headers["Location"], data=choice)
    return answer.headers["Location"]


async def sign_in(visitor: Browser, subject: str, page: str = "/report") -> httpx2.Response:
    start = await visitor.get("/sign-in", params={"next": page})
    back = await visitor.get(await answer_of_provider(start, {"sub": subject}))
    assert back.status_code == 303
    return await visitor.get(back.headers["Location"])


async def test_somebody_with_one_organisation_comes_back_to_the_page_asked_for(
    visitor: Browser,
) -> None:
    away = await visitor.get("/report?draft=1")
    assert away.headers["Location"] == "/sign-in?next=/report%3Fdraft%3D1"
    start = await visitor.get(away.headers["Location"])
    back = await visitor.get(await answer_of_provider(start, {"sub": "amira.patel"}))
    choice = await visitor.get(back.headers["Location"])
    assert choice.headers["Location"] == "/report?draft=1"
    page = await visitor.get("/report")
    assert "Dr Amira Patel, Elm Road Surgery" in text_of(page)


async def test_the_code_flow_is_protected_by_pkce_state_and_nonce(visitor: Browser) -> None:
    start = await visitor.get("/sign-in")
    query = parse_qs(urlsplit(start.headers["Location"]).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["http://testserver/sign-in/callback"]
    assert all(query[name][0] for name in ("code_challenge", "state", "nonce"))


async def test_who_is_sent_back_by_a_service_that_does_not_know_them_yet_is_not_sent_round_and_round(
    browser: Browser,
) -> None:
    browser.sign_in()
    page = await browser.get("/organisation?next=/cases")
    assert page.status_code == 200
    assert "You are acting for Elm Road Surgery" in text_of(page)
    assert 'href="/cases"' in page.text


async def test_somebody_with_several_organisations_chooses_one(visitor: Browser) -> None:
    choice = await sign_in(visitor, "dana.cole")
    page = await visitor.get(choice.headers["Location"]) if choice.is_redirect else choice
    assert "Which organisation are you acting for?" in text_of(page)
    assert 'later with "Change organisation" at the top of every page' in text_of(page)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    address = str(page.request.url)
    empty = await visitor.post(address, data={"csrf_token": token})
    assert empty.status_code == 422
    other = await visitor.post(address, data={"csrf_token": token, "organisation": "Y90001"})
    assert other.status_code == 422
    chosen = await visitor.post(address, data={"csrf_token": token, "organisation": "Y90003"})
    assert chosen.headers["Location"] == "/report"
    assert "Dana Cole, The Green Practice" in text_of(await visitor.get("/report"))


async def test_somebody_the_directory_does_not_know_is_told_what_to_do(visitor: Browser) -> None:
    answer = await sign_in(visitor, "no.body")
    assert answer.status_code == 403
    assert "You do not have access yet" in text_of(answer)
    assert "Ask the Insight administrator" in text_of(answer)
    assert (await visitor.get("/report")).headers["Location"] == "/organisation?next=/report"


async def test_an_answer_that_nobody_asked_for_signs_nobody_in(visitor: Browser) -> None:
    start = await visitor.get("/sign-in")
    address = await answer_of_provider(start, {"sub": "amira.patel"})
    visitor.cookies.clear()
    answer = await visitor.get(address)
    assert answer.status_code == 400
    assert "You are not signed in" in text_of(answer)
    assert (await visitor.get("/report")).headers["Location"] == "/sign-in?next=/report"


async def test_signing_in_may_be_declined(visitor: Browser) -> None:
    start = await visitor.get("/sign-in?next=/report")
    answer = await visitor.get(await answer_of_provider(start, {"action": "deny"}))
    assert answer.status_code == 400
    assert 'href="/sign-in?next=/report"' in answer.text


async def test_a_provider_that_is_away_is_an_outage(directory: FakeDirectory) -> None:
    app = create_app(DemoSettings(sign_in_issuer="http://127.0.0.1:1"))
    transport = httpx2.ASGITransport(app)
    async with Browser(transport=transport, base_url="http://testserver") as visitor:
        answer = await visitor.get("/sign-in")
    assert answer.status_code == 503
    assert "The sign-in service does not answer" in text_of(answer)


async def test_who_signs_out_is_out(browser: Browser) -> None:
    browser.sign_in()
    answer = await browser.send_form("/sign-out", {})
    assert answer.headers["Location"] == "/sign-out"
    assert "You have signed out" in text_of(await browser.get("/sign-out"))
    assert (await browser.get("/report")).status_code == 303


async def test_a_link_signs_nobody_out(browser: Browser) -> None:
    browser.sign_in()
    await browser.get("/sign-out")
    assert (await browser.get("/report")).status_code == 200
