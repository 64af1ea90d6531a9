"""The three tenets of many themes at several providers: what is shown first, and where the rest is."""

import re
from collections.abc import AsyncIterator

import pytest

from services.reporting.pages.triangulation import MOST_THEMES
from shared.contracts.base import Fact
from shared.contracts.themes import AssignedTheme
from tests.reporting.histories import Story
from tests.reporting.signals.told import LAST, told
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

HERE = "/trends/triangulation"
MANY, FEW = MOST_THEMES + 3, 2
"""Themes at the first provider, and at the second."""


def _about(themes: int, provider: str, first: int) -> list[tuple[Story, AssignedTheme]]:
    """Of the first theme one report, of the second two, and so on."""
    found = []
    for at in range(1, themes + 1):
        theme = AssignedTheme(theme=f"theme-{at:02}", title=f"Theme number {at}", confidence=0.9)
        found += [(first + at * 100 + number, theme) for number in range(at)]
    return [(told(number, LAST, provider=provider), theme) for number, theme in found]


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    stories = [*_about(MANY, "RZ1", 0), *_about(FEW, "RZ2", 5_000)]
    facts: list[Fact] = [
        *directory(),
        *(story.report for story, _ in stories),
        *(story.verdict(1, tenet=story.report.tenet, themes=(theme,)) for story, theme in stories),
    ]
    async with reporting_with(facts, kafka, databases) as running:
        yield running


def _rows(text: str) -> list[str]:
    return re.findall(r">(Theme number [0-9]+)</a></th>", text)


async def test_of_several_providers_the_themes_with_most_reports_come_first(
    service: Running,
) -> None:
    text = await page(service, "helen.marsh", HERE)
    northfield = [f"Theme number {at}" for at in range(MANY, MANY - MOST_THEMES, -1)]
    assert _rows(text) == [*northfield, "Theme number 2", "Theme number 1"]
    assert text.count("Shown are") == 1, "of the other provider all are shown"
    assert f"Shown are {MOST_THEMES} of {MANY} themes" in text
    assert len(await lines(service, "helen.marsh", f"{HERE}.csv")) == 1 + MANY + FEW


async def test_all_themes_of_one_provider_are_a_link_away(service: Running) -> None:
    text = await page(service, "helen.marsh", HERE)
    href = re.search(r'<a href="([^"]+)">All themes of Northfield', text)
    assert href is not None
    whole = await page(service, "helen.marsh", href[1])
    assert len(_rows(whole)) == MANY
    assert "Shown are" not in whole
