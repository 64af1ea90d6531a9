"""The pages of review and of versions in a real browser: no WCAG A or AA violation, wide and narrow; one click, and a trial, without any script."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import BrowserContext, async_playwright

from services.classification import use_cases
from services.classification.app import create_app
from services.classification.settings import Settings
from shared.contracts.reports import ReportSubmitted
from shared.web.session import cookie_name
from tests.classification.newest import text_near_a_theme
from tests.classification.other_versions import BOTH, OLD, TWO, begin_with_the_first
from tests.classification.people import RUDE, classified, decide, history, with_omar
from tests.conftest import DatabaseUrl
from tests.support.apps import Running, session_cookie
from tests.support.reports import report
from tests.support.settings import settings_of
from tests.web.axe import find_chromium, launch, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium: browser tests are not run"),
]


@pytest.fixture
async def served(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """The pages at an address that a browser can ask; binding it ourselves leaves nobody else a moment to take it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        url = await database_url("classification")
        app = create_app(settings_of(Settings, database_url=url, public_url=address))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        async with AsyncExitStack() as stack:
            service = Running(app, stack)
            await service.seed(with_omar())
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield service
            finally:
                server.should_exit = True
                await task
                await service.runtime.engine.dispose()


@asynccontextmanager
async def helens(served: Running, *, width: int, javascript: bool) -> AsyncIterator[BrowserContext]:
    """Her browser, signed in, in a window of this width."""
    address = served.runtime.settings.public_url
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        context = await chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            bypass_csp=javascript,  # axe-core is put into the page
        )
        cookie = session_cookie("helen.marsh", "Helen Marsh", "Q9A")
        await context.add_cookies([{"name": cookie_name(address), "value": cookie, "url": address}])
        yield context
        await chromium.close()


async def reviewed(served: Running) -> ReportSubmitted:
    """A report to be reviewed, beside enough that Omar has decided and one that Helen has read again."""
    waiting = report(0, text=text_near_a_theme(), service="surgery")
    others = [report(number, text=RUDE if number % 3 else "zzz") for number in range(1, 36)]
    await classified(served, waiting, *others)
    for number, each in enumerate(others):
        await decide(served, each, *(["staff-attitude"] if number % 4 else []), by="omar.reid")
    return waiting


@pytest.mark.parametrize("width", [1280, 390])
async def test_pages_break_no_rule_and_fit_their_window(served: Running, width: int) -> None:
    waiting = await reviewed(served)
    async with helens(served, width=width, javascript=True) as context:
        page = await context.new_page()
        for path in (
            "/verdicts?show=sample&agreed=IN-0000-00",
            f"/verdicts/{waiting.reference}",
            f"/verdicts/{waiting.reference}/correct",
            "/verdicts/second-readings",
            "/verdicts/agreement",
            "/verdicts/agreement?kind=feedback",
        ):
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        await page.goto("/verdicts/second-readings")
        await page.locator("main table a").first.click()
        assert await violations(page) == []
        await page.get_by_role("button", name="Save reading").click()
        assert await violations(page) == []
        assert "There is a problem" in await page.locator(":focus").inner_text()
        await page.get_by_label("Equipment", exact=True).check()
        await page.get_by_label("Safety", exact=True).check()
        await page.get_by_role("button", name="Save reading").click()
        await page.get_by_role("heading", name="You see it differently").wait_for()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_one_click_needs_no_script(served: Running) -> None:
    waiting = await reviewed(served)
    async with helens(served, width=390, javascript=False) as context:
        page = await context.new_page()
        await page.goto("/verdicts?show=sample")
        await page.get_by_role("link", name=waiting.reference).click()
        await page.get_by_role("button", name="Not about this (Staff attitude)").click()
        assert "Your decision is kept" in await page.locator("main").inner_text()
        await page.get_by_label("Another theme").select_option(label="Equipment")
        await page.get_by_role("button", name="Add this theme").click()
        assert "Also about" in await page.locator("main").inner_text()
    current, *_ = await history(served, waiting)
    assert current.revision == 3


@pytest.mark.parametrize("width", [1280, 390])
async def test_versions_break_no_rule_and_a_trial_needs_no_script(
    served: Running, width: int
) -> None:
    served.app.state.versions = BOTH
    await begin_with_the_first(served)
    async with served.transactions.begin() as tx:
        texts = ["The ward clerk was rude about it. " * 9, "a letter late", "no medicine"]
        history = [report(number, text=text) for number, text in enumerate(texts)]
        await use_cases.assign_themes(history, tx, OLD)
    async with helens(served, width=width, javascript=False) as context:
        page = await context.new_page()
        await page.goto("/versions")
        await page.get_by_role("button", name=f"Try {TWO.name} on history").click()
        trial = page.url
        assert "0% of history compared" in await page.locator("main").inner_text()
    async with helens(served, width=width, javascript=True) as context:
        page = await context.new_page()
        for path in (trial, "/versions", f"/versions/{TWO.name}/adopt"):
            await page.goto(path)
            assert await violations(page) == [], path
        async with served.transactions.begin() as tx:
            assert await use_cases.advance_trial(tx, BOTH, at_once=10)
            assert await use_cases.advance_trial(tx, BOTH, at_once=10)
        for path in (trial, "/versions", f"/versions/{TWO.name}/adopt"):
            await page.goto(path)
            for example in await page.locator("main summary").all():
                await example.click()
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        await page.get_by_role("button", name="Put in force").click()
        assert await violations(page) == []
        assert "There is a problem" in await page.locator(":focus").inner_text()
        await page.get_by_label("Why is it to be put in force?").fill("It finds letters")
        await page.get_by_role("button", name="Put in force").click()
        await page.get_by_role("heading", name="Versions").wait_for()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert "reclassified" in await page.locator("main").inner_text()
