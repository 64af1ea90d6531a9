"""The trend pages of the whole service, without a consumer's help: who sees what, and what is asked for wrongly."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from services.reporting.app import create_app
from services.reporting.domain.months import long_name, plus
from services.reporting.settings import Settings
from shared.contracts.base import Fact
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme
from tests.conftest import SettingsFor
from tests.reporting.histories import Story, seeded, story
from tests.reporting.support import apply, lines, page, reporting_with
from tests.support.apps import Running, running
from tests.support.databases import Databases
from tests.support.directory import closed, directory, member, organisation

pytestmark = pytest.mark.integration

TODAY = date.today()  # noqa: DTZ011 - reports of the month that runs while the test does
MONTH = long_name(TODAY)
MEDICATION = (AssignedTheme(theme="medication", title="Medication", confidence=0.9),)
LIST = "/trends/reports"


def told(number: int, practice: str, provider: str, **changes: object) -> Story:
    return story(
        seeded(number),
        number,
        reporter=practice,
        provider=provider,
        tenet=Tenet.SAFETY,
        historic=False,
        happened_on=TODAY,
        **changes,
    )


STORIES = [
    told(1, "Y90001", "RZ1"),
    told(2, "Y90001", "RZ2"),
    told(3, "Y90002", "RZ1"),
    *(told(number, "Y90002", "RZ3") for number in range(4, 12)),
]


def facts() -> list[Fact]:
    """Eleven reports of one month and theme: two of Elm Road, nine of Harbour; two about Northfield."""
    return [
        fact
        for each in STORIES
        for fact in (
            each.report,
            each.verdict(1, tenet=Tenet.SAFETY, themes=MEDICATION),
            *each.case(length=1),
        )
    ]


FACTS = facts()


@pytest.fixture(scope="module")
async def shared(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    """For tests that only read."""
    async with reporting_with(FACTS, kafka, databases) as service:
        yield service


@pytest.fixture
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    """For tests that change something."""
    async with reporting_with(FACTS, kafka, databases) as service:
        yield service


async def test_a_quality_lead_sees_all_reports_of_the_commissioner(shared: Running) -> None:
    listed = await page(shared, "helen.marsh", LIST)
    assert "</span> 11 reports</h1>" in listed
    assert all(each.report.reference in listed for each in STORIES)


async def test_a_practice_sees_its_own_reports_and_nobody_elses(shared: Running) -> None:
    listed = await page(shared, "amira.patel", f"{LIST}?theme=medication")
    assert "</span> 2 reports</h1>" in listed
    for each in STORIES:
        assert (each.report.reference in listed) == (each.report.reporter == "Y90001")
    theme = await page(shared, "amira.patel", "/trends/themes/medication")
    assert "Harbour Medical Centre" not in theme + listed


async def test_a_provider_sees_what_is_about_it_and_nothing_else(shared: Running) -> None:
    text = await page(shared, "jo.lee", f"{LIST}.csv")
    for each in STORIES:
        assert (each.report.reference in text) == (each.report.provider == "RZ1")


async def test_a_successor_s_figures_include_its_predecessors_and_counts_stay_as_they_were(
    service: Running,
) -> None:
    assert "</span> 9 reports</h1>" in await page(service, "tom.bright", LIST)
    known = {each.code: each for each in directory()}
    await service.seed([closed(known["Y90001"], "Y90002"), closed(known["RZ3"], "RZ1")])
    assert "</span> 11 reports</h1>" in await page(service, "tom.bright", LIST)
    listed = await page(service, "jo.lee", f"{LIST}.csv")
    for each in STORIES:
        assert (each.report.reference in listed) == (each.report.provider in {"RZ1", "RZ3"})
    # In lists under the names they were reported by, which say what became of them, and in tables of providers under today's.
    old = "Valley Community NHS Trust (now part of Northfield Acute NHS Trust)"
    assert old in listed
    parts = await lines(service, "helen.marsh", "/trends/themes/medication/parts.csv")
    providers = [row[1] for row in parts if row[0] == "Provider"]
    assert "Northfield Acute NHS Trust" in providers
    assert not any(name.startswith("Valley") for name in providers)
    assert len(await lines(service, "helen.marsh", f"{LIST}.csv?practice=Y90001")) == 1 + 2


async def test_a_succeeding_commissioner_has_the_figures_of_the_one_before(
    service: Running,
) -> None:
    lead = member("nina.frost", "Nina Frost", Role.QUALITY_LEAD)
    board = organisation("QX1", "New Board", OrganisationKind.COMMISSIONER, lead)
    await service.seed([board])
    assert "</span> 0 reports</h1>" in await page(service, "nina.frost", LIST)
    (old,) = [each for each in directory() if each.code == "Q9A"]
    await service.seed([closed(old, "QX1")])
    assert "</span> 11 reports</h1>" in await page(service, "nina.frost", LIST)
    # Who reads redacted totals reads those of the board that took over.
    (group,) = [each for each in directory() if each.code == "PG1"]
    await service.seed([group.model_copy(update={"commissioner": "Q9A", "revision": 2})])
    assert "Reports in New Board" in await page(service, "ravi.dhillon", "/trends")


async def test_a_filter_cannot_widen_what_is_seen(shared: Running) -> None:
    text = await page(shared, "jo.lee", f"{LIST}?practice=Y90002")
    assert "</span> 1 report</h1>" in text
    await page(shared, "jo.lee", f"{LIST}.csv?provider=RZ3", 422)


async def test_a_reviewer_sees_rounded_totals_and_no_single_report(shared: Running) -> None:
    text = await page(shared, "ravi.dhillon", "/trends?months=6")
    assert "At least 10 reports" in text
    assert LIST not in text
    heat = await page(shared, "ravi.dhillon", "/trends/triangulation?months=6")
    heat = heat[heat.index("<table") :]
    assert "Valley Community NHS Trust" in heat
    assert "Northfield Acute NHS Trust" not in heat
    theme = await page(shared, "ravi.dhillon", "/trends/themes/medication")
    assert "Valley Community NHS Trust" in theme
    assert "Northfield Acute NHS Trust" not in theme
    assert not any(each.report.reference in theme for each in STORIES)
    assert "Did it work?" not in theme
    for ending in ("", ".csv", ".xlsx"):
        await page(shared, "ravi.dhillon", LIST + ending, 403)


async def test_the_files_of_a_reviewer_hide_what_its_page_hides(shared: Running) -> None:
    few = "fewer than 5"
    themes = await lines(shared, "ravi.dhillon", "/trends/themes.csv?months=6")
    told = {(series, month): value for series, month, _, value, *_ in themes[1:]}
    assert told["Medication", MONTH] == "10"
    assert told["Medication", long_name(plus(TODAY, -1))] == few
    assert told["Experience", MONTH] == few
    tenets = await lines(shared, "ravi.dhillon", "/trends/triangulation.csv?months=6")
    assert tenets[1:] == [["Valley Community NHS Trust", "Medication", "5", few, few, "5"]]
    parts = await lines(shared, "ravi.dhillon", "/trends/themes/medication/parts.csv")
    assert {number for _, _, number, *_ in parts[1:]} <= {"5", "10", few}


async def test_the_months_that_a_reviewer_asks_for_cannot_overlap(shared: Running) -> None:
    address = "/trends/themes.csv?months=6"
    whole = await lines(shared, "ravi.dhillon", address)
    for back in (0, 1, 5):
        until = plus(TODAY, -back)
        same = await lines(shared, "ravi.dhillon", f"{address}&until={until:%Y-%m}")
        assert same == whole
    before = await lines(shared, "ravi.dhillon", f"{address}&until={plus(TODAY, -8):%Y-%m}")
    months, earlier = ({line[1] for line in each[1:]} for each in (whole, before))
    assert not months & earlier
    since = f"{plus(TODAY, -3):%Y-%m}"
    await page(shared, "ravi.dhillon", f"/trends/themes.csv?since={since}", 422)


async def test_the_smallest_number_shown_is_a_setting(settings_for: SettingsFor) -> None:
    settings = await settings_for(Settings, small_numbers_below=12)
    async with running(create_app(settings), directory()) as service:
        await apply(FACTS, service.transactions)
        assert "No month has 12 reports or more so far." in await page(
            service, "ravi.dhillon", "/trends"
        )


async def test_filters_in_the_address_choose_what_is_counted(shared: Running) -> None:
    async def number(query: str) -> str:
        rows = await lines(shared, "helen.marsh", f"/trends/themes.csv?{query}")
        return {series: value for series, month, _, value, *_ in rows if month == MONTH}[
            "All reports"
        ]

    assert await number("provider=RZ1") == "2"
    assert await number("practice=Y90001&provider=RZ1") == "1"
    assert await number("tenet=experience") == "0"
    assert await number("source=import") != "11"
    events = sum(each.report.kind is Kind.EVENT for each in STORIES)
    assert await number("kind=event") == str(events)
    harms = sum(each.report.harm == "low" for each in STORIES)
    assert await number("harm=low") == str(harms)
    rows = await lines(shared, "helen.marsh", "/trends/themes.csv?tenet=experience&months=6")
    assert ["All reports", long_name(plus(TODAY, -4)), "Reports", "no data"] in [
        row[:4] for row in rows
    ]


UNUSABLE = {
    "tenet=fun": "Choose a tenet from the list",
    "theme=gone": "Choose a theme from the list",
    "provider=RZ9": "Choose a provider from the list",
    "until=2999-01": "The last month must be a past month",
    "until=x": "The last month must be a past month",
    "since=1947-01": "The first month must be a past month",
    "since=2026-03&until=2025-03": "The first month must not be after the last month",
    "since=1990-01": "A period can be 20 years at most",
    "months=%00": "Choose a period from the list",
    "harm=low&rating=good": "Choose one of harm, rating, source and service",
    "theme=medication&source=form": "Choose a source or a theme",
    "colour=red": "something that this page does not know",
}


async def test_a_filter_that_cannot_be_used_is_named_and_left_out(shared: Running) -> None:
    for query, words in UNUSABLE.items():
        text = await page(shared, "helen.marsh", f"/trends?{query}", 422)
        assert "There is a problem" in text, query
        assert words in text, query
        assert "All reports: not enough data yet." in text or "No reports match" in text, query
        refused = await page(shared, "helen.marsh", f"/trends/themes.csv?{query}", 422)
        assert words in refused, query


async def test_an_unknown_theme_has_a_page_that_says_so(shared: Running) -> None:
    assert "no such theme" in await page(shared, "helen.marsh", "/trends/themes/gone", 404)
    assert "no such theme" in await page(shared, "helen.marsh", "/trends/themes/%27%22%00", 404)


async def test_an_empty_database_says_that_there_is_not_enough_data_yet(
    settings_for: SettingsFor,
) -> None:
    async with running(create_app(await settings_for(Settings)), directory()) as service:
        for subject in ("helen.marsh", "amira.patel", "jo.lee", "ravi.dhillon", "max.stone"):
            assert "Not enough data yet" in await page(service, subject, "/trends")
        assert "None waits for a decision" in await page(service, "max.stone", "/operations")
        assert "</span> 0 reports</h1>" in await page(service, "helen.marsh", LIST)
        await apply([STORIES[0].report], service.transactions)
        one = await page(service, "helen.marsh", "/trends")
        assert "All reports: not enough data yet." in one
        assert "These reports have no theme yet" in one
