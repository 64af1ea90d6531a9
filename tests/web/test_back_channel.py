"""The provider ends sessions: what it must send, and what that ends."""

import time
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from shared.web.endings import find_endings
from tests.web.conftest import Browser
from tests.web.demo import DemoSettings, FakeEndings, create_app
from tests.web.issuer import CLIENT_ID, EVENT, Issuer, forged, new_key
from tests.web.test_provider import sign_in

ADDRESS = "/sign-in/back-channel-logout"


class Place:
    """One application with several browsers, and the provider's server, which posts to it."""

    def __init__(self, issuer: Issuer, app: FastAPI) -> None:
        self.issuer = issuer
        self._app = app

    def browser(self) -> Browser:
        return Browser(transport=httpx2.ASGITransport(self._app), base_url="http://testserver")

    async def signs_in(self, **claims: Any) -> Browser:
        self.issuer.claims = claims
        visitor = self.browser()
        assert (await sign_in(visitor, self.issuer)).status_code == 303
        assert await is_in(visitor)
        return visitor

    async def is_told(self, token: str) -> httpx2.Response:
        return await self.browser().post(ADDRESS, data={"logout_token": token})


async def is_in(visitor: Browser) -> bool:
    """Whether a page for members does not send this browser to sign in."""
    answer = await visitor.get("/report")
    return not answer.headers.get("Location", "").startswith("/sign-in")


@pytest.fixture(scope="module")
def app(issuer_server: Issuer) -> FastAPI:
    """One for all tests: compiling the templates takes longer than any of them."""
    secret = SecretStr("a secret")
    return create_app(DemoSettings(sign_in_issuer=issuer_server.url, sign_in_client_secret=secret))


@pytest.fixture
def place(app: FastAPI, issuer: Issuer) -> Place:
    """Nothing has ended yet, and nothing is known of the provider."""
    endings = FakeEndings()
    app.dependency_overrides[find_endings] = lambda: endings
    app.state.sign_in = None
    return Place(issuer, app)


async def test_the_session_that_is_named_ends_and_no_other(place: Place) -> None:
    here, there = await place.signs_in(sid="one"), await place.signs_in(sid="two")
    answer = await place.is_told(place.issuer.logout_token(sid="one"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not await is_in(here)
    assert await is_in(there)


async def test_a_session_may_be_named_without_its_person(place: Place) -> None:
    here = await place.signs_in(sid="one")
    assert (await place.is_told(place.issuer.logout_token(sid="one", sub=None))).status_code == 200
    assert not await is_in(here)


async def test_a_person_s_sessions_all_end_where_none_is_named(place: Place) -> None:
    named, unnamed = await place.signs_in(sid="one"), await place.signs_in()
    other = await place.signs_in(sub="dana.cole")
    assert (await place.is_told(place.issuer.logout_token())).status_code == 200
    assert not await is_in(named)
    assert not await is_in(unnamed)
    assert await is_in(other)


async def test_a_session_for_which_none_was_ever_named_ends_with_its_person_s(place: Place) -> None:
    unnamed, named = await place.signs_in(), await place.signs_in(sid="two")
    assert (await place.is_told(place.issuer.logout_token(sid="one"))).status_code == 200
    assert not await is_in(unnamed)
    assert await is_in(named)


async def test_who_signs_in_after_all_sessions_were_ended_is_in(place: Place) -> None:
    before = int(time.time()) - 30
    assert (await place.is_told(place.issuer.logout_token(iat=before))).status_code == 200
    assert await is_in(await place.signs_in())


async def test_a_token_is_taken_once(place: Place) -> None:
    token = place.issuer.logout_token(sid="one")
    assert (await place.is_told(token)).status_code == 200
    again = await place.is_told(token)
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_request"}


async def test_a_token_signed_with_a_new_key_is_taken(place: Place) -> None:
    here = await place.signs_in(sid="one")
    place.issuer.key = new_key("second")
    place.issuer.published = [place.issuer.key]
    assert (await place.is_told(place.issuer.logout_token(sid="one"))).status_code == 200
    assert not await is_in(here)


async def test_unknown_keys_make_us_ask_the_provider_only_now_and_then(place: Place) -> None:
    for number in range(5):
        token = place.issuer.logout_token(key=new_key(f"mine-{number}"))
        assert (await place.is_told(token)).status_code == 400
    assert place.issuer.keys_fetched == 2


@pytest.mark.parametrize("type_", ["logout+jwt", "Logout+JWT", "JWT", None])
async def test_tokens_of_the_standard_and_of_its_drafts_are_taken(
    place: Place, type_: str | None
) -> None:
    header = {"typ": type_} if type_ else {}
    claims = {"exp": None} if type_ is None else {}
    token = place.issuer.logout_token(header, sid="one", **claims)
    assert (await place.is_told(token)).status_code == 200


NOW = int(time.time())
WRONG: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "http://elsewhere.example"},
    "of no issuer": {"iss": None},
    "for another client": {"aud": "another"},
    "for others": {"aud": ["another", "third"]},
    "for nobody": {"aud": None},
    "issued in the future": {"iat": NOW + 3_600},
    "issued never": {"iat": None},
    "expired": {"exp": NOW - 3_600},
    "old, without an end": {"exp": None, "iat": NOW - 3_600},
    "without an event": {"events": None},
    "with another event": {"events": {"http://elsewhere.example/event": {}}},
    "with events that are none": {"events": EVENT},
    "with an event that is no object": {"events": {EVENT: "yes"}},
    "with a nonce, like an ID token": {"nonce": "n"},
    "that ends nothing": {"sub": None},
    "about something else": {"sub": 7},
    "about no session": {"sid": ""},
    "about sessions": {"sid": ["one"]},
    "without an id": {"jti": None},
    "with an id that is none": {"jti": 7},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_is_refused(place: Place, wrong: str) -> None:
    here = await place.signs_in(sid="one")
    token = place.issuer.logout_token(**({"sid": "one"} | WRONG[wrong]))
    if wrong == "that ends nothing":
        token = place.issuer.logout_token(sub=None)
    answer = await place.is_told(token)
    assert answer.status_code == 400
    assert await is_in(here)


async def test_an_id_token_ends_nothing(place: Place) -> None:
    here = await place.signs_in(sid="one")
    claims = {"iss": place.issuer.url, "aud": CLIENT_ID, "sub": "amira.patel", "sid": "one"}
    token = place.issuer.signed(claims | {"iat": NOW, "exp": NOW + 300, "jti": "j"})
    assert (await place.is_told(token)).status_code == 400
    assert await is_in(here)


async def test_a_token_of_another_kind_ends_nothing(place: Place) -> None:
    token = place.issuer.logout_token({"typ": "at+jwt"}, sid="one")
    assert (await place.is_told(token)).status_code == 400


async def test_only_the_provider_s_own_signature_counts(place: Place) -> None:
    here = await place.signs_in(sid="one")
    claims = {"iss": place.issuer.url, "aud": CLIENT_ID, "sid": "one", "iat": NOW}
    claims |= {"exp": NOW + 300, "jti": "j", "events": {EVENT: {}}}
    public = place.issuer.key.as_pem(private=False)
    tokens = [
        place.issuer.logout_token(key=new_key("first"), sid="one"),
        forged({"alg": "none"}, claims, public),
        forged({"alg": "HS256", "kid": "first"}, claims, public),
        "no token at all",
        "",
    ]
    for token in tokens:
        assert (await place.is_told(token)).status_code == 400
    assert await is_in(here)


async def test_something_that_is_no_form_is_refused(place: Place) -> None:
    answer = await place.browser().post(ADDRESS, json={"logout_token": "x"})
    assert answer.status_code == 415


async def test_a_browser_s_session_plays_no_part(place: Place) -> None:
    """The route is exempt from the CSRF token: nothing that a person's browser adds must count for anything there."""
    here = await place.signs_in(sid="one")
    answer = await here.post(ADDRESS, data={"logout_token": "x"})
    assert answer.status_code == 400
    assert await is_in(here)
