"""The ways between the pages: every link leads to a page that can answer it, and what a page cannot be asked is refused and not shown
as chosen."""

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.reporting.support import page, reporting_with
from tests.reporting.test_organisation_pages import facts, places
from tests.support.apps import Running
from tests.support.databases import Databases

pytestmark = pytest.mark.integration

BEGINNINGS = (
    "/trends",
    "/trends?source=api",
    "/trends?harm=low&months=12",
    "/trends?rating=poor&tenet=safety",
    "/trends/themes/medication?months=60",
    "/trends/compare?by=action",
    "/trends/compare?by=theme&theme=medication",
    "/trends/impact",
    "/signals",
)
LEAD = (
    "/trends?commissioner=Q9B&theme=medication",
    "/trends/themes/medication?commissioner=Q9B&practice=Y80001&kind=event",
    "/trends/providers/RZ1?practice=Y90001",
    "/trends?provider=RZ1&service=discharge",
    "/trends/reports?provider=RZ1&service=other&commissioner=Q9B",
    "/trends/practices/Y90001?provider=RZ1",
    "/trends/commissioners/Q9A?months=12",
    "/trends/commissioners/Q9B",
    "/trends/compare?of=practices&by=late&commissioner=Q9B",
    "/trends/triangulation?commissioner=Q9B&theme=discharge",
)
_LINK = re.compile(r'href="(/(?:trends|signals)(?![^"]*/static/)[^"#]*)')
_ONE_OF_MANY = re.compile(r"/(themes|providers|practices|signals)/[^/.]+")


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    known = places()
    async with reporting_with([*known, *facts()], kafka, databases, known) as service:
        yield service


def shape(address: str) -> tuple[str, ...]:
    """What two links have in common that differ in a code, a month or a number only: one of them is followed."""
    parts = urlsplit(address)
    asked = parse_qsl(parts.query)
    told = {value for name, value in asked if name in ("stage", "by", "of")}
    path = _ONE_OF_MANY.sub(r"/\1", parts.path).replace(".xlsx", ".csv")
    return path, *sorted({name for name, _ in asked} | told)


@pytest.mark.parametrize(
    ("subject", "beginnings"),
    [
        ("helen.marsh", BEGINNINGS + LEAD),
        ("jo.lee", (*BEGINNINGS, "/trends/providers/RZ1", "/trends?service=discharge")),
        (
            "amira.patel",
            (*BEGINNINGS, "/trends/practices/Y90001", "/trends/providers/RZ1?months=60"),
        ),
        ("ravi.dhillon", (*BEGINNINGS, "/trends/triangulation?months=12")),
    ],
)
async def test_every_link_leads_to_a_page_that_can_answer_it(
    service: Running, subject: str, beginnings: tuple[str, ...]
) -> None:
    reader = await service.sign_in(subject)
    links: dict[tuple[str, ...], tuple[str, str]] = {}
    for beginning in beginnings:
        answer = await reader.get(beginning)
        assert answer.status_code == 200, (beginning, answer.text[-800:])
        for href in map(unescape, _LINK.findall(answer.text)):
            links.setdefault(shape(href), (href, beginning))
    assert len(links) > 10
    for href, on in links.values():
        answer = await reader.get(href)
        assert answer.status_code == 200, (href, on, answer.text[-800:])


REFUSED = {
    "/trends/compare?by=action&harm=low": "harm",
    "/trends/compare?source=import": "source",
    "/trends/compare?of=practices&practice=Y90001": "practice",
    "/trends/participation?theme=medication&rating=poor": "theme or rating",
    "/trends/triangulation?months=6&until=2026-01": "period",
    "/trends/triangulation?source=api": "source",
    "/trends/impact?kind=event": "kind of report",
    "/trends/impact?commissioner=Q9B": "commissioner",
    "/trends/providers/RZ1?harm=low": "harm",
    "/trends/providers/RZ1?service=discharge": "service",
    "/trends/practices/Y90001?source=api": "source",
    "/trends/commissioners/Q9A?theme=medication": "theme",
    "/trends/themes/medication?source=api": "source",
    "/trends/themes/medication?provider=RZ1&service=other": "service",
    "/trends/themes/medication?theme=discharge": "theme",
    "/trends?sub_theme=wrong-dose": "sub-theme",
}
FILES = {
    "/trends": "/trends/themes",
    "/trends/providers/RZ1": "/trends/providers/RZ1/clock",
    "/trends/practices/Y90001": "/trends/practices/Y90001/peers",
    "/trends/commissioners/Q9A": "/trends/commissioners/Q9A/organisations",
    "/trends/themes/medication": "/trends/themes/medication/chart",
}


@pytest.mark.parametrize("address", REFUSED)
async def test_what_a_page_cannot_be_narrowed_by_is_refused_and_not_shown_as_chosen(
    service: Running, address: str
) -> None:
    told = f"This page cannot be narrowed by {REFUSED[address]}. Take "
    text = await page(service, "helen.marsh", address, 422)
    assert told in text
    shown = text.partition('class="reporting-shown"')[2].partition("</p>")[0]
    for label in (
        "Harm:",
        "Source:",
        "Practice:",
        "Rating:",
        "Theme:",
        "Commissioner:",
        "Service:",
    ):
        assert label not in shown
    path, _, query = address.partition("?")
    assert told in await page(service, "helen.marsh", f"{FILES.get(path, path)}.csv?{query}", 422)


async def test_pages_without_a_period_offer_none(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/triangulation")
    assert "Period:" not in text
    assert "first month" not in text
    totals = await page(service, "ravi.dhillon", "/trends/triangulation?months=12")
    assert "Period:" in totals
    assert 'name="months"' in totals


async def test_signals_know_their_own_parameters_only(service: Running) -> None:
    for address in ("/signals?nonsense=1", "/signals?state=open&theme=medication"):
        text = await page(service, "helen.marsh", address, 422)
        assert "something that this page does not know" in text
