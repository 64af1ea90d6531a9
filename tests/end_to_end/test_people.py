"""Who is in and who is out, in a real browser, at every service."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from playwright.async_api import Browser, expect

from deploy.local.estate import Estate
from deploy.local.people import organisations
from shared.web.session import cookie_name
from tests.end_to_end.running import administrator
from tests.end_to_end.visitors import NARROW, WIDE, Visitor, visiting
from tests.support.waiting import eventually

ICB = "Q9A"
A_PAGE_OF_EACH = {
    "intake": "/reports",
    "classification": "/verdicts",
    "actions": "/cases",
    "notifications": "/messages",
    "reporting": "/trends",
}
"""One for members of every service, whether this member's role includes it or not."""
SECONDS = 10


@pytest.fixture
async def helen(chromium: Browser, estate: Estate) -> AsyncIterator[Visitor]:
    settings = estate.settings
    async with visiting(chromium, settings.url, settings.issuer, "helen.marsh") as visitor:
        yield visitor


async def heading(visitor: Visitor) -> str:
    return await visitor.page.locator("h1").inner_text()


async def acts_for(visitor: Visitor, name: str) -> None:
    account = visitor.page.get_by_role("navigation", name="Account")
    await expect(account).to_contain_text(f"Dana Cole, {name}")


async def test_who_signs_in_comes_to_the_page_that_was_asked_for(
    chromium: Browser, estate: Estate
) -> None:
    settings = estate.settings
    async with visiting(chromium, settings.url, settings.issuer) as visitor:
        await visitor.open("/trends?provider=RZ1")
        await visitor.page.locator('button[value="helen.marsh"]').click()
        await visitor.page.wait_for_url(f"{settings.url}/trends?provider=RZ1")
        assert visitor.complaints == []


@pytest.mark.parametrize(("width", "javascript"), [(WIDE, True), (NARROW, False)])
async def test_a_member_of_two_organisations_chooses_and_changes(
    chromium: Browser, estate: Estate, width: int, javascript: bool
) -> None:
    settings = estate.settings
    async with visiting(
        chromium, settings.url, settings.issuer, width=width, javascript=javascript
    ) as dana:
        await dana.open("/sign-in?next=/reports")
        await dana.page.locator('button[value="dana.cole"]').click()
        await expect(dana.page.locator("h1")).to_have_text("Which organisation are you acting for?")
        await dana.press("Continue")
        assert (await dana.page.title()).startswith("Error: ")
        await dana.page.get_by_label("Harbour Medical Centre").check()
        await dana.press("Continue")
        await dana.page.wait_for_url(f"{settings.url}/reports")
        await acts_for(dana, "Harbour Medical Centre")
        await dana.open("/trends")  # another service
        await acts_for(dana, "Harbour Medical Centre")
        await dana.follow("Change organisation")
        assert await dana.page.get_by_label("Harbour Medical Centre").is_checked()
        await dana.page.get_by_label("The Green Practice").check()
        await dana.press("Continue")
        await dana.page.wait_for_url(f"{settings.url}/trends")
        await acts_for(dana, "The Green Practice")
        assert dana.complaints == []


async def test_a_member_of_one_organisation_is_offered_no_other(helen: Visitor) -> None:
    await helen.open("/cases")
    assert await helen.page.get_by_role("link", name="Change organisation").count() == 0


async def test_a_stranger_is_told_what_to_do_in_every_service(
    chromium: Browser, estate: Estate
) -> None:
    settings = estate.settings
    async with visiting(chromium, settings.url, settings.issuer, "lee.winter") as stranger:
        for page in A_PAGE_OF_EACH.values():
            await stranger.open(page)
            assert await heading(stranger) == "You do not have access yet"
        assert await stranger.sees("You have signed in as Lee Winter")
        assert await stranger.sees("Ask the Insight administrator of your organisation")
        await stranger.press("Sign out")
        assert await heading(stranger) == "You have signed out"
        assert stranger.complaints == []


async def test_a_member_who_is_removed_is_out_within_seconds_in_every_service(
    helen: Visitor, estate: Estate
) -> None:
    for page in A_PAGE_OF_EACH.values():
        await helen.open(page)
        assert await heading(helen) != "You do not have access yet"
    whole = organisations()[ICB]
    address = f"/api/v1/directory/organisations/{ICB}"
    async with administrator(estate) as client:
        try:
            removed = await client.put(address, json={**whole, "members": []})
            assert removed.status_code == 200
            for service, page in A_PAGE_OF_EACH.items():
                await eventually(
                    lambda page=page: is_out(helen, page),  # type: ignore[misc]
                    within=SECONDS,
                    because=f"{service} still lets her in",
                )
        finally:
            assert (await client.put(address, json=whole)).status_code == 200
    for service, page in A_PAGE_OF_EACH.items():
        await eventually(
            lambda page=page: is_in(helen, page),  # type: ignore[misc]
            within=SECONDS,
            because=f"{service} does not let her in again",
        )


async def is_out(visitor: Visitor, page: str) -> bool:
    await visitor.open(page)
    return await heading(visitor) == "You do not have access yet"


async def is_in(visitor: Visitor, page: str) -> bool:
    """Whether the service shows its own page, and not that of intake, which knows her first."""
    await visitor.open(page)
    return visitor.page.url.endswith(page)


async def test_a_copied_cookie_is_of_no_use_anywhere_after_signing_out(
    helen: Visitor, estate: Estate
) -> None:
    name = cookie_name(estate.url)
    (copied,) = [one for one in await helen.page.context.cookies() if one.get("name") == name]
    copy = {name: copied.get("value", "")}
    async with httpx2.AsyncClient(base_url=estate.url, cookies=copy, trust_env=False) as thief:
        for page in A_PAGE_OF_EACH.values():
            assert not await is_sent_to_sign_in(thief, page)
        await helen.open("/trends")
        await helen.press("Sign out")
        assert await heading(helen) == "You have signed out"
        for service, page in A_PAGE_OF_EACH.items():
            await eventually(
                lambda page=page: is_sent_to_sign_in(thief, page),  # type: ignore[misc]
                within=SECONDS,
                because=f"{service} still takes the copy",
            )
    assert helen.complaints == []


async def is_sent_to_sign_in(client: httpx2.AsyncClient, page: str) -> bool:
    # without the jar's changes: a copied cookie is sent as it was copied
    answer = await client.send(client.build_request("GET", page))
    return answer.headers.get("Location", "") == f"/sign-in?next={page}"


async def test_who_signs_out_may_sign_out_at_the_provider_too(
    helen: Visitor, estate: Estate
) -> None:
    await helen.open("/trends")
    await helen.press("Sign out")
    await helen.follow("sign out there as well")
    assert helen.page.url.startswith(f"{estate.settings.issuer}/")
    await helen.press("Sign out")
    await helen.page.wait_for_url(f"{estate.url}/sign-out")
    assert await heading(helen) == "You have signed out"
    assert await helen.page.get_by_role("link", name="sign out there as well").count() == 0
    assert helen.complaints == []
