"""Nobody meets another organisation's case, through any page that there is."""

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from services.actions.pages import PARTS
from services.actions.tables import case_
from tests.actions.waiting import put_case
from tests.support.apps import Running

pytestmark = pytest.mark.integration

STRANGERS = ["sam.okafor", "tom.bright", "dana.cole"]
"""Another provider's responder, and reporters of other practices."""

CASE_ROUTES = sorted(
    (method, route.path)
    for part in PARTS
    for route in part.router.routes
    if isinstance(route, APIRoute) and "{reference}" in route.path
    for method in route.methods or ()
)


def test_all_pages_of_a_case_are_looked_at() -> None:
    assert len(CASE_ROUTES) >= 14


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_strangers_every_request_ends_in_not_found_or_forbidden(
    pages: Running, stranger: str
) -> None:
    submitted = await put_case(pages)
    person = await pages.sign_in(stranger, "Y90003" if stranger == "dana.cole" else None)
    for method, path in CASE_ROUTES:
        address = path.format(reference=submitted.reference, action_id=submitted.event_id)
        response = await (person.post(address) if method == "POST" else person.get(address))
        assert response.status_code in {403, 404}, (method, path)
        assert submitted.text not in response.text
    assert submitted.reference not in (await person.get("/cases?view=all")).text
    async with pages.transactions.read() as connection:
        state = await connection.execute(select(case_.c.state, case_.c.revision))
        assert state.one() == ("open", 1)


async def test_another_providers_case_is_not_found(pages: Running) -> None:
    submitted = await put_case(pages)
    sam = await pages.sign_in("sam.okafor")
    assert (await sam.get(f"/cases/{submitted.reference}")).status_code == 404
    given = {"owner": "Sam", "next_step": "Mine now."}
    response = await sam.post(f"/cases/{submitted.reference}/acknowledge", given)
    assert response.status_code == 404


async def test_the_quality_lead_sees_cases_of_its_practices_and_changes_none(
    pages: Running,
) -> None:
    submitted = await put_case(pages)
    helen = await pages.sign_in("helen.marsh")
    assert submitted.reference in (await helen.get("/cases")).text
    page = f"/cases/{submitted.reference}"
    assert (await helen.get(page)).status_code == 200
    for form in ("acknowledge", "learning-response", "outcome", "confirm", "dispute"):
        assert (await helen.post(f"{page}/{form}")).status_code == 403


async def test_the_quality_lead_of_another_board_sees_nothing(pages: Running) -> None:
    submitted = await put_case(pages, reporter="Y80001", provider="RX9")
    helen = await pages.sign_in("helen.marsh")
    assert submitted.reference not in (await helen.get("/cases?view=all")).text
    assert (await helen.get(f"/cases/{submitted.reference}")).status_code == 404


@pytest.mark.parametrize("person", ["ravi.dhillon", "ada.quinn", "max.stone"])
async def test_who_has_nothing_to_do_with_cases_sees_none(pages: Running, person: str) -> None:
    submitted = await put_case(pages)
    somebody = await pages.sign_in(person)
    for path in ("/cases", "/cases/actions", f"/cases/{submitted.reference}"):
        assert (await somebody.get(path)).status_code == 403


async def test_who_is_not_signed_in_is_asked_to_and_comes_back(pages: Running) -> None:
    response = await (await pages.visitor()).get("/cases?view=overdue")
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in?next=/cases")
