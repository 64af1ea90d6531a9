"""People with a browser: signed in through the development provider's page, with everything noted that a page should not do."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
)

from deploy.local.estate import Estate
from tests.support.waiting import eventually
from tests.web.axe import Violation, violations

WIDE, NARROW = 1280, 390
HEIGHT = 900


@dataclass
class Visitor:
    """Somebody's open page. `complaints`: console errors, script errors and requests to another origin than the estate's."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    signing_in_at: str = ""

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._asked)

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def follow(self, name: str) -> None:
        await self.page.get_by_role("link", name=name, exact=True).first.click()

    async def sees(self, text: str) -> bool:
        """Whether the main part of the page says this."""
        return text in " ".join((await self.page.locator("main").inner_text()).split())

    def _heard(self, message: ConsoleMessage) -> None:
        # that a page was refused is told by its status, which tests look at themselves
        if message.type == "error" and "responded with a status of" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        ours = (self.url, self.signing_in_at, "data:", "about:")
        if not request.url.startswith(tuple(one for one in ours if one)):
            self.complaints.append(f"asked elsewhere: {request.url}")


async def sign_in(visitor: Visitor, subject: str) -> None:
    """Through the start page and the provider's page, as anybody does."""
    await visitor.open("/sign-in")
    await visitor.page.locator(f'button[value="{subject}"]').click()
    await visitor.page.wait_for_url(f"{visitor.url}/**")


@asynccontextmanager
async def visiting(
    browser: Browser,
    url: str,
    issuer: str,
    subject: str | None = None,
    *,
    width: int = WIDE,
    javascript: bool = True,
) -> AsyncIterator[Visitor]:
    """Somebody in a window of their own; without `subject` nobody is signed in."""
    context = await browser.new_context(
        viewport={"width": width, "height": HEIGHT}, java_script_enabled=javascript
    )
    try:
        visitor = await _visitor(context, url, issuer)
        if subject:
            await sign_in(visitor, subject)
        yield visitor
    finally:
        await context.close()


async def _visitor(context: BrowserContext, url: str, issuer: str) -> Visitor:
    visitor = Visitor(await context.new_page(), url, signing_in_at=issuer)
    visitor.watch()
    return visitor


class People:
    """Everybody who has a part in it, each in a browser window of their own."""

    def __init__(self, chromium: Browser, estate: Estate, stack: AsyncExitStack) -> None:
        self._chromium = chromium
        self._estate = estate
        self._stack = stack

    async def arrives(
        self, subject: str | None = None, *, width: int = WIDE, javascript: bool = True
    ) -> Visitor:
        settings = self._estate.settings
        visit = visiting(
            self._chromium,
            *(settings.url, settings.issuer, subject),
            width=width,
            javascript=javascript,
        )
        return await self._stack.enter_async_context(visit)


class Inspector:
    """Looks at the pages of one person twice: as they are, and with axe-core put into them, which their own policy forbids."""

    def __init__(self, plain: Visitor, examined: Page) -> None:
        self.plain = plain
        self._examined = examined

    async def title(self, path: str) -> str:
        """The title of the page at this path, which answers itself and does not lead elsewhere."""
        self.plain.complaints.clear()
        await self.plain.page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        await self.plain.open(path)
        assert self.plain.page.url == self.plain.url + path
        return await self.plain.page.title()

    async def overflow(self) -> int:
        """By how many pixels the page that is open is wider than a narrow window."""
        page = self.plain.page
        await page.set_viewport_size({"width": NARROW, "height": HEIGHT})

        async def beyond() -> int:
            return int(await page.evaluate("document.documentElement.scrollWidth")) - NARROW

        async def fits() -> bool:
            return await beyond() <= 0

        with contextlib.suppress(AssertionError):  # the menu folds a moment later
            await eventually(fits, within=5)
        return await beyond()

    async def violations(self, path: str, *, press: str | None = None) -> list[Violation]:
        """Of WCAG 2.2 A and AA, wide and narrow; with `press` after sending the page's form as it stands."""
        await self._examined.goto(self.plain.url + path)
        if press:
            await self._examined.get_by_role("button", name=press, exact=True).click()
            await self._examined.wait_for_load_state()
        found = []
        for width in (WIDE, NARROW):
            await self._examined.set_viewport_size({"width": width, "height": HEIGHT})
            found += await violations(self._examined)
        return found

    @property
    def shown(self) -> Page:
        """The page that was examined last."""
        return self._examined


async def inspector(browser: Browser, url: str, issuer: str, subject: str | None) -> Inspector:
    """Close `plain.page.context` and `shown.context` when done."""
    size = ViewportSize(width=WIDE, height=HEIGHT)
    plain = await _visitor(await browser.new_context(viewport=size), url, issuer)
    if subject:
        await sign_in(plain, subject)
    state = await plain.page.context.storage_state()
    bypassing = await browser.new_context(viewport=size, storage_state=state, bypass_csp=True)
    return Inspector(plain, await bypassing.new_page())
