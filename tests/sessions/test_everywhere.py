"""A session that ends at intake has ended in another service, by way of Kafka."""

import pytest

from services.actions.app import create_app as create_actions
from services.actions.settings import Settings as ActionsSettings
from services.intake.app import create_app as create_intake
from services.intake.settings import Settings as IntakeSettings
from shared.contracts.sessions import SESSIONS_TOPIC, SessionEnded
from shared.web import session
from tests.conftest import SettingsFor
from tests.support.apps import Person, Running, running, session_cookie
from tests.support.directory import directory
from tests.support.facts import Facts
from tests.support.settings import PUBLIC_URL
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

TO_SIGN_IN = "/sign-in?next=/cases"


async def with_cookie(service: Running, cookie: str) -> Person:
    client = await service.visitor()
    client.cookies.set(session.cookie_name(PUBLIC_URL), cookie)
    return Person(client)


async def leads_to(person: Person, page: str = "/cases") -> str:
    return (await person.get(page)).headers.get("Location", "")


async def test_who_signs_out_is_out_in_another_service_with_any_copy_of_the_cookie(
    settings_for: SettingsFor, facts: Facts
) -> None:
    cookie = session_cookie("helen.marsh", "Helen Marsh", "Q9A")
    other_cookie = session_cookie("helen.marsh", "Helen Marsh", "Q9A")
    intake = create_intake(await settings_for(IntakeSettings))
    actions = create_actions(await settings_for(ActionsSettings))
    async with running(intake, directory()) as door, running(actions, directory()) as cases:
        helen, copy = await with_cookie(door, cookie), await with_cookie(cases, cookie)
        elsewhere = await with_cookie(cases, other_cookie)
        assert await leads_to(copy) == ""
        assert (await helen.post("/sign-out")).headers["Location"] == "/sign-out"
        here = await with_cookie(door, cookie)
        assert await leads_to(here, "/reports") == "/sign-in?next=/reports"

        async def is_out() -> bool:
            again = await with_cookie(cases, cookie)
            return await leads_to(again) == TO_SIGN_IN

        await eventually(is_out, within=10)
        assert await leads_to(elsewhere) == ""
        fact = await facts.expect(SessionEnded)
        told = facts.travelled(fact)
        assert told.record.topic.endswith(SESSIONS_TOPIC)
        whole = b" ".join([told.record.key or b"", told.record.value or b""])
        assert b"helen" not in whole + repr(told.record.headers).encode()


async def test_a_service_that_was_away_hears_of_it_when_it_is_back(
    settings_for: SettingsFor, facts: Facts
) -> None:
    cookie = session_cookie("helen.marsh", "Helen Marsh", "Q9A")
    intake = create_intake(await settings_for(IntakeSettings))
    async with running(intake, directory()) as door:
        helen = await with_cookie(door, cookie)
        await helen.post("/sign-out")
        await facts.expect(SessionEnded)
    actions = create_actions(await settings_for(ActionsSettings))
    async with running(actions, directory()) as cases:

        async def is_out() -> bool:
            return await leads_to(await with_cookie(cases, cookie)) == TO_SIGN_IN

        await eventually(is_out)
