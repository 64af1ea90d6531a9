"""What a provider's page says of cases that nobody has acknowledged: some still have time, others have none left."""

from csv import reader
from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.repository.operations import Clocks, clocks
from shared.contracts.base import Fact
from shared.contracts.cases import CaseAcknowledged
from tests.reporting.histories import Story, seeded, story
from tests.reporting.support import lines, page, reporting_with
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

DAYS, HOURS = timedelta(days=3), timedelta(hours=2)


def told_since(number: int, since: timedelta) -> Story:
    """A report of some time ago, with a day to answer."""
    at = datetime.now(UTC) - since
    return story(
        seeded(number),
        number,
        provider="RZ2",
        reporter="Y90001",
        occurred_at=at,
        happened_on=at.date(),
        historic=False,
    )


def asked(number: int, since: timedelta, length: int) -> list[Fact]:
    """And so many facts of its case."""
    told = told_since(number, since)
    return [told.report, *told.case(length)]


async def test_what_is_overdue_and_what_still_has_time_are_told_apart(
    kafka: str, databases: Databases
) -> None:
    waiting = [(1, DAYS), (2, DAYS), (3, DAYS), (4, HOURS), (5, HOURS)]
    facts = [fact for number, since in waiting for fact in asked(number, since, 1)]
    answered = asked(6, DAYS, 2)
    assert isinstance(answered[-1], CaseAcknowledged)
    async with reporting_with(
        [*directory(), *facts, *answered], kafka, databases, directory()
    ) as service:
        text = await page(service, "helen.marsh", "/trends/providers/RZ2")
        assert "3 of them overdue" in text
        helen = await service.sign_in("helen.marsh")
        _, *rows = reader((await helen.get("/trends/providers/RZ2/clock.csv")).text.splitlines())
        numbers = [[int(value) for value in row[1:]] for row in rows]
        assert [sum(column) for column in zip(*numbers, strict=True)] == [1, 0, 3, 2, 6]


async def test_nobody_waits_for_an_answer_to_a_withdrawn_report(
    kafka: str, databases: Databases
) -> None:
    """From when the withdrawal is heard on, also before its case is closed."""
    late, also_late, soon, also_soon = (
        told_since(number, since)
        for number, since in ((1, DAYS), (2, DAYS), (3, HOURS), (4, HOURS))
    )
    stories = (late, also_late, soon, also_soon)
    facts: list[Fact] = [fact for one in stories for fact in (one.report, *one.case(1))]
    withdrawn = [also_late.withdrawal(), also_soon.withdrawal()]
    async with reporting_with(
        [*directory(), *facts, *withdrawn], kafka, databases, directory()
    ) as service:
        assert "1 of them overdue" in await page(service, "helen.marsh", "/trends/providers/RZ2")
        _, *rows = await lines(service, "helen.marsh", "/trends/providers/RZ2/clock.csv")
        numbers = [[int(value) for value in row[1:]] for row in rows]
        assert [sum(column) for column in zip(*numbers, strict=True)] == [0, 0, 1, 1, 2]
        listed = await lines(service, "helen.marsh", "/trends/reports.csv?provider=RZ2")
        assert {row[0] for row in listed[1:]} == {late.report.reference, soon.report.reference}
        async with service.transactions.read() as connection:
            assert await clocks(connection, timedelta(days=1)) == Clocks(overdue=1, due_soon=1)
