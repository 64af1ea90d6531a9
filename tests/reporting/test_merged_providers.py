"""A provider and those that it succeeded are one: what pages say of them, that each number leads to as many reports, and who sees what."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, time

import pytest

from services.reporting import use_cases
from services.reporting.domain.known import LONDON
from services.reporting.domain.months import plus
from shared.contracts.base import Fact
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.contracts.themes import AssignedTheme
from tests.reporting.histories import Story
from tests.reporting.signals.told import LAST, facts_of, told_by
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import closed, directory, organisation

pytestmark = pytest.mark.integration

USUAL = (10, 12, 9, 11, 10, 8, 12, 11, 9, 10, 11, 10, 9, 12, 10, 11, 8, 10, 9, 11, 10, 12, 9, 10)
"""A month, to the last whole one. Nothing ever changes but the code by which the provider goes."""
RARE = (AssignedTheme(theme="access", title="Access", confidence=0.9),)
"""Of which there is one report a month: a chart of days between them."""
LEAD, RESPONDER, PRACTICE, OTHER_PRACTICE = "helen.marsh", "jo.lee", "amira.patel", "tom.bright"
NORTHFIELD = "Northfield Acute NHS Trust"


def code_in(at: int) -> str:
    """What the provider was called in the month."""
    return "RZ00" if at < 3 else "RZ0" if at < len(USUAL) - 5 else "RZ1"


def places() -> list[OrganisationRecorded]:
    """The directory, with those that Northfield has succeeded, step by step."""
    oldest = organisation("RZ00", "Oldest North", OrganisationKind.ACUTE, commissioner="Q9A")
    old = organisation("RZ0", "Old North", OrganisationKind.ACUTE, commissioner="Q9A")
    return [*directory(), closed(oldest, "RZ0"), closed(old, "RZ1")]


def told(number: int, at: int, reporter: str = "Y90001", **changes: object) -> Story:
    day = plus(LAST, at + 1 - len(USUAL)).replace(day=1 + number % 28)
    at_noon = datetime.combine(day, time(12), LONDON)
    default: dict[str, object] = {"provider": code_in(at), "happened_on": day}
    return told_by(reporter, number, **default | {"occurred_at": at_noon} | changes)


def facts() -> list[Fact]:
    often = [at for at, number in enumerate(USUAL) for _ in range(number)]
    letters = [told(number, at) for number, at in enumerate(often)]
    # By its own code Northfield has always had reports, and since the merger twice as many.
    letters += [
        told(1_000 + number, len(USUAL) - 1 - at, provider="RZ1") for number, at in enumerate(often)
    ]
    letters += [
        told(2_000, 8, "Y90002"),
        told(2_001, 9, "Y90002", provider="RZ2"),
        told(2_002, 22, "Y90002"),
    ]
    rare = [told(3_000 + 9 * at, at) for at in range(len(USUAL))]
    verdicts = [each.verdict(1, tenet=each.report.tenet, themes=RARE) for each in rare]
    return [*facts_of(letters), *(each.report for each in rare), *verdicts]


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    async with reporting_with(facts(), kafka, databases, places()) as running:
        while True:
            async with running.transactions.begin() as tx:
                if not await use_cases.look_for_signals(tx, at_once=5):
                    break
        yield running


ALL = 2 * sum(USUAL) + 2 + len(USUAL)
"""About Northfield under all of its codes."""
OLDER_MONTHS = [at for at in range(len(USUAL)) if code_in(at) == "RZ0"]
OLDER_LETTERS = sum(USUAL[at] for at in OLDER_MONTHS) + 1
OLDER = OLDER_LETTERS + len(OLDER_MONTHS)
"""About Old North alone."""
SINCE = f"since={plus(LAST, 1 - len(USUAL)):%Y-%m}"


async def references(service: Running, subject: str, query: str) -> list[str]:
    rows = await lines(service, subject, f"/trends/reports.csv?{query}")
    found = [row[0] for row in rows[1:]]
    assert len(found) == len({*found})
    return found


async def test_no_signal_is_raised_on_any_code(service: Running) -> None:
    text = await page(service, LEAD, "/signals")
    assert "No open signals." in text


@pytest.mark.parametrize("subject", [LEAD, RESPONDER])
async def test_its_page_is_of_all_codes_and_nothing_has_changed(
    service: Running, subject: str
) -> None:
    text = await page(service, subject, "/trends/providers/RZ1")
    assert "none has changed by more than chance" in text
    assert "expected since" not in text
    listed = await references(service, subject, f"provider=RZ1&{SINCE}")
    assert len(listed) == ALL
    assert f"See the {ALL} reports" in text


async def test_its_charts_are_of_all_codes_by_month_and_by_day(service: Running) -> None:
    chart = await lines(service, LEAD, f"/trends/themes/letters/chart.csv?provider=RZ1&{SINCE}")
    numbers = [int(row[1]) for row in chart[1 : 1 + len(USUAL)]]
    both = [one + other for one, other in zip(USUAL, reversed(USUAL), strict=True)]
    assert numbers == [number + (at in (8, 22)) for at, number in enumerate(both)]
    days = await lines(service, LEAD, "/trends/themes/access/chart.csv?provider=RZ1")
    listed = await references(service, LEAD, f"theme=access&provider=RZ1&{SINCE}")
    assert len(listed) == len(USUAL)
    assert len(days[1:]) >= len(USUAL) - 1


async def test_every_table_of_providers_has_it_once_with_as_many_reports_as_its_list(
    service: Running,
) -> None:
    listed = await references(service, LEAD, f"provider=RZ1&theme=letters&{SINCE}")
    number = str(ALL - len(USUAL))
    assert len(listed) == int(number)
    parts = await lines(service, LEAD, "/trends/themes/letters/parts.csv")
    [row] = [row for row in parts if row[0] == "Provider" and "North" in row[1]]
    assert row[1:3] == [NORTHFIELD, number]
    assert abs(int(row[3]) - int(row[4])) < 20, "this year and the year before"
    compared = await lines(service, LEAD, "/trends/compare.csv?by=action&theme=letters")
    assert [row[2] for row in compared if "North" in row[0]] == [number]
    area = await lines(service, LEAD, "/trends/commissioners/Q9A/organisations.csv")
    assert [row[1:3] for row in area if "North" in row[1]] == [[NORTHFIELD, str(ALL)]]


async def test_its_tenets_side_by_side_are_of_all_codes(service: Running) -> None:
    rows = await lines(service, LEAD, "/trends/triangulation.csv")
    northern = [row for row in rows if "North" in row[0]]
    assert {(row[0], row[1]): row[8] for row in northern} == {
        (NORTHFIELD, "Access"): str(len(USUAL)),
        (NORTHFIELD, "Clinic letters"): str(ALL - len(USUAL)),
    }
    assert len(northern) == 2
    assert all("expected since" not in row[9] for row in northern)
    text = await page(service, LEAD, "/trends/triangulation")
    asked = re.search(r'/trends/reports\?([^"]*theme=letters[^"]*)', text)
    assert asked is not None
    listed = await references(service, LEAD, asked[1].replace("&amp;", "&"))
    assert len(listed) == ALL - len(USUAL)
    again = await lines(service, LEAD, "/trends/triangulation.csv?provider=RZ1")
    assert again[1:] == northern


async def test_a_code_that_was_succeeded_is_of_its_own_reports_and_has_not_improved(
    service: Running,
) -> None:
    text = await page(service, LEAD, "/trends/providers/RZ0")
    assert "none has changed by more than chance" in text
    assert "has improved" not in text
    listed = await references(service, LEAD, f"provider=RZ0&{SINCE}")
    assert len(listed) == OLDER
    assert f"See the {OLDER} reports" in text
    theme = await page(service, LEAD, "/trends/themes/letters?provider=RZ0")
    assert "lower than expected" not in theme
    assert ">Data end here<" in theme
    parts = await lines(service, LEAD, "/trends/themes/letters/parts.csv?provider=RZ0")
    assert [row[1:3] for row in parts if row[0] == "Provider"] == [
        ["Old North (now part of Northfield Acute NHS Trust)", str(OLDER_LETTERS)]
    ]
    tenets = await lines(service, LEAD, "/trends/triangulation.csv?provider=RZ0")
    assert len(tenets) == 3
    assert all("Improvement" not in cell for row in tenets for cell in row)


async def test_a_practice_sees_its_own_reports_only(service: Running) -> None:
    assert len(await references(service, OTHER_PRACTICE, SINCE)) == 3
    assert len(await references(service, OTHER_PRACTICE, f"provider=RZ1&{SINCE}")) == 2
    parts = await lines(service, OTHER_PRACTICE, "/trends/themes/letters/parts.csv")
    assert [row[1:3] for row in parts if "North" in row[1]] == [[NORTHFIELD, "2"]]
    assert len(await references(service, PRACTICE, f"provider=RZ1&{SINCE}")) == ALL - 2


async def test_a_responder_sees_what_is_about_its_own_codes_only(service: Running) -> None:
    assert len(await references(service, RESPONDER, SINCE)) == ALL
    await page(service, RESPONDER, "/trends/providers/RZ2", 404)
    await page(service, "sam.okafor", "/trends/providers/RZ1", 404)
    assert len(await references(service, "sam.okafor", SINCE)) == 1
    text = await page(service, "sam.okafor", "/trends?provider=RZ1", 422)
    assert "Choose a provider from the list" in text
