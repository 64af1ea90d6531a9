"""The shared pages and macros in a real browser: no WCAG A or AA violation, wide and narrow, with and without JavaScript."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import BrowserContext, async_playwright

from tests.web.axe import find_chromium, launch, violations
from tests.web.conftest import COOKIE, session_cookie
from tests.web.demo import DemoSettings, create_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium: browser tests are not run"),
]

PAGES = ("/", "/report", "/cases", "/accessibility", "/cookies", "/privacy", "/nope", "/broken")


@asynccontextmanager
async def demo_server() -> AsyncIterator[str]:
    """A server on a free port; binding it ourselves leaves nobody else a moment to take it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(DemoSettings(public_url=address)), log_level="error", lifespan="on"
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield address
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def visitor(address: str, *, width: int, javascript: bool) -> AsyncIterator[BrowserContext]:
    """Somebody signed in, in a window of this width."""
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        context = await chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            bypass_csp=javascript,  # axe-core is put into the page
        )
        cookie = session_cookie(subject="amira.patel", organisation="Y90001")
        await context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
        yield context
        await chromium.close()


@pytest.mark.parametrize("width", [1280, 390])
async def test_pages_break_no_rule_and_fit_their_window(width: int) -> None:
    async with demo_server() as address, visitor(address, width=width, javascript=True) as context:
        page = await context.new_page()
        for path in PAGES:
            await page.goto(address + path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_wrong_input_breaks_no_rule_and_moves_the_focus_to_the_summary() -> None:
    async with demo_server() as address, visitor(address, width=390, javascript=True) as context:
        page = await context.new_page()
        await page.goto(f"{address}/report")
        await page.get_by_role("button", name="Send report").click()
        assert await violations(page) == []
        assert "There is a problem" in await page.locator(":focus").inner_text()
        await page.get_by_role("link", name="Select the provider this is about").click()
        assert await page.locator(":focus").get_attribute("id") == "provider"


async def test_the_page_for_who_was_signed_out_meanwhile_breaks_no_rule() -> None:
    async with demo_server() as address, visitor(address, width=390, javascript=True) as context:
        page = await context.new_page()
        await page.goto(f"{address}/report")
        await page.fill("#text", "A letter came late.")
        await context.clear_cookies()
        await page.get_by_role("button", name="Send report").click()
        assert await page.get_by_role("heading", name="You have been signed out").is_visible()
        assert await page.get_by_text("A letter came late.").is_visible()
        assert await violations(page) == []


async def test_a_page_s_scripts_run_under_its_own_policy_and_nothing_is_asked_of_others() -> None:
    async with demo_server() as address, async_playwright() as playwright:
        chromium = await launch(playwright)
        page = await chromium.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(address)
        assert "nhsuk-frontend-supported" in (
            await page.locator("body").get_attribute("class") or ""
        )
        assert complaints == []
        assert all(url.startswith(address) for url in asked)
        await chromium.close()


async def test_a_form_is_sent_without_javascript() -> None:
    async with demo_server() as address, visitor(address, width=390, javascript=False) as context:
        page = await context.new_page()
        await page.goto(f"{address}/report")
        await page.select_option("#provider", "RZ1")
        for part, value in {"day": "3", "month": "11", "year": "2026"}.items():
            await page.fill(f"#happened_on-{part}", value)
        await page.fill("#text", "A letter came late.")
        await page.get_by_role("button", name="Send report").click()
        assert await page.get_by_role("heading", name="Report sent").is_visible()
