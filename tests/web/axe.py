"""Accessibility by axe-core: what a page breaks of WCAG 2.2 A and AA, for every browser test to use."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

_RUN = """async (standards) => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: standards}});
    return found.violations.flatMap(one => one.nodes.map(node => [one.id, node.html, node.failureSummary]));
}"""


def find_chromium() -> str | None:
    """The program that `CHROMIUM` names, else the first one on the path; none when there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass(frozen=True)
class Violation:
    rule: str
    element: str
    reason: str


async def launch(playwright: Playwright) -> Browser:
    """A headless Chromium that asks nobody else for anything."""
    return await playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))


async def violations(page: Page) -> list[Violation]:
    """What axe-core finds wrong with the page as it is shown now; needs a context with `bypass_csp=True` and JavaScript.

    For a page shown without JavaScript, load its HTML into a page that has it.
    """
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(_RUN, list(STANDARDS))
    return [Violation(*one) for one in found]
