"""Signing in by a real Keycloak: with our own key (private_key_jwt), at a level of authentication, and ended at its word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import httpx2
import pytest
from joserfc.jwk import RSAKey
from playwright.async_api import Browser, expect

from deploy.local.estate import Estate
from deploy.local.keycloak import ADMINISTRATOR, Keycloak
from deploy.local.programs import wait_until_ready
from deploy.local.settings import free_ports
from tests.end_to_end.estates import running_estate
from tests.end_to_end.test_people import A_PAGE_OF_EACH, SECONDS, heading
from tests.end_to_end.visitors import Visitor, visiting
from tests.support.databases import Databases
from tests.support.waiting import eventually

pytestmark = [pytest.mark.keycloak, pytest.mark.integration, pytest.mark.timeout(1_800)]

PASSWORD = "only for these tests"
PATIENCE_SECONDS = 900
"""Its first start builds it, on a machine that may be busy."""


@dataclass(frozen=True)
class Place:
    """The estate, and the Keycloak where its people sign in."""

    estate: Estate
    keycloak: Keycloak
    chromium: Browser

    def visiting(self) -> AbstractAsyncContextManager[Visitor]:
        return visiting(self.chromium, self.estate.url, self.keycloak.url)

    async def signs_in(self, visitor: Visitor, username: str, page: str = "/trends") -> None:
        await visitor.open(page)
        await visitor.page.get_by_label("Username or email").fill(username)
        await visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await visitor.press("Sign In")

    async def ends_all_sessions_of(self, username: str) -> None:
        """As its administrator does when somebody leaves."""
        async with httpx2.AsyncClient(base_url=self.keycloak.url, trust_env=False) as client:
            granted = await client.post(
                "/realms/master/protocol/openid-connect/token",
                data={
                    "grant_type": "password",
                    "client_id": "admin-cli",
                    "username": ADMINISTRATOR,
                    "password": PASSWORD,
                },
            )
            client.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"
            users = "/admin/realms/insight/users"
            (user,) = (await client.get(users, params={"username": username})).json()
            (await client.post(f"{users}/{user['id']}/logout")).raise_for_status()


@pytest.fixture(scope="module")
async def place(
    kafka: str,
    databases: Databases,
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("keycloak")
    key = folder / "key.pem"
    key.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    port = free_ports()
    keycloak = Keycloak(
        free_ports(), f"http://localhost:{port}", password=PASSWORD, log=folder / "keycloak.log"
    )
    keycloak.prepare()
    keycloak.program.launch()
    try:
        async with running_estate(
            kafka,
            databases,
            folder,
            "keycloak",
            port=port,
            sign_in=keycloak.issuer,
            sign_in_client_auth="private_key_jwt",
            sign_in_key_file=key,
            sign_in_person_claim="preferred_username",
            sign_in_acr_values="password",
        ) as estate:
            ready = (keycloak.program, keycloak.ready, PATIENCE_SECONDS)
            await asyncio.to_thread(wait_until_ready, *ready)
            yield Place(estate, keycloak, chromium)
    finally:
        keycloak.program.stop()


async def is_out(visitor: Visitor, page: str) -> bool:
    """Whether this page leads to Keycloak's form."""
    await visitor.open(page)
    return await visitor.page.get_by_label("Username or email").count() == 1


async def test_somebody_signs_in_with_a_password_and_we_with_our_key(place: Place) -> None:
    async with place.visiting() as helen:
        await place.signs_in(helen, "helen.marsh", "/trends?provider=RZ1")
        await helen.page.wait_for_url(f"{place.estate.url}/trends?provider=RZ1")
        account = helen.page.get_by_role("navigation", name="Account")
        await expect(account).to_contain_text("Helen Marsh, Harrowmere and Westvale")
        for page in A_PAGE_OF_EACH.values():
            await helen.open(page)
            await expect(account).to_contain_text("Helen Marsh")


async def test_a_member_of_two_organisations_chooses(place: Place) -> None:
    async with place.visiting() as dana:
        await place.signs_in(dana, "dana.cole", "/reports")
        await dana.page.get_by_label("The Green Practice").check()
        await dana.press("Continue")
        await dana.page.wait_for_url(f"{place.estate.url}/reports")


async def test_a_stranger_is_told_what_to_do(place: Place) -> None:
    async with place.visiting() as stranger:
        await place.signs_in(stranger, "lee.winter")
        assert await heading(stranger) == "You do not have access yet"
        assert await stranger.sees("You have signed in as Lee Winter")


async def test_a_wrong_password_signs_nobody_in(place: Place) -> None:
    async with place.visiting() as visitor:
        await visitor.open("/trends")
        await visitor.page.get_by_label("Username or email").fill("helen.marsh")
        await visitor.page.get_by_label("Password", exact=True).fill("another")
        await visitor.press("Sign In")
        assert visitor.page.url.startswith(place.keycloak.url)


async def test_who_is_signed_out_by_keycloak_is_out_within_seconds_in_every_service(
    place: Place,
) -> None:
    async with place.visiting() as helen, place.visiting() as amira:
        await place.signs_in(helen, "helen.marsh")
        await place.signs_in(amira, "amira.patel")
        await expect(amira.page.get_by_role("navigation", name="Account")).to_be_visible()
        await expect(helen.page.get_by_role("navigation", name="Account")).to_be_visible()
        await place.ends_all_sessions_of("helen.marsh")
        for service, page in A_PAGE_OF_EACH.items():
            await eventually(
                lambda page=page: is_out(helen, page),  # type: ignore[misc]
                within=SECONDS,
                because=f"{service} still lets her in",
            )
        for page in A_PAGE_OF_EACH.values():
            assert not await is_out(amira, page)


async def test_who_signs_out_at_keycloak_too_must_give_the_password_again(place: Place) -> None:
    async with place.visiting() as amira:
        await place.signs_in(amira, "amira.patel", "/reports")
        await amira.press("Sign out")
        await amira.follow("sign out there as well")
        await amira.page.wait_for_url(f"{place.estate.url}/sign-out**")
        assert await heading(amira) == "You have signed out"
        assert await is_out(amira, "/reports")


async def test_who_is_known_to_keycloak_by_its_session_only_must_give_the_password(
    place: Place,
) -> None:
    """Its session stands for no password (level 0). We ask for one; and where we were kept from asking, we refuse the answer."""
    async with place.visiting() as amira:
        await place.signs_in(amira, "amira.patel", "/reports")
        await amira.press("Sign out")
        asked = await amira.page.context.request.get(f"{place.estate.url}/sign-in", max_redirects=0)
        address = asked.headers["location"]
        assert "&acr_values=password" in address
        await amira.page.goto(address.replace("&acr_values=password", ""))
        assert await amira.sees("The way you signed in is not safe enough for Insight.")
        await amira.press("Try again")
        await amira.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await amira.press("Sign In")
        account = amira.page.get_by_role("navigation", name="Account")
        await expect(account).to_contain_text("Dr Amira Patel", timeout=30_000)
