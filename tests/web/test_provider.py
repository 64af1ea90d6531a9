"""What the provider's answer must be to sign somebody in, and what ours to it is."""

import json
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from pydantic import SecretStr, ValidationError

from tests.web.conftest import COOKIE, Browser, text_of
from tests.web.demo import DemoSettings, FakeEndings, create_app
from tests.web.issuer import CLIENT_ID, Issuer, forged, new_key


@pytest.fixture
async def visitor(issuer: Issuer) -> AsyncIterator[Browser]:
    async with visiting(issuer) as client:
        yield client


def visiting(issuer: Issuer, **settings: Any) -> Browser:
    """Somebody with a browser of their own, at an application that has these settings."""
    whole: dict[str, Any] = {
        "sign_in_issuer": issuer.url,
        "sign_in_client_secret": SecretStr("a secret"),
        **settings,
    }
    app = create_app(DemoSettings.model_validate(whole), endings=FakeEndings())
    return Browser(transport=httpx2.ASGITransport(app), base_url="http://testserver")


async def sign_in(visitor: Browser, issuer: Issuer) -> httpx2.Response:
    """The answer to the provider's, which leads on when somebody has signed in."""
    start = await visitor.get("/sign-in?next=/report")
    return await visitor.get(issuer.authorise(start.headers["Location"]))


def session_of(visitor: Browser) -> dict[str, Any]:
    """What the cookie says; its signature is left aside."""
    content: dict[str, Any] = json.loads(b64decode(visitor.cookies[COOKIE].split(".")[0]))
    return content


async def test_a_proper_answer_signs_in(visitor: Browser, issuer: Issuer) -> None:
    back = await sign_in(visitor, issuer)
    assert back.headers["Location"] == "/organisation?next=/report"
    assert session_of(visitor)["subject"] == "amira.patel"


NOW = int(time.time())
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://elsewhere.example"},
    "no issuer": {"iss": None},
    "made out to another client": {"aud": "another"},
    "made out to others, by way of us": {"aud": ["another", "third"], "azp": CLIENT_ID},
    "made out to us and another, for another": {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "made out to us and another, for nobody": {"aud": [CLIENT_ID, "another"]},
    "made out to nobody": {"aud": None},
    "expired": {"exp": NOW - 3_600},
    "without an end": {"exp": None},
    "issued in the future": {"iat": NOW + 3_600},
    "issued never": {"iat": None},
    "not good yet": {"nbf": NOW + 3_600},
    "the nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "about nobody": {"sub": None},
    "about something else": {"sub": 7},
    "made for another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
async def test_an_id_token_with_a_wrong_claim_signs_nobody_in(
    visitor: Browser, issuer: Issuer, wrong: str
) -> None:
    issuer.claims = WRONG_CLAIMS[wrong]
    assert (await sign_in(visitor, issuer)).status_code == 400
    assert "subject" not in session_of(visitor)


async def test_an_id_token_that_somebody_else_signed_signs_nobody_in(
    visitor: Browser, issuer: Issuer
) -> None:
    issuer.key = new_key("first")  # the name of the published one
    assert (await sign_in(visitor, issuer)).status_code == 400


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_an_id_token_that_anybody_could_have_made_signs_nobody_in(
    visitor: Browser, issuer: Issuer, algorithm: str
) -> None:
    """Even where the provider's own description allows such tokens."""
    start = await visitor.get("/sign-in")
    nonce = parse_qs(urlsplit(start.headers["Location"]).query)["nonce"][0]
    claims: dict[str, Any] = {"iss": issuer.url, "aud": CLIENT_ID, "nonce": nonce}
    claims |= {"sub": "amira.patel", "iat": NOW, "exp": NOW + 300}
    public = issuer.key.as_pem(private=False)
    issuer.id_token = forged({"alg": algorithm, "kid": "first"}, claims, public)
    answer = await visitor.get(issuer.authorise(start.headers["Location"]))
    assert answer.status_code == 400


async def test_a_provider_that_calls_itself_something_else_signs_nobody_in(
    visitor: Browser, issuer: Issuer
) -> None:
    issuer.metadata = {"issuer": "http://elsewhere.example"}
    answer = await visitor.get("/sign-in")
    assert answer.status_code == 400


async def test_a_key_that_the_provider_begins_to_use_is_fetched(
    visitor: Browser, issuer: Issuer
) -> None:
    assert (await sign_in(visitor, issuer)).status_code == 303
    issuer.key = new_key("second")
    issuer.published = [issuer.key]
    assert (await sign_in(visitor, issuer)).status_code == 303
    assert issuer.keys_fetched == 2


async def test_the_callback_cannot_be_used_again(visitor: Browser, issuer: Issuer) -> None:
    start = await visitor.get("/sign-in")
    address = issuer.authorise(start.headers["Location"])
    before = visitor.cookies[COOKIE]
    assert (await visitor.get(address)).status_code == 303
    assert (await visitor.get(address)).status_code == 400
    visitor.cookies.clear()
    visitor.set_cookie(before)
    assert (await visitor.get(address)).status_code == 400  # the provider knows the code as used


async def test_a_foreign_callback_signs_nobody_in(visitor: Browser, issuer: Issuer) -> None:
    """Somebody else's answer, given to a browser that has begun to sign in by itself."""
    async with visiting(issuer) as other:
        theirs = await other.get("/sign-in")
    await visitor.get("/sign-in")
    answer = await visitor.get(issuer.authorise(theirs.headers["Location"]))
    assert answer.status_code == 400
    assert issuer.asked == []


async def test_a_code_that_was_asked_for_in_another_browser_is_of_no_use(
    visitor: Browser, issuer: Issuer
) -> None:
    """The state is this browser's, the code is not: PKCE's verifier does not fit."""
    async with visiting(issuer) as other:
        theirs = await other.get("/sign-in")
    ours = await visitor.get("/sign-in")
    stolen = parse_qs(urlsplit(issuer.authorise(theirs.headers["Location"])).query)["code"][0]
    state = parse_qs(urlsplit(ours.headers["Location"]).query)["state"][0]
    answer = await visitor.get(f"/sign-in/callback?code={stolen}&state={state}")
    assert answer.status_code == 400
    assert len(issuer.asked) == 1


async def test_a_session_is_a_new_one_at_each_sign_in(visitor: Browser, issuer: Issuer) -> None:
    """Nothing that somebody put into the browser before lives on."""
    visitor.set_session(planted="by somebody else", csrf_token="known to them", handles=["0" * 32])
    await sign_in(visitor, issuer)
    first = session_of(visitor)
    assert "planted" not in first
    assert first.get("csrf_token") != "known to them"
    assert first["handles"][0] != "0" * 32
    await sign_in(visitor, issuer)
    again = session_of(visitor)
    assert again["handles"][0] != first["handles"][0]
    assert again["handles"][1:] == first["handles"][1:]


async def test_signing_in_again_ends_the_session_before(visitor: Browser, issuer: Issuer) -> None:
    await sign_in(visitor, issuer)
    copied = visitor.cookies[COOKIE]
    await sign_in(visitor, issuer)
    await visitor.get("/organisation")
    assert (await visitor.get("/report")).status_code == 200
    visitor.cookies.clear()
    visitor.set_cookie(copied)
    assert (await visitor.get("/report")).headers["Location"] == "/sign-in?next=/report"


async def test_a_session_s_handles_tell_nothing_about_the_person(
    visitor: Browser, issuer: Issuer
) -> None:
    issuer.claims = {"sid": "the-session-of-amira"}
    await sign_in(visitor, issuer)
    handles = session_of(visitor)["handles"]
    assert len(set(handles)) == 3
    assert not any("amira" in each for each in handles)


async def test_a_person_may_be_known_by_another_claim(issuer: Issuer) -> None:
    issuer.claims = {"sub": "0f7a", "name": None}
    issuer.info = {"sub": "0f7a", "nhsid_useruid": "amira.patel", "name": "PATEL Amira (Dr)"}
    async with visiting(issuer, sign_in_person_claim="nhsid_useruid") as visitor:
        assert (await sign_in(visitor, issuer)).status_code == 303
        assert session_of(visitor)["subject"] == "amira.patel"
        assert session_of(visitor)["name"] == "PATEL Amira (Dr)"
        issuer.info = {"sub": "0f7a"}
        assert (await sign_in(visitor, issuer)).status_code == 400


async def test_what_userinfo_says_of_somebody_else_signs_nobody_in(issuer: Issuer) -> None:
    issuer.info = {"sub": "dana.cole", "uid": "dana.cole"}
    async with visiting(issuer, sign_in_person_claim="uid") as visitor:
        assert (await sign_in(visitor, issuer)).status_code == 400


async def test_how_people_must_sign_in_is_asked_for_and_checked(issuer: Issuer) -> None:
    async with visiting(issuer, sign_in_acr_values="AAL3_ANY AAL2_ANY") as visitor:
        start = await visitor.get("/sign-in")
        query = parse_qs(urlsplit(start.headers["Location"]).query)
        assert query["acr_values"] == ["AAL3_ANY AAL2_ANY"]
        assert "prompt" not in query
        for acr in ("AAL1_USERPASS", None):
            issuer.claims = {"acr": acr}
            answer = await sign_in(visitor, issuer)
            assert answer.status_code == 400
            assert "The way you signed in is not safe enough" in text_of(answer)
            assert 'href="/sign-in?next=/report&amp;afresh=true"' in answer.text
        again = await visitor.get("/sign-in?next=/report&afresh=true")
        assert parse_qs(urlsplit(again.headers["Location"]).query)["prompt"] == ["login"]
        issuer.claims = {"acr": "AAL2_ANY"}
        assert (await sign_in(visitor, issuer)).status_code == 303


async def test_what_is_asked_for_and_what_is_good_enough_may_differ(issuer: Issuer) -> None:
    wanted = {"sign_in_acr_values": "AAL2_OR_AAL3_ANY", "sign_in_acr_allowed": "AAL2 AAL3"}
    async with visiting(issuer, **wanted) as visitor:
        issuer.claims = {"acr": "AAL2_OR_AAL3_ANY"}
        assert (await sign_in(visitor, issuer)).status_code == 400
        issuer.claims = {"acr": "AAL3"}
        assert (await sign_in(visitor, issuer)).status_code == 303


async def test_the_scopes_are_those_that_are_set(issuer: Issuer) -> None:
    scopes = "openid profile email nhsperson associatedorgs"
    async with visiting(issuer, sign_in_scopes=scopes) as visitor:
        start = await visitor.get("/sign-in")
    assert parse_qs(urlsplit(start.headers["Location"]).query)["scope"] == [scopes]


async def test_we_prove_who_we_are_by_a_secret(visitor: Browser, issuer: Issuer) -> None:
    await sign_in(visitor, issuer)
    assert issuer.credentials[0].startswith("Basic ")
    assert (await visitor.get("/sign-in/jwks.json")).json() == {"keys": []}


@pytest.mark.parametrize(("algorithm", "named"), [("RS512", "ours-1"), ("ES256", None)])
async def test_we_prove_who_we_are_by_our_key(
    issuer: Issuer, tmp_path: Path, algorithm: str, named: str | None
) -> None:
    kind = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(2048)
    pem = tmp_path / "key.pem"
    pem.write_bytes(kind.as_pem(private=True))
    ours: dict[str, Any] = {"sign_in_client_auth": "private_key_jwt", "sign_in_key_file": pem}
    ours |= {"sign_in_key_algorithm": algorithm, "sign_in_key_id": named}
    async with visiting(issuer, **ours) as visitor:
        assert (await sign_in(visitor, issuer)).status_code == 303
        await sign_in(visitor, issuer)
        public = (await visitor.get("/sign-in/jwks.json")).json()
    assert not {"d", "p", "q"} & public["keys"][0].keys()
    proofs = [
        jwt.decode(asked["client_assertion"], KeySet.import_key_set(public), [algorithm])
        for asked in issuer.asked
    ]
    assert issuer.credentials == ["", ""]
    assert "client_secret" not in issuer.asked[0]
    for proof in proofs:
        assert proof.header["kid"] == (named or kind.thumbprint())
        assert proof.claims["iss"] == proof.claims["sub"] == CLIENT_ID
        assert proof.claims["aud"] == f"{issuer.url}/token"
        assert proof.claims["exp"] - proof.claims["iat"] == 60
    assert proofs[0].claims["jti"] != proofs[1].claims["jti"]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"sign_in_client_auth": "private_key_jwt"}, "needs a key"),
        (
            {"sign_in_client_auth": "private_key_jwt", "sign_in_key_file": "/nowhere.pem"},
            "no key file",
        ),
        ({"sign_in_client_auth": "none"}, "private_key_jwt"),
        ({"sign_in_scopes": "profile"}, "must hold openid"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(
    settings: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        DemoSettings.model_validate(settings)
