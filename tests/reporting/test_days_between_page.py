"""A chart of days between reports, whose points are single reports: each leads to those of its day."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import pytest

from services.reporting.domain.months import plus
from shared.web.filters import date_text
from tests.reporting.signals.told import LAST, LETTERS, TODAY, facts_of, told_by
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

_APART = [TODAY - timedelta(days=10 + 40 * at) for at in range(26)]
TWICE = next(day for day in _APART if day.day in range(2, 26))
"""Of this day there are two, and one of two days later."""
DAYS = sorted({*_APART, TWICE + timedelta(days=2)})
CHOSEN = [day for day in DAYS if day >= plus(LAST, -23)]
"""Of the 24 months that are asked for below."""
THEME = f"/trends/themes/{LETTERS[0].theme}?months=24"


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    told = [
        told_by("Y90001", at, happened_on=day, provider=provider)
        for at, (day, provider) in enumerate([*((day, "RZ1") for day in DAYS), (TWICE, "RZ2")])
    ]
    async with reporting_with([*directory(), *facts_of(told)], kafka, databases) as running:
        yield running


async def test_every_point_leads_to_the_reports_of_its_day(service: Running) -> None:
    text = await page(service, "helen.marsh", THEME)
    assert ">Days between reports<" in text
    svg = text[text.index("reporting-chart__wide") : text.index("reporting-chart__narrow")]
    points = re.findall(r'<a href="([^"]+)"[^>]*aria-label="([^:]+):', svg)
    assert len(points) == len(CHOSEN), (
        "two of one day are two points, and the first report has none"
    )
    listed = {}
    for address, told in points:
        shown = await page(service, "helen.marsh", unescape(address))
        listed[told] = shown.count('class="reporting-reference"')
        assert f'Happened on</dt><dd class="nhsuk-summary-list__value">{told}</dd>' in shown
        file = await lines(service, "helen.marsh", unescape(address).replace("?", ".csv?"))
        assert len(file) == 1 + listed[told]
    assert listed == {date_text(day): 2 if day == TWICE else 1 for day in CHOSEN[1:]}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("on=never", "The day must be one of these months"),
        (f"on={LAST - timedelta(days=4_000)}", "The day must be one of these months"),
        (f"on={TWICE}&by=report", "a day is that of the event"),
    ],
)
async def test_a_day_that_cannot_be_asked_for_is_refused(
    service: Running, asked: str, said: str
) -> None:
    text = await page(service, "helen.marsh", f"/trends/reports?{asked}", 422)
    assert said in text
    answer = await (await service.sign_in("helen.marsh")).get(f"/trends/reports.csv?{asked}")
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_chart_that_goes_back_further_leads_to_all_that_it_counts(service: Running) -> None:
    text = await page(service, "helen.marsh", THEME.removesuffix("?months=24"))
    address, number, months = re.findall(
        r'<a href="([^"]+)">See the (\d+) reports of ([^<]+)</a>', text
    )[0]
    assert int(number) == len(DAYS) + 1 > len(CHOSEN) + 1
    shown = await page(service, "helen.marsh", unescape(address))
    assert f"</span> {number} reports</h1>" in shown
    assert f">{months}</dd>" in shown
