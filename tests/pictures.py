"""Takes the README's pictures of the running estate's own pages, after `make demo`: `make pictures`."""

import asyncio
from pathlib import Path

from playwright.async_api import FloatRect, async_playwright

from deploy.cli.console import estate_settings
from tests.end_to_end.visitors import WIDE, visiting
from tests.web.axe import launch

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PICTURES = (
    ("report", "amira.patel", "/report"),
    ("reports", "amira.patel", "/reports"),
    ("inbox", "jo.lee", "/cases"),
    ("trends", "helen.marsh", "/trends"),
    ("operations", "max.stone", "/operations"),
)
_TALL = 1_150
"""Pixels of a page that a picture shows, from its top."""


async def take() -> None:
    settings = estate_settings()
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for name, subject, path in PICTURES:
            async with visiting(browser, settings.url, settings.issuer, subject) as visitor:
                await visitor.open(path)
                clip = FloatRect(x=0, y=0, width=WIDE, height=_TALL)
                await visitor.page.screenshot(
                    path=FOLDER / f"{name}.png", full_page=True, clip=clip
                )
        await browser.close()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take())
