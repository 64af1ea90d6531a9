"""What the pages say of cases that nobody has acknowledged: some still have time, others have none left. And the lists of each."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from services.reporting.repository.operations import Clocks, clocks
from shared.contracts.base import Fact
from shared.contracts.cases import CaseAcknowledged
from shared.contracts.reports import Harm, Kind
from tests.reporting.histories import Story, seeded, story
from tests.reporting.support import lines, page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

MONTHS, DAYS, HOURS = timedelta(days=80), timedelta(days=3), timedelta(hours=2)
SINCE = {1: DAYS, 2: DAYS, 3: DAYS, 4: HOURS, 5: HOURS, 6: DAYS}
"""Of one provider three are overdue, two still have time, and the last was acknowledged in time."""
RECENT = range(11, 41)
OLD = 10
"""Of another one many still have time, and one of long ago is overdue."""


def asked(number: int, since: timedelta, provider: str, reporter: str) -> Story:
    """A report of some time ago, with a day to answer."""
    at = datetime.now(UTC) - since
    return story(
        seeded(number),
        number,
        provider=provider,
        reporter=reporter,
        occurred_at=at,
        happened_on=at.date(),
        kind=Kind.EVENT,
        harm=Harm.LOW,
        rating=None,
        historic=False,
    )


def stories() -> dict[int, Story]:
    told = {number: asked(number, since, "RZ2", "Y90001") for number, since in SINCE.items()}
    more = dict.fromkeys(RECENT, HOURS) | {OLD: MONTHS}
    return told | {number: asked(number, more[number], "RZ3", "Y90002") for number in more}


STORIES = stories()


@pytest.fixture(scope="module")
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    facts: list[Fact] = []
    for number, told in STORIES.items():
        facts += [told.report, *told.case(2 if number == 6 else 1)]
        assert isinstance(facts[-1], CaseAcknowledged) == (number == 6)
    async with reporting_with([*directory(), *facts], kafka, databases, directory()) as service:
        yield service


async def test_what_is_overdue_and_what_still_has_time_are_told_apart(service: Running) -> None:
    _, *rows = await lines(service, "helen.marsh", "/trends/providers/RZ2/clock.csv")
    numbers = [[int(value) for value in row[1:]] for row in rows]
    assert [sum(column) for column in zip(*numbers, strict=True)] == [1, 0, 3, 2, 6]


async def test_who_does_not_answer_has_not_acknowledged_in_time(service: Running) -> None:
    """On every page the same: one of the four of which it is known."""
    for path in (
        "/trends?provider=RZ2",
        "/trends/providers/RZ2",
        "/trends/practices/Y90001",
    ):
        text = await page(service, "helen.marsh", path)
        assert re.search(r">25%<span[^>]*> acknowledged in time<", text), path
        assert re.search(r"1 of <a [^>]*>4</a> acknowledged or overdue", text), path
        assert re.search(r"0 of <a [^>]*>6</a> with a response clock were confirmed", text), path
    file = await lines(service, "helen.marsh", "/trends/commissioners/Q9A/organisations.csv")
    assert [row[3] for row in file[1:] if row[2] == "6"] == ["25%", "25%"]
    rows = await lines(service, "helen.marsh", "/trends/compare.csv?by=late")
    shares = {row[0]: row[1:3] for row in rows[1:]}
    assert shares["Riverside Mental Health NHS Trust"] == ["3", "4"]
    assert shares["Valley Community NHS Trust"] == ["1", "1"]


STAGES = {
    "waiting": {1, 2, 3, 4, 5},
    "overdue": {1, 2, 3},
    "running": {4, 5},
    "acknowledged": {6},
    "not_in_time": {1, 2, 3},
    "settled": {1, 2, 3, 6},
}


@pytest.mark.parametrize("stage", STAGES)
async def test_the_list_of_a_stage_holds_exactly_its_reports(service: Running, stage: str) -> None:
    expected = {STORIES[number].report.reference for number in STAGES[stage]}
    address = f"stage={stage}&provider=RZ2"
    for also in ("", "&by=report", "&kind=event", "&harm=low"):
        rows = await lines(service, "helen.marsh", f"/trends/reports.csv?{address}{also}")
        assert {row[0] for row in rows[1:]} == expected, also
        assert len(rows) == 1 + len(expected)
    for also in ("", "&by=report"):
        text = await page(service, "helen.marsh", f"/trends/reports?{address}{also}")
        assert re.search(rf"</span> {len(expected)} reports?</h1>", text), also
    assert await lines(service, "helen.marsh", f"/trends/reports.csv?{address}&harm=severe") == (
        [rows[0]]
    )


async def test_each_number_of_the_clock_leads_to_as_many_reports(service: Running) -> None:
    text = await page(service, "helen.marsh", "/trends/providers/RZ2")
    figures = re.findall(r'<a href="([^"]+)">(\d+)<span[^>]*> (?:waiting|overdue)<', text)
    assert [number for _, number in figures] == ["5", "3"]
    table = text[text.index("View in time, late and overdue by month") :]
    months = re.findall(r'<a href="([^"]+stage=(?:overdue|running)[^"]*)">(\d+)</a>', table)
    assert sum(int(number) for _, number in months) >= 5
    for address, number in figures + months:
        listed = await page(service, "helen.marsh", unescape(address))
        assert re.search(rf"</span> {number} reports?</h1>", listed), address


async def test_a_list_of_few_goes_back_as_far_as_there_are_any(service: Running) -> None:
    """Of one harm it is not kept how many are overdue: a page full of others does not end the list."""
    for also in ("", "&harm=low"):
        address = f"/trends/reports?provider=RZ3&stage=overdue{also}"
        assert STORIES[OLD].report.reference in await page(service, "helen.marsh", address), also


async def test_nobody_waits_for_an_answer_to_a_withdrawn_report(
    kafka: str, databases: Databases
) -> None:
    """From when the withdrawal is heard on, also before its case is closed."""
    late, also_late, soon, also_soon = (
        asked(number, since, "RZ2", "Y90001")
        for number, since in ((1, DAYS), (2, DAYS), (3, HOURS), (4, HOURS))
    )
    stories = (late, also_late, soon, also_soon)
    facts: list[Fact] = [fact for one in stories for fact in (one.report, *one.case(1))]
    withdrawn = [also_late.withdrawal(), also_soon.withdrawal()]
    async with reporting_with(
        [*directory(), *facts, *withdrawn], kafka, databases, directory()
    ) as service:
        _, *rows = await lines(service, "helen.marsh", "/trends/providers/RZ2/clock.csv")
        numbers = [[int(value) for value in row[1:]] for row in rows]
        assert [sum(column) for column in zip(*numbers, strict=True)] == [0, 0, 1, 1, 2]
        for stage, those in (
            ("asked", [late, soon]),
            ("overdue", [late]),
            ("running", [soon]),
            ("settled", [late]),
        ):
            listed = await lines(service, "helen.marsh", f"/trends/reports.csv?stage={stage}")
            assert {row[0] for row in listed[1:]} == {each.report.reference for each in those}
        async with service.transactions.read() as connection:
            assert await clocks(connection, timedelta(days=1)) == Clocks(overdue=1, due_soon=1)
