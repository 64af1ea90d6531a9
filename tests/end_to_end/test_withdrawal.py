"""A practice takes a report back in a real browser: its case is closed, nothing is due any more, and it is counted nowhere."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.estate import Estate
from services.actions.tables import case_
from shared.platform.tables import timer
from tests.end_to_end.running import settled
from tests.end_to_end.test_journey import (
    OF_ELM_ROAD,
    counted,
    fills,
    finds_in_my_reports,
    reference_shown,
    row_of,
)
from tests.end_to_end.visitors import NARROW, WIDE, People, Visitor

OVERVIEW = "/trends?provider=RZ1&practice=Y90001&months=6"


async def overview(helen: Visitor) -> str:
    """All the numbers of the practice about the provider."""
    await helen.open(OVERVIEW)
    return await helen.page.locator("main").inner_text()


async def timers(estate: Estate, reference: str) -> int:
    """What would still become due about the case."""
    engine = create_async_engine(estate.database_url("actions"))
    running = timer.join(case_, case_.c.report_id == timer.c.subject)
    of_case = select(func.count()).select_from(running)
    try:
        async with engine.connect() as connection:
            found = await connection.execute(of_case.where(case_.c.reference == reference))
            return int(found.scalar_one())
    finally:
        await engine.dispose()


@pytest.mark.parametrize(("width", "javascript"), [(WIDE, True), (NARROW, False)])
async def test_a_withdrawn_report_leaves_the_counts_the_lists_and_the_inbox(
    people: People, estate: Estate, width: int, javascript: bool
) -> None:
    helen, jo = await people.arrives("helen.marsh"), await people.arrives("jo.lee")
    amira = await people.arrives("amira.patel", width=width, javascript=javascript)
    await settled(estate)
    before, shown_before = await counted(helen), await overview(helen)

    await amira.open("/report")
    await fills(amira, "The letter was late. Sent twice by mistake.")
    await amira.press("Send report")
    reference = await reference_shown(amira)
    await settled(estate)
    assert await counted(helen) == before + 1
    assert await row_of(helen, reference).count() == 1
    assert await overview(helen) != shown_before
    assert await timers(estate, reference) > 0
    await jo.open("/cases")
    assert await row_of(jo, reference).count() == 1

    await withdraws(amira, reference)
    await settled(estate)
    await finds_in_my_reports(amira, reference, "Withdrawn")
    assert await counted(helen) == before
    await helen.open(OF_ELM_ROAD)
    assert await row_of(helen, reference).count() == 0
    assert await overview(helen) == shown_before
    assert await timers(estate, reference) == 0
    await is_closed_for_the_provider(jo, reference)
    for person in (amira, jo, helen):
        assert person.complaints == []


async def withdraws(amira: Visitor, reference: str) -> None:
    await amira.open("/reports")
    await row_of(amira, reference).get_by_role("link", name=f"Withdraw {reference}").click()
    await amira.press("Withdraw the report")
    assert (await amira.page.title()).startswith("Error: ")
    assert await amira.sees("Select why you withdraw the report")
    await amira.page.get_by_label("It was sent twice").check()
    await amira.press("Withdraw the report")
    assert await amira.sees("Report withdrawn")


async def is_closed_for_the_provider(jo: Visitor, reference: str) -> None:
    await jo.open("/cases")
    assert await row_of(jo, reference).count() == 0
    await jo.open(f"/cases/{reference}")
    assert await jo.sees("Elm Road Surgery withdrew this report on")
    assert not await jo.sees("Your response")
    await jo.open(f"/cases/{reference}/acknowledge")
    assert jo.page.url.endswith(f"/cases/{reference}")
