"""A theme's page and the overview over two years of reports: what they say, where their numbers lead, and whether an action worked."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.reporting.domain.charted import last_whole
from services.reporting.domain.months import long_name, plus
from shared.contracts.base import Fact
from shared.contracts.cases import ActionCompleted, ActionPlanned, CaseState
from shared.contracts.reports import Harm, Kind, Tenet
from shared.contracts.themes import AssignedTheme
from tests.reporting.histories import NOW, seeded, story
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases

pytestmark = pytest.mark.integration

TODAY = date.today()  # noqa: DTZ011 - the pages' charts end with the newest whole month
LAST = last_whole(TODAY)
MONTHS = [plus(LAST, at - 23) for at in range(24)]
DONE = plus(LAST, -9) + timedelta(days=9)
ACTION = UUID(int=77, version=4)
JUST_NOW = UUID(int=78, version=4)
"""Completed today."""
FORMULA = "=HYPERLINK(1)"
THEME = "/trends/themes/medication"


def themed(slug: str, title: str, sub_theme: str | None = None) -> tuple[AssignedTheme, ...]:
    return (
        AssignedTheme(
            theme=slug,
            title=title,
            sub_theme=sub_theme,
            sub_theme_title=None if sub_theme is None else "Wrong dose",
            confidence=0.9,
        ),
    )


def reports_in(month: date, at: int) -> Iterator[tuple[tuple[AssignedTheme, ...], str]]:
    """A month's themes and providers: medication falls after the action, access stays, waiting has few."""
    for number in range((10 + at % 3) if month <= DONE.replace(day=1) else (4 + at % 2)):
        sub_theme = "wrong-dose" if number % 2 else None
        yield themed("medication", "Medication", sub_theme), "RZ1" if number % 3 else "RZ2"
    for _ in range(5 + at % 2):
        yield themed("access", FORMULA), "RZ1"
    if at % 12 == 0:
        yield themed("waiting", "Waiting"), "RZ2"


def facts() -> list[Fact]:
    found: list[Fact] = []
    for at, month in enumerate(MONTHS):
        for themes, provider in reports_in(month, at):
            number = len(found)
            told = story(
                seeded(number),
                number,
                reporter="Y90001" if number % 4 else "Y90002",
                provider=provider,
                kind=Kind.EVENT,
                harm=Harm.LOW,
                rating=None,
                tenet=Tenet.SAFETY,
                happened_on=month + timedelta(days=number % 28),
                historic=False,
            )
            verdict = told.verdict(1, tenet=Tenet.SAFETY, themes=themes)
            if not found:
                found += _action(told.report.report_id, told.report.reference)
            found += [told.report, verdict]
    return found


def _action(report_id: UUID, reference: str) -> list[Fact]:
    """Of the first report, which RZ2 is about."""
    common: dict[str, object] = {
        "occurred_at": NOW,
        "report_id": report_id,
        "reference": reference,
        "state": CaseState.ANSWERED,
        "reporter": "Y90002",
        "provider": "RZ2",
    }
    return [
        fact
        for revision, action_id, day in ((3, ACTION, DONE), (5, JUST_NOW, TODAY))
        for told in [common | {"action_id": action_id}]
        for fact in (
            ActionPlanned.model_validate(told | {"revision": revision, "due_on": day}),
            ActionCompleted.model_validate(told | {"revision": revision + 1, "completed_on": day}),
        )
    ]


FACTS = facts()


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    async with reporting_with(FACTS, kafka, databases) as running_service:
        yield running_service


async def test_the_overview_shows_changes_before_what_is_steady_and_thin_themes_last(
    service: Running,
) -> None:
    text = await page(service, "helen.marsh", "/trends")
    assert "Of 2 themes with a chart, 1 has improved." in text
    cards = text[text.index("Of 2 themes") :]
    told = [cards.index(f">{name}<") for name in ("Medication", "=HYPERLINK(1)", "Waiting")]
    assert told == sorted(told)
    assert "Medication: lower than expected since" in text
    assert "Not enough data yet: 2 of the 14 reports that a chart needs." in text
    assert text.count('class="spc-chart"') > 6


async def test_every_point_of_a_chart_leads_to_as_many_reports_as_it_shows(
    service: Running,
) -> None:
    text = await page(service, "helen.marsh", f"{THEME}?months=24")
    svg = text[text.index("reporting-chart__wide") :]
    svg = svg[: svg.index("</svg>")]
    points = re.findall(r'<a href="([^"]+)"[^>]*aria-label="([^:]+): (\d+)', svg)
    assert [name for _, name, _ in points] == [long_name(month) for month in MONTHS]
    for address, _, number in (points[0], points[-1]):
        address = address.replace("&amp;", "&")
        listed = await page(service, "helen.marsh", address)
        assert f"</span> {number} reports</h1>" in listed
        file = await lines(service, "helen.marsh", address.replace("?", ".csv?"))
        assert len(file) == 1 + int(number)


async def test_the_file_has_the_numbers_of_the_page(service: Running) -> None:
    text = await page(service, "helen.marsh", f"{THEME}?target=4&baseline=12")
    assert "Limits come from the first 12 months." in text
    rows = await lines(service, "helen.marsh", f"{THEME}/chart.csv?target=4&baseline=12")
    for name, number, *_ in rows[1:]:
        assert re.search(rf">{name}</th> <td[^>]*>(<a[^>]*>)?{number}<", text), (name, number)
    plain = await lines(service, "helen.marsh", f"{THEME}/chart.csv")
    assert plain[1][2] != rows[1][2], "a baseline moves the mean"
    parts = {row[1]: row[2] for row in await lines(service, "helen.marsh", f"{THEME}/parts.csv")}
    whole = sum(int(number) for _, number, *_ in plain[1:])
    assert parts["Low"] == str(whole)
    northfield, riverside = "Northfield Acute NHS Trust", "Riverside Mental Health NHS Trust"
    assert int(parts[northfield]) + int(parts[riverside]) == whole


async def test_an_action_is_held_against_what_was_before_it(service: Running) -> None:
    text = await page(service, "helen.marsh", THEME)
    worked = text[text.index("Did it work?") :]
    assert "Better: lower than before, likely a real change." in worked
    assert "Riverside Mental Health NHS Trust" in worked
    chosen = await page(service, "helen.marsh", f"{THEME}?action={ACTION}")
    assert "Limits begin anew where an action was completed" in chosen
    assert f"Limits begin anew with {long_name(plus(LAST, -8))} (action completed)" in chosen


async def test_what_was_before_an_action_is_told_although_it_is_too_early_for_what_comes_after(
    service: Running,
) -> None:
    text = await page(service, "helen.marsh", f"{THEME}?action={JUST_NOW}")
    row = text[text.index("Did it work?") :].partition("Too early to tell: 7 months more")[0]
    assert re.search(r"Before </span>[\d.]+ a month</td>", row)
    assert "After </span>too early</td>" in row
    assert "An action was completed on" in text
    assert "Limits do not begin anew" in text
    assert "Limits begin anew" not in text


async def test_every_number_of_a_year_on_year_leads_to_as_many_reports(service: Running) -> None:
    text = await page(service, "helen.marsh", THEME)
    compared = [text[text.index("Year on year") :].partition("</p>")[0]]
    compared += re.findall(r"Against a year before </span><div>(.*?)</div>", text)
    assert len(compared) == 4  # the theme, its providers, its one harm
    for part in compared:
        links = re.findall(r'<a href="([^"]+)">([\d,]+)</a>', part)
        assert len(links) == 2, part
        for address, number in links:
            listed = await page(service, "helen.marsh", address.replace("&amp;", "&"))
            assert f"</span> {number} reports</h1>" in listed, address


async def test_an_action_is_told_to_who_may_open_its_report_only(service: Running) -> None:
    for subject in ("jo.lee", "amira.patel", "ravi.dhillon"):
        text = await page(service, subject, f"{THEME}?action={ACTION}", 422)
        assert "There is no such completed action of this theme" in text
        assert "Riverside Mental Health NHS Trust</td>" not in text
    assert "Better: lower" in await page(service, "tom.bright", THEME)
    assert "No action of these reports has been completed" in await page(service, "jo.lee", THEME)
    other = "There is no such completed action of this theme"
    for name in ("", "/chart.csv", "/parts.xlsx"):
        address = f"/trends/themes/access{name}?action={ACTION}"
        assert other in await page(service, "helen.marsh", address, 422)


async def test_actions_are_those_of_the_reports_that_the_page_shows(service: Running) -> None:
    """The one here followed from an event of low harm about RZ2, which has no sub-theme."""
    for query in ("harm=low", "provider=RZ2", "practice=Y90002", "tenet=safety&kind=event"):
        text = await page(service, "helen.marsh", f"{THEME}?{query}&action={ACTION}")
        assert "Riverside Mental Health NHS Trust</td>" in text[text.index("Did it work?") :]
        assert '<p id="action">' in text
    for query in (
        "harm=fatal",
        "rating=poor",
        "sub_theme=wrong-dose",
        "provider=RZ1",
        "practice=Y90001",
        "tenet=experience",
        "kind=feedback",
    ):
        text = await page(service, "helen.marsh", f"{THEME}?{query}")
        assert "No action of these reports has been completed" in text, query
        for name in ("", "/chart.csv"):
            address = f"{THEME}{name}?{query}&action={ACTION}"
            text = await page(service, "helen.marsh", address, 422)
            assert "There is no such completed action of this theme" in text, query
            assert '<p id="action">' not in text


async def test_a_year_is_compared_with_the_one_before(service: Running) -> None:
    rows = {row[0]: row[1:] for row in await lines(service, "helen.marsh", "/trends/years.csv")}
    now, before, words = rows["Medication"]
    assert re.fullmatch(r"\d+% fewer, likely a real change", words), (now, before, words)
    assert rows["Waiting"][2] == "Too few to compare"


async def test_a_title_that_is_a_formula_is_text_in_every_file(service: Running) -> None:
    rows = await lines(service, "helen.marsh", "/trends/themes.csv")
    titles = {row[0] for row in rows}
    assert f"'{FORMULA}" in titles
    assert FORMULA not in titles
    book = await (await service.sign_in("helen.marsh")).get("/trends/themes.xlsx")
    assert book.headers["content-disposition"] == 'attachment; filename="reports-by-theme.xlsx"'
    assert book.content.startswith(b"PK")


async def test_the_list_goes_on_where_it_was_left(service: Running) -> None:
    seen: list[str] = []
    address = "/trends/reports?theme=waiting"
    text = await page(service, "helen.marsh", address)
    assert "</span> 2 reports</h1>" in text
    address = "/trends/reports?theme=medication"
    while address:
        text = await page(service, "helen.marsh", address)
        seen += re.findall(r'class="reporting-reference" href="/cases/([^"]+)"', text)
        older = re.search(r'<a href="([^"]+)" rel="next">Older reports</a>', text)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen))
    file = await lines(service, "helen.marsh", "/trends/reports.csv?theme=medication")
    assert seen == [row[0] for row in file[1:]]
    assert "names a place in the list" in await page(
        service, "helen.marsh", "/trends/reports?after=x", 422
    )
