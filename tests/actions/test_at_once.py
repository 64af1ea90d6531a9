"""Two people, or a person and the clock, at the same case at the same moment."""

import asyncio

import pytest
from sqlalchemy import text

from services.actions import repository
from shared.contracts.directory import Role
from tests.actions.waiting import put_case
from tests.support.apps import Running
from tests.support.directory import directory, member
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


async def test_of_two_people_who_acknowledge_at_once_the_second_is_told_who_was_first(
    pages: Running,
) -> None:
    trust = next(each for each in directory() if each.code == "RZ1")
    kim = member("kim.howe", "Kim Howe", Role.RESPONDER)
    both = trust.model_copy(update={"members": (*trust.members, kim), "revision": 2})
    await pages.seed([both])
    people = [await pages.sign_in("jo.lee"), await pages.sign_in("kim.howe")]
    for number in range(5):
        submitted = await put_case(pages, number)
        page = f"/cases/{submitted.reference}/acknowledge"
        answers = await asyncio.gather(
            *(person.post(page, {"owner": "Ward 4", "next_step": "We look."}) for person in people)
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert "has already acknowledged this alert" in refused.text
        assert "We look." in refused.text


async def test_a_person_and_a_firing_timer_wait_for_each_other_in_one_order(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    page = f"/cases/{submitted.reference}/acknowledge"
    async with pages.transactions.begin() as firing:
        # As the platform fires timers: it holds the timer first and comes for the case after.
        await repository.lock_timers(firing.connection, [submitted.report_id])
        posting = asyncio.create_task(jo.post(page, {"owner": "Jo", "next_step": "We look."}))
        await eventually(lambda: _somebody_waits(pages))
        await repository.lock_case(firing.connection, submitted.report_id)
    assert (await posting).status_code == 303


async def _somebody_waits(pages: Running) -> bool:
    async with pages.transactions.read() as connection:
        waiting = await connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
        return bool(waiting.scalar_one())
