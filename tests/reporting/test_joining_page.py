"""What pages say where a practice joined, or fell silent, whose reports move every number of its area."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time

import pytest

from services.reporting.domain.joining import RATE_MONTHS
from services.reporting.domain.known import LONDON
from services.reporting.domain.months import apart, long_name, plus
from tests.reporting.signals.told import LAST, LETTERS, TODAY, facts_of, stories, told_by
from tests.reporting.support import page, reporting_with
from tests.support.apps import Running
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON)


SINCE = apart(LAST, TODAY.replace(day=1))
"""The running month, in which none of them reports, is that much later than `LAST`: one month, or two in a month's first week."""
A_MONTH = 4
OLD = stories((A_MONTH,) * 30)
STAYS = A_MONTH * (RATE_MONTHS - SINCE) / RATE_MONTHS
"""The monthly rate of who was there before, of the year up to the running month."""
JOINED = [told_by("Y90002", number) for number in range(20)]

GONE = plus(LAST, -8)
STOPPED = [
    told_by(
        "Y90002",
        at,
        happened_on=plus(GONE, -1 - at // 6),
        occurred_at=_noon(plus(GONE, -1 - at // 6)),
    )
    for at in range(120)
]
"""6 a month, up to the month before."""


@pytest.fixture
async def service(kafka: str, databases: Databases) -> AsyncIterator[Running]:
    facts = [*directory(), *facts_of(OLD), *facts_of(JOINED)]
    async with reporting_with(facts, kafka, databases) as running:
        yield running


async def test_limits_begin_anew_and_the_year_before_is_not_compared(service: Running) -> None:
    text = " ".join((await page(service, "helen.marsh", "/trends")).split())
    came = len(JOINED) / (SINCE + 1)
    share = f"{came / (came + STAYS):.0%}"
    reason = f"practices that joined or came back from then on brought {share} of the reports"
    assert f"In all charts, limits begin anew in {long_name(LAST)}: {reason}." in text
    begins = f"limits begin anew in {long_name(LAST)}: {reason}."
    assert f"There is no year before from about the same practices: {begins}" in text
    assert "Clinic letters</a>: only 1 month of data so far, too little to tell" in text
    own = " ".join((await page(service, "amira.patel", "/trends")).split())
    assert LETTERS[0].title in own
    assert "begin anew" not in own, "who joined is another practice"


async def test_limits_begin_anew_where_who_sent_much_fell_silent(
    kafka: str, databases: Databases
) -> None:
    facts = [*directory(), *facts_of(OLD), *facts_of(STOPPED)]
    async with reporting_with(facts, kafka, databases) as running:
        text = " ".join((await page(running, "helen.marsh", "/trends")).split())
        share = f"{6 / (6 + STAYS):.0%}"
        reason = f"practices that fell silent from then on had sent {share} of the reports"
        assert f"In all charts, limits begin anew in {long_name(GONE)}: {reason}." in text
        assert "lower than expected" not in text
        own = " ".join((await page(running, "amira.patel", "/trends")).split())
        assert "begin anew" not in own, "who fell silent is another practice"


async def test_what_is_over_is_not_told_of_what_began_anew_later(service: Running) -> None:
    before = plus(LAST, -1)
    address = f"/trends?since={plus(LAST, -20):%Y-%m}&until={before:%Y-%m}"
    text = await page(service, "helen.marsh", address)
    assert "begin anew" not in text
    assert "about the same practices" not in text


async def test_who_sees_totals_only_is_not_told_what_a_practice_sent(
    kafka: str, databases: Databases
) -> None:
    many = [told_by("Y90002", 100 + number) for number in range(60)]
    facts = [*directory(), *facts_of(stories((10,) * 30)), *facts_of(many)]
    async with reporting_with(facts, kafka, databases) as running:
        text = await page(running, "ravi.dhillon", "/trends")
    told = f"limits begin anew in {long_name(LAST)}: practices joined or fell silent."
    assert told in text


async def test_a_practice_that_stopped_reporting_has_no_data_since_and_has_not_improved(
    kafka: str, databases: Databases
) -> None:
    quiet = [
        told_by("Y90001", at, happened_on=month, occurred_at=_noon(month))
        for at in range(160)
        for month in [plus(GONE, -1 - at // 8)]
    ]
    facts = [*directory(), *facts_of(quiet)]
    async with reporting_with(facts, kafka, databases) as running:
        for address in ("/trends", "/trends/practices/Y90001"):
            text = await page(running, "amira.patel", address)
            assert "lower than expected" not in text
            assert "has improved" not in text
            assert ">Data end here<" in text
