"""Reports by service: a provider's table, the filter of the overview and the list, and who may ask for which."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from html import unescape

import pytest

from services.reporting.domain.charted import last_whole
from services.reporting.domain.months import Period, long_name, plus
from shared.contracts.base import Fact
from shared.contracts.reports import Kind, ReportSubmitted, Tenet
from shared.contracts.themes import AssignedTheme
from tests.reporting.histories import seeded, story
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import closed, directory

pytestmark = pytest.mark.integration

LAST = last_whole(date.today())  # noqa: DTZ011 - the pages compare the newest whole months
MONTHS = [plus(LAST, at - 23) for at in range(24)]
MEDICATION = (AssignedTheme(theme="medication", title="Medication", confidence=0.9),)
PAGE = "/trends/providers/RZ1"
LIST = "/trends/reports"
TITLES = {
    "discharge": "Discharge and letters",
    "outpatients": "Outpatients",
    "fracture-clinic": "Fracture clinic",
    "other": "Other",
}
"""Of Northfield; the clinic is not in its list any more."""
_ROW = re.compile(r'<tr class="nhsuk-table__row" role="row">(.*?)</tr>')
_LINK = re.compile(r'<a href="([^"]+)">([^<]+)</a>')


def told_in(month: date, at: int) -> list[tuple[str, str]]:
    """A month's providers and services: letters more often in the second year, the clinic in the first only."""
    return [
        *[("RZ1", "discharge")] * (4 if at >= 12 else 2),
        *[("RZ1", "outpatients")] * 2,
        *[("RZ1", "fracture-clinic")] * (at < 12),
        *[("RZ1", "other")] * (at % 6 == 0),
        ("RZ2", "crisis-team"),
    ]


def facts() -> list[Fact]:
    """Two years; and two years of Valley's district nurses before."""
    told = [
        ("RZ3", "district-nursing", plus(MONTHS[0], -at) + timedelta(days=at % 28))
        for at in range(1, 25)
    ]
    told += [
        (provider, service, month + timedelta(days=number % 28))
        for at, month in enumerate(MONTHS)
        for number, (provider, service) in enumerate(told_in(month, at))
    ]
    found: list[Fact] = []
    for number, (provider, service, happened_on) in enumerate(told):
        one = story(
            seeded(number),
            number,
            reporter="Y90001" if number % 3 else "Y90002",
            provider=provider,
            service=service,
            kind=Kind.EVENT,
            tenet=Tenet.SAFETY,
            happened_on=happened_on,
            historic=False,
        )
        found += [one.report, one.verdict(1, tenet=Tenet.SAFETY, themes=MEDICATION)]
    return found


FACTS = facts()


def expected(**wanted: str) -> Counter[str]:
    """Reports about Northfield by service."""
    return Counter(
        fact.service
        for fact in FACTS
        if isinstance(fact, ReportSubmitted) and fact.provider == "RZ1"
        if all(getattr(fact, name) == value for name, value in wanted.items())
    )


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    async with reporting_with(FACTS, kafka, databases) as running_service:
        yield running_service


async def table(service: Running, subject: str, address: str = PAGE) -> str:
    text = await page(service, subject, address)
    return text[text.index('id="services"') : text.index('id="clock"')]


async def by_title(service: Running, subject: str, address: str = PAGE) -> dict[str, int]:
    """The table as its file has it."""
    path, _, query = address.partition("?")
    rows = await lines(service, subject, f"{path}/services.csv?{query}")
    return {title: int(number) for title, number, *_ in rows[1:]}


async def test_services_come_most_first_and_are_titled_as_in_the_directory(
    service: Running,
) -> None:
    found = await by_title(service, "helen.marsh")
    assert found == {TITLES[slug]: number for slug, number in expected().items()}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    rows = _ROW.findall(await table(service, "helen.marsh"))
    assert [_LINK.findall(row)[0][1] for row in rows] == list(found)


async def test_every_number_leads_to_as_many_reports_and_every_title_to_their_overview(
    service: Running,
) -> None:
    for row in _ROW.findall(await table(service, "helen.marsh")):
        (overview, title), *numbers = _LINK.findall(row)
        assert len(numbers) in (2, 3), row  # the clinic has none in the newest year
        for href, number in numbers:
            listed = await page(service, "helen.marsh", unescape(href))
            assert f"</span> {number} report" in listed, href
            assert f'Service</dt><dd class="nhsuk-summary-list__value">{title}</dd>' in listed
            file = await lines(service, "helen.marsh", unescape(href).replace("?", ".csv?"))
            assert len(file) == 1 + int(number)
        text = await page(service, "helen.marsh", unescape(overview))
        assert f"<strong>Service:</strong> {title}</span>" in text
        assert "Reports are counted by service for all themes together." in text
        charted = await lines(
            service, "helen.marsh", unescape(overview).replace("/trends?", "/trends/themes.csv?")
        )
        whole = [row[3] for row in charted[1:] if row[0] == "All reports"]
        assert sum(int(number) for number in whole if number.isdigit()) == int(numbers[0][1])


async def test_the_file_has_the_rows_of_the_page(service: Running) -> None:
    rows = await lines(service, "helen.marsh", f"{PAGE}/services.csv")
    now, before = (Period(plus(LAST, at - 11), plus(LAST, at)).words for at in (0, -12))
    assert rows[0] == ["Service", "Reports", now, before, "Difference"]
    text = await table(service, "helen.marsh")
    for row, (title, number, now, before, words) in zip(_ROW.findall(text), rows[1:], strict=True):
        told = " ".join(re.sub("<[^>]+>", " ", row).split())
        assert f"{title} Reports {number} Against a year before {now} against {before}" in told
        assert words in told
    letters = next(row for row in rows if row[0] == TITLES["discharge"])
    assert letters[2:] == ["48", "24", "100% more, likely a real change"]
    book = await (await service.sign_in("helen.marsh")).get(f"{PAGE}/services.xlsx")
    assert book.headers["content-disposition"] == 'attachment; filename="services-rz1.xlsx"'


async def test_a_provider_reads_its_own_services_and_may_leave_out_who_it_is(
    service: Running,
) -> None:
    assert await by_title(service, "jo.lee") == await by_title(service, "helen.marsh")
    for query in ("?service=discharge", "?provider=RZ1&service=discharge"):
        listed = await page(service, "jo.lee", LIST + query)
        assert f"</span> {expected()['discharge']} reports</h1>" in listed
    text = await page(service, "jo.lee", "/trends?service=discharge")
    assert "<strong>Service:</strong> Discharge and letters</span>" in text
    await page(service, "jo.lee", "/trends/providers/RZ2/services.csv", 404)


async def test_a_practice_reads_its_own_reports_by_service_and_nobody_elses(
    service: Running,
) -> None:
    own = expected(reporter="Y90001")
    assert await by_title(service, "amira.patel") == {TITLES[each]: own[each] for each in own}
    narrowed = await by_title(service, "helen.marsh", f"{PAGE}?practice=Y90001")
    assert narrowed == await by_title(service, "amira.patel")
    query = "provider=RZ1&service=outpatients"
    file = await lines(service, "amira.patel", f"{LIST}.csv?{query}")
    assert len(file) == 1 + own["outpatients"]
    mine = {
        fact.reference
        for fact in FACTS
        if isinstance(fact, ReportSubmitted)
        if (fact.reporter, fact.provider, fact.service) == ("Y90001", "RZ1", "outpatients")
    }
    assert {row[0] for row in file[1:]} == mine


async def test_the_filters_of_the_page_narrow_its_services(service: Running) -> None:
    whole = expected()["discharge"]
    assert (await by_title(service, "helen.marsh", f"{PAGE}?months=12"))[
        TITLES["discharge"]
    ] == whole * 2 // 3
    assert await by_title(service, "helen.marsh", f"{PAGE}?kind=feedback") == {}
    text = await table(service, "helen.marsh", f"{PAGE}?months=12&practice=Y90001")
    links = [unescape(href) for href, _ in _LINK.findall(text)]
    assert all("practice=Y90001" in href for href in links)
    assert f"Reports of {long_name(MONTHS[12])} to " in text


async def test_a_period_without_reports_says_so(service: Running) -> None:
    text = await table(service, "helen.marsh", "/trends/providers/RZ3")
    assert re.search(r"<p>No report of \w+ \d+ to \w+ \d+ names a service\.</p>", text)
    assert "<table" not in text
    assert await by_title(service, "helen.marsh", "/trends/providers/RZ3") == {}


async def test_a_service_can_be_chosen_where_there_is_a_provider(service: Running) -> None:
    def offered(text: str) -> list[str]:
        select = text.partition('name="service"')[2].partition("</select>")[0]
        return [unescape(title) for title in re.findall(r"<option[^>]*>([^<]+)</option>", select)]

    letters, outpatients, clinic, other = TITLES.values()
    northfield = ["All services", letters, clinic, outpatients, other]
    assert offered(await page(service, "helen.marsh", "/trends")) == []
    assert offered(await page(service, "helen.marsh", "/trends?provider=RZ1")) == northfield
    assert offered(await page(service, "helen.marsh", "/trends?provider=RZ2")) == [
        "All services",
        "Crisis team",
    ]
    assert offered(await page(service, "amira.patel", "/trends")) == []
    assert offered(await page(service, "amira.patel", "/trends?provider=RZ1")) == northfield
    assert offered(await page(service, "jo.lee", "/trends")) == northfield
    assert offered(await page(service, "ravi.dhillon", "/trends")) == []


UNUSABLE = {
    "service=discharge": "Choose a provider first: each provider has services of its own",
    "provider=RZ9&service=discharge": "Choose a provider from the list",
    "provider=RZ1&service=gone": "Choose a service from the list",
    "provider=RZ2&service=discharge": "Choose a service from the list",
    "provider=RZ1&service=discharge&theme=medication": "Choose a service or a theme: reports are "
    "counted by service for all themes together",
    "provider=RZ1&service=discharge&source=form": "Choose one of harm, rating, source and service",
    "provider=RZ1&service=discharge&harm=low": "Choose one of harm, rating, source and service",
}


@pytest.mark.parametrize("query", UNUSABLE)
async def test_a_service_that_cannot_be_asked_for_is_named_and_left_out(
    service: Running, query: str
) -> None:
    for path, file in (("/trends", "/trends/themes"), (LIST, LIST)):
        text = await page(service, "helen.marsh", f"{path}?{query}", 422)
        assert "There is a problem" in text
        assert UNUSABLE[query] in text
        assert "Service:" not in text
        assert "Service</dt>" not in text
        for ending in ("csv", "xlsx"):
            refused = await page(service, "helen.marsh", f"{file}.{ending}?{query}", 422)
            assert UNUSABLE[query] in refused


async def test_who_sees_totals_cannot_ask_for_a_service(service: Running) -> None:
    for query in ("service=discharge", "provider=RZ1&service=discharge"):
        text = await page(service, "ravi.dhillon", f"/trends?{query}", 422)
        assert "Choose a service from the list" in text
        assert "Discharge and letters" not in text
    for name in (PAGE, f"{PAGE}/services.csv", f"{PAGE}/services.xlsx"):
        await page(service, "ravi.dhillon", name, 404)


async def test_a_provider_page_is_of_all_services(service: Running) -> None:
    told = "This page cannot be narrowed by service. Take it out of the address"
    for name in ("", "/services.csv", "/services.xlsx", "/clock.csv"):
        assert told in await page(service, "helen.marsh", f"{PAGE}{name}?service=discharge", 422)


async def test_who_succeeded_another_provider_has_the_services_of_both(
    kafka: str, databases: Databases
) -> None:
    places = {each.code: each for each in directory()}
    places["RZ2"] = closed(places["RZ2"], "RZ1")
    async with reporting_with(FACTS, kafka, databases, [*places.values()]) as service:
        listed = await page(service, "jo.lee", f"{LIST}?service=crisis-team")
        assert "</span> 24 reports</h1>" in listed
        assert "Crisis team</dd>" in listed
        assert await by_title(service, "jo.lee", "/trends/providers/RZ2") == {"Crisis team": 24}
        assert (await by_title(service, "jo.lee"))["Crisis team"] == 24
