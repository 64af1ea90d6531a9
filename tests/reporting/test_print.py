"""The trend pages on a sheet of A4, as Chromium lays them out for print: nothing added, cut off or left folded."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, async_playwright

from tests.reporting.support import reporting_with
from tests.reporting.test_organisation_pages import facts, places
from tests.support.apps import Person, Running
from tests.support.databases import Databases
from tests.web.axe import find_chromium, launch

pytestmark = [
    pytest.mark.integration,
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium: browser tests are not run"),
]

SHEET = 703
"""Pixels between the margins: 210 mm less twice 12."""
PAGES = (
    "/trends",
    "/trends/themes/medication",
    "/trends/providers/RZ1",
    "/trends/practices/Y90001",
    "/trends/commissioners/Q9A",
    "/trends/compare?of=practices&by=outcome",
    "/trends/triangulation",
    "/trends/participation",
    "/trends/impact",
    "/trends/reports",
    "/signals",
)
_ADDED = """() => [...document.querySelectorAll("a")]
    .map(link => getComputedStyle(link, "::after").content)
    .filter(content => content.includes("Link"))"""
_BEYOND = """sheet => [...document.querySelectorAll("main table, main svg, main li, main p, main h2, main h3")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > sheet + 0.5)
    .map(one => one.outerHTML.slice(0, 200))"""
_UNREAD = """() => [...document.querySelectorAll("main table")]
    .filter(one => !one.checkVisibility({contentVisibilityAuto: true}) || !one.querySelector("thead").offsetHeight)
    .map(one => one.outerHTML.slice(0, 200))"""
_FOLDED = """() => [...document.querySelectorAll("main td, main tbody th")]
    .filter(one => getComputedStyle(one).display !== "table-cell").length"""


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    known = places()
    async with reporting_with([*known, *facts()], kafka, databases, known) as service:
        yield service


@pytest.fixture
async def sheet(service: Running) -> AsyncIterator[Page]:
    """What a quality lead prints. The service answers without a socket."""
    helen = await service.sign_in("helen.marsh")
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        page = await chromium.new_page(viewport={"width": SHEET, "height": 1_000})
        await page.emulate_media(media="print")
        await page.route("**/*", lambda route: _answer(route, helen))
        yield page
        await chromium.close()


async def _answer(route: Route, person: Person) -> None:
    path = "/" + route.request.url.split("/", 3)[3]
    found = await person.get(path)
    await route.fulfill(
        status=found.status_code,
        headers={"Content-Type": found.headers["Content-Type"]},
        body=found.content,
    )


async def test_a_printed_page_has_all_of_its_tables_within_the_sheet_and_no_addresses(
    sheet: Page,
) -> None:
    for path in PAGES:
        await sheet.goto(f"http://insight.test{path}")
        assert await sheet.evaluate(_ADDED) == [], path
        assert await sheet.evaluate(_BEYOND, SHEET) == [], path
        assert await sheet.evaluate(_UNREAD) == [], path
        assert await sheet.evaluate(_FOLDED) == 0, path
