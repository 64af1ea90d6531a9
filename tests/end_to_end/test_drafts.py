"""What was typed outlives the session: in a real browser without JavaScript, with the sign-in provider in between."""

import json
from base64 import b64decode, b64encode

from itsdangerous import TimestampSigner
from playwright.async_api import Browser, BrowserContext

from deploy.local.estate import Estate
from deploy.local.folder import read_secrets
from shared.web.session import BEGAN, SEEN, SUBJECT
from shared.web.settings import WebSettings
from tests.end_to_end.test_journey import fills, reference_shown
from tests.end_to_end.visitors import NARROW, WIDE, visiting
from tests.web.axe import violations

WORDS = "The crisis line rang for 40 minutes.\nNobody rang back."
COOKIE = "insight"


async def test_a_report_that_was_sent_too_late_comes_back_after_signing_in_again_without_javascript(
    chromium: Browser, estate: Estate
) -> None:
    settings = estate.settings
    async with visiting(
        chromium, settings.url, settings.issuer, "tom.bright", width=NARROW, javascript=False
    ) as tom:
        await tom.open("/report")
        await tom.page.get_by_label("Patient experience feedback").check()
        await fills(tom, WORDS, event=False)
        await was_away(tom.page.context, estate)
        await tom.press("Send report")
        await tom.page.locator('button[value="tom.bright"]').click()
        await tom.page.wait_for_url(f"{settings.url}/report**")

        assert await tom.sees("We kept what you had typed")
        assert await tom.page.get_by_label("What happened?").input_value() == WORDS
        assert await tom.page.get_by_label("Patient experience feedback").is_checked()
        await tom.press("Send report")
        await reference_shown(tom)
        await tom.open("/report")
        assert not await tom.sees("We kept what you had typed")
        assert tom.complaints == []


async def test_a_report_is_put_off_found_again_and_deleted(
    chromium: Browser, estate: Estate
) -> None:
    settings = estate.settings
    async with visiting(chromium, settings.url, settings.issuer, "tom.bright") as tom:
        await tom.open("/report")
        await tom.page.get_by_label("What happened?").fill(WORDS)
        await tom.press("Save and finish later")
        assert await tom.sees("Not sent yet")
        await tom.page.get_by_role("link", name="Finish it").click()
        assert await tom.page.get_by_label("What happened?").input_value() == WORDS
        await tom.open("/reports")
        await tom.page.get_by_role("button", name="Delete the draft").click()
        assert tom.page.url.endswith("/reports")
        assert not await tom.sees("Not sent yet")
        await tom.open("/report")
        assert await tom.page.get_by_label("What happened?").input_value() == ""
        assert tom.complaints == []


async def test_pages_with_a_draft_are_accessible_wide_and_narrow(
    chromium: Browser, estate: Estate
) -> None:
    settings = estate.settings
    context = await chromium.new_context(bypass_csp=True)
    page = await context.new_page()
    await page.goto(f"{settings.url}/sign-in")
    await page.locator('button[value="amira.patel"]').click()
    await page.goto(f"{settings.url}/report")
    await page.get_by_label("What happened?").fill(WORDS)
    await page.get_by_role("button", name="Save and finish later").click()
    for path in ("/report", "/reports"):
        await page.goto(settings.url + path)
        for width in (WIDE, NARROW):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.get_by_role("button", name="Delete the draft").click()
    await context.close()


async def was_away(context: BrowserContext, estate: Estate) -> None:
    """The browser's session as it is after a long lunch: the cookie is genuine, and was last used too long ago."""
    (cookie,) = [each for each in await context.cookies() if each["name"] == COOKIE]
    signer = TimestampSigner(read_secrets(estate.settings.data)["session_key"])
    content = json.loads(b64decode(signer.unsign(cookie["value"])))
    assert content[SUBJECT]
    away = int(WebSettings().idle.total_seconds()) + 60
    content[SEEN] -= away
    content[BEGAN] -= away
    value = signer.sign(b64encode(json.dumps(content).encode())).decode()
    await context.add_cookies([{**cookie, "value": value}])  # type: ignore[typeddict-item]  # what was read is what is written
