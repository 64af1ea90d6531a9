"""What pages say where a practice joined whose reports move every number of its area."""

from collections.abc import AsyncIterator

import pytest

from services.reporting.domain.months import long_name
from tests.reporting.signals.told import LAST, LETTERS, facts_of, stories, told_by
from tests.reporting.support import page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

OLD = stories((4,) * 30)
JOINED = [told_by("Y90002", number) for number in range(20)]


@pytest.fixture
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    facts = [*directory(), *facts_of(OLD), *facts_of(JOINED)]
    async with reporting_with(facts, kafka, databases) as running:
        yield running


async def test_limits_begin_anew_and_the_year_before_is_not_compared(service: Running) -> None:
    text = " ".join((await page(service, "helen.marsh", "/trends")).split())
    # 20 in two months beside 44 in twelve.
    share = f"{10 / (10 + 44 / 12):.0%}"
    reason = f"practices that joined from {long_name(LAST)} on send {share} of the reports"
    assert f"In all charts, limits begin anew in {long_name(LAST)}: {reason}." in text
    assert f"There is no year before from about the same practices: {reason}." in text
    assert "Clinic letters</a>: only 1 month of data so far, too little to tell" in text
    own = " ".join((await page(service, "amira.patel", "/trends")).split())
    assert LETTERS[0].title in own
    assert "begin anew" not in own, "who joined is another practice"
