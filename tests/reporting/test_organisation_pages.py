"""The pages about organisations and tenets: who sees what, every number leads to as many reports, and what is told where there is little."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from types import ModuleType

import pytest

from deploy.cli.demo import impact as told_again
from deploy.cli.demo.history import stories
from services.reporting.pages import commissioners, participation
from shared.contracts.base import Fact
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.contracts.reports import Kind
from shared.contracts.themes import AssignedTheme
from tests.reporting.histories import NOW, seeded, story
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import closed, directory, organisation

pytestmark = pytest.mark.integration

MORE = [f"Y8{number:04}" for number in range(1, 13)]
"""Practices of the area without anybody who signs in; some of them of a commissioner that was succeeded."""
THEMES = (
    AssignedTheme(theme="medication", title="Medication", confidence=0.9),
    AssignedTheme(theme="discharge", title="Discharge", confidence=0.9),
)


def places() -> list[OrganisationRecorded]:
    kinds = OrganisationKind
    old = organisation("Q9B", "Old Borough Clinical Commissioning Group", kinds.COMMISSIONER)
    return [
        *directory(),
        closed(old, "Q9A", 2),
        *(
            organisation(
                code, f"Practice {code}", kinds.PRACTICE, commissioner=("Q9A", "Q9B")[at % 2]
            )
            for at, code in enumerate(MORE)
        ),
    ]


def facts() -> list[Fact]:
    """Some 300 reports of 14 months, by all practices but one, about three providers."""
    random = seeded(11)
    told: list[Fact] = []
    reporters = ["Y90001", "Y90002", *MORE]
    for number in range(300):
        one = story(
            random,
            number,
            reporter=random.choice(reporters),
            provider=random.choice(["RZ1", "RZ1", "RZ1", "RZ2", "RZ3"]),
            historic=number % 20 == 0,
        )
        told += [one.report, one.verdict(1, themes=(random.choice(THEMES),)), *one.case()]
    return told


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    known = places()
    async with reporting_with([*known, *facts()], kafka, databases, known) as service:
        yield service


PAGES = (
    "/trends/providers/RZ1",
    "/trends/practices/Y90001",
    "/trends/commissioners/Q9A",
    "/trends/commissioners/Q9B",
    "/trends/compare?of=practices&by=outcome",
    "/trends/compare?by=theme&theme=medication",
    "/trends/compare?of=providers&by=late",
    "/trends/triangulation",
    "/trends/impact",
)
_LINK = re.compile(r'<a href="(/trends/reports\?[^"]*)"[^>]*>([\d,]+)(?: \([\d.]+%\))?</a>')
_DAYS = re.compile(r"<table(?:(?!</table>).)*Days since.*?</table>", re.DOTALL)
"""Numbers there are of days."""
_COUNTED = re.compile(r"</span>\s*([\d,]+) reports?</h1>")


async def test_every_number_leads_to_as_many_reports(service: Running) -> None:
    helen = await service.sign_in("helen.marsh")
    for path in PAGES:
        text = _DAYS.sub("", (await helen.get(path)).text)
        links = {(unescape(href), number) for href, number in _LINK.findall(text)}
        assert len(links) > 3, path
        for href, number in sorted(links)[:: max(1, len(links) // 12)]:
            listed = (await helen.get(href)).text
            counted = _COUNTED.search(listed)
            assert counted is not None, (path, href)
            assert counted[1] == number, (path, href)


async def test_in_a_table_of_days_each_report_leads_to_its_list_and_words_do_not(
    service: Running,
) -> None:
    tables = [
        table
        for code in ("Y90001", "Y90002", *MORE[:6])
        for table in _DAYS.findall(await page(service, "helen.marsh", f"/trends/practices/{code}"))
    ]
    rows = [row for table in tables for row in re.findall(r"<tr class.*?</tr>", table)]
    assert all(row.count("<a ") == 1 for row in rows)
    assert any(">0</a>" in row for row in rows), "no two reports of one day"
    assert not any(">no data</a>" in row for row in rows)


async def test_a_month_of_taking_part_leads_to_the_reports_of_that_month(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/participation")
    links = re.findall(r'<a href="([^"]+)">\d+% \([\d,]+ of [\d,]+\)</a>', text)
    assert len(links) > 6
    assert "Months</dt><dd" in (await page(service, "helen.marsh", unescape(links[-1])))
    assert all("by=report" in href for href in links)


async def test_a_practice_meets_its_peers_as_a_band_without_names(service: Running) -> None:
    text = await page(service, "amira.patel", "/trends/practices/Y90001")
    assert re.search(r"Of \d+ months: ", text)
    assert not any(code in text for code in MORE)
    assert "Harbour Medical Centre" not in text
    rows = await page(service, "amira.patel", "/trends/practices/Y90001/peers.csv?months=6")
    assert "not enough peers" not in rows
    await page(service, "amira.patel", "/trends/practices/Y90002", 404)
    await page(service, "ravi.dhillon", "/trends/practices/Y90001", 404)


async def test_too_few_peers_are_said_to_be_too_few(kafka: str, databases: Databases) -> None:
    """Nine others: quartiles of so few would be somebody's own numbers."""
    few = [each for each in places() if each.code not in MORE[7:]]
    async with reporting_with([*few, *facts()], kafka, databases, few) as service:
        text = await page(service, "amira.patel", "/trends/practices/Y90001")
        assert "Not enough peers to compare with" in text
        assert "spc-band" not in text


async def test_a_provider_sees_its_own_response_clock_and_nobody_elses(service: Running) -> None:
    text = await page(service, "jo.lee", "/trends/providers/RZ1")
    assert "Response clock" in text
    href = re.search(r'href="(/trends/reports\?[^"]*stage=late[^"]*)"', text)
    assert href is not None
    assert "RZ1" in href[1]
    await page(service, "jo.lee", unescape(href[1]))
    await page(service, "jo.lee", "/trends/providers/RZ2", 404)
    await page(service, "ravi.dhillon", "/trends/providers/RZ1", 404)


async def test_practices_are_compared_by_name_only_for_who_may_open_their_reports(
    service: Running,
) -> None:
    assert MORE[0] in await page(service, "helen.marsh", "/trends/compare?of=practices&by=action")
    text = await page(service, "amira.patel", "/trends/compare?of=practices", 422)
    assert "Choose whom to compare from the list" in text
    redacted = await page(service, "ravi.dhillon", "/trends/compare?by=outcome")
    assert "there is no funnel" in redacted
    assert "its inner limits" not in redacted
    assert "<circle" not in redacted


async def test_a_comparison_by_theme_names_the_theme_or_asks_for_one(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/compare?by=theme&theme=medication")
    assert "Of the theme Medication, by provider" in text
    file = await lines(
        service, "helen.marsh", "/trends/compare.csv?by=theme&theme=medication&of=practices"
    )
    assert file[0][1] == "Of the theme Medication"
    text = await page(service, "helen.marsh", "/trends/compare?by=theme", 422)
    assert "Choose a theme in the filters" in text
    assert "anything to compare" not in text


async def test_who_has_fallen_silent_is_named_to_quality_leads_only(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/participation")
    assert "Never reported" in text
    assert "The Green Practice" in text
    for subject in ("amira.patel", "jo.lee", "ravi.dhillon"):
        text = await page(service, subject, "/trends/participation")
        assert "The Green Practice" not in text
        assert "not enough data" in text  # of 15 practices


async def test_tenets_stand_side_by_side_with_words_and_icons(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/triangulation?theme=medication")
    for label in ("Experience", "Effectiveness", "Safety", "Together"):
        assert f'role="columnheader">{label}</th>' in text
    assert "Northfield Acute NHS Trust" in text
    assert "No sign of a real change" in text
    assert "Not enough data yet to see two together." in text
    assert re.search(r"of \d+ themes? at (a )?providers? with charts of two tenets", text)
    assert "Discharge" not in text[text.index("reporting-tenets") :]
    redacted = await page(service, "ravi.dhillon", "/trends/triangulation")
    assert "no signals are shown" in " ".join(redacted.split())


async def test_a_page_and_its_file_have_the_same_columns(service: Running) -> None:
    file = await lines(service, "helen.marsh", "/trends/participation/practices.csv")
    text = await page(service, "helen.marsh", "/trends/participation")
    assert file[0][-1] == "Reports a month"
    row = next(row for row in file if row[0] == "Elm Road Surgery")
    assert f"Reports a month </span>{row[-1]}</td>" in text[text.index(row[0]) :]
    listed = await page(service, "helen.marsh", "/trends/reports")
    assert 'role="columnheader">Kind</th>' in listed
    assert re.search(r"Kind </span>(Event|Feedback)</td>", listed)


async def test_each_view_is_a_file_of_both_kinds(service: Running) -> None:
    helen = await service.sign_in("helen.marsh")
    for path in (
        "/trends/compare{}?of=practices&by=late",
        "/trends/triangulation{}",
        "/trends/participation{}",
        "/trends/participation/practices{}",
        "/trends/impact{}",
        "/trends/providers/RZ1/clock{}",
        "/trends/providers/RZ1/services{}",
        "/trends/practices/Y90001/peers{}",
        "/trends/commissioners/Q9A/organisations{}",
    ):
        lines = (await helen.get(path.format(".csv"))).text.splitlines()
        assert len(lines) > 2, path
        assert (await helen.get(path.format(".xlsx"))).content.startswith(b"PK"), path


UNUSABLE = (
    "/trends/compare?by=fun",
    "/trends/compare?of=everybody",
    "/trends/compare?by=theme",
    "/trends/providers/RZ1?practice=Y99999",
    "/trends/practices/Y90001?since=2026-05&until=2026-01",
    "/trends/commissioners/Q9A?tenet=fun",
    "/trends/participation?months=7",
    "/trends/triangulation?theme=gone",
    "/trends/impact?nonsense=1",
)


async def test_what_cannot_be_used_is_named_on_the_page_and_refused_for_a_file(
    service: Running,
) -> None:
    for path in UNUSABLE:
        assert "There is a problem" in await page(service, "helen.marsh", path, 422), path
    await page(service, "helen.marsh", "/trends/compare.csv?by=fun", 422)
    for path in ("providers/RZ99", "practices/%27%22", "commissioners/Q9Z"):
        assert "There is no such" in await page(service, "helen.marsh", f"/trends/{path}", 404)


async def test_an_empty_database_says_that_there_is_nothing_yet(
    kafka: str, databases: Databases
) -> None:
    async with reporting_with(directory(), kafka, databases) as service:
        for path in ("compare", "triangulation", "participation", "impact"):
            for subject in ("helen.marsh", "jo.lee"):
                text = await page(service, subject, f"/trends/{path}")
                assert "Not enough data yet" in text, (path, subject)
        for path in ("providers/RZ1", "practices/Y90001", "commissioners/Q9A"):
            text = await page(service, "helen.marsh", f"/trends/{path}")
            assert "There are no reports here of" in text
            assert "Clear the filters" not in text
            narrowed = await page(service, "helen.marsh", f"/trends/{path}?tenet=safety")
            assert "No reports match in" in narrowed
            assert "Clear the filters" in narrowed


async def test_the_published_impact_is_on_the_page_to_the_last_count(
    kafka: str, databases: Databases
) -> None:
    """`insight demo --impact` as facts: the two commissioners are succeeded by a board, whose quality lead sees both."""
    records = [*directory(), *(_recorded(*each) for each in told_again.organisations())]
    providers = {each.kind: each.code for each in directory() if each.code.startswith("RZ")}
    random = seeded(2)
    reports = [
        story(
            random,
            number,
            kind=one.story.kind,
            reporter=one.reporter,
            provider=one.provider,
            happened_on=one.happened_on,
            harm=None,
            rating=None,
            historic=True,
            past=past,
        ).report
        for number, (one, past) in enumerate(told_again.history(2026, stories(), providers))
    ]
    async with reporting_with([*records, *reports], kafka, databases, records) as service:
        reader = await service.sign_in(told_again.READER)
        answer = await reader.get("/trends/impact.csv")
        lines = answer.text.splitlines()[1:]
        expected = [
            f'"{known_as}","{kind}",{line.records},"{line.first}","{line.last}",'
            f"{line.with_action},{share(line.with_action, line.records)},"
            f"{line.with_outcome},{share(line.with_outcome, line.records)}"
            for line in told_again.PUBLISHED
            for kind in [{Kind.EVENT: "Events", Kind.FEEDBACK: "Feedback"}[line.kind]]
            for known_as in [_name(line.commissioner)]
        ]
        assert lines == expected


def _recorded(code: str, document: dict[str, object]) -> OrganisationRecorded:
    values = {"occurred_at": NOW.isoformat(), "code": code, "revision": 1, **document}
    return OrganisationRecorded.model_validate_json(json.dumps(values))


def _name(code: str) -> str:
    names = {code: str(document["name"]) for code, document in told_again.organisations()}
    return f"{names[code]} (now part of {names[told_again.BOARD]})"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}"


AREA = "/trends/commissioners/Q9A"


@pytest.mark.parametrize(
    ("room", "path", "file", "column"),
    [
        (commissioners, AREA, "organisations", 1),
        (participation, participation.HERE, "practices", 0),
    ],
)
async def test_practices_come_in_parts_and_the_file_has_all(
    service: Running,
    monkeypatch: pytest.MonkeyPatch,
    room: ModuleType,
    path: str,
    file: str,
    column: int,
) -> None:
    monkeypatch.setattr(room, "PAGE_SIZE", 5)
    rows = await lines(service, "helen.marsh", f"{path}/{file}.csv")
    named = [row[column] for row in rows[1:] if row[0] != "Provider"]
    assert len(named) > 10
    found = []
    for number in range(1, len(named) // 5 + 2):
        text = await page(service, "helen.marsh", f"{path}?page={number}")
        found += re.findall(r'<a href="/trends/practices/[^"]+">([^<]+)</a>', text)
    assert found == named
    assert "There are no more practices" in await page(service, "helen.marsh", f"{path}?page=99")
    await page(service, "helen.marsh", f"{path}?page=0", 422)
