"""What a provider's page says of cases that nobody has acknowledged: some still have time, others have none left."""

from csv import reader
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.base import Fact
from shared.contracts.cases import CaseAcknowledged
from tests.reporting.histories import seeded, story
from tests.reporting.support import page, reporting_with
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

DAYS, HOURS = timedelta(days=3), timedelta(hours=2)


def asked(number: int, since: timedelta, length: int) -> list[Fact]:
    """A report of some time ago, with a day to answer, and so many facts of its case."""
    at = datetime.now(UTC) - since
    told = story(
        seeded(number),
        number,
        provider="RZ2",
        reporter="Y90001",
        occurred_at=at,
        happened_on=at.date(),
        historic=False,
    )
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
