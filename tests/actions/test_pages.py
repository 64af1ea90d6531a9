"""The pages as people meet them: right input, wrong input, twice the same input, somebody else's case."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from services.actions.tables import action_item
from shared.web import csrf
from tests.actions.test_journey import LEARNING, answer
from tests.actions.waiting import database_now, hours_ago, put_case
from tests.support.apps import CSRF_TOKEN, Person, Running, Values
from tests.support.entries import steps
from tests.support.reports import reference_of

pytestmark = pytest.mark.integration

ACKNOWLEDGEMENT = {"owner": "Jo Lee", "next_step": "We look into it."}


async def test_the_inbox_shows_least_time_left_first_and_says_what_is_urgent(
    pages: Running,
) -> None:
    now = await database_now(pages)
    ages = [2, 25, 21, 10]
    for number, age in enumerate(ages):
        await put_case(pages, number, occurred_at=now - timedelta(hours=age))
    inbox = (await (await pages.sign_in("jo.lee")).get("/cases")).text
    assert "1 alert is overdue and 1 is due within 4 hours." in inbox
    places = [inbox.index(f'"/cases/{reference_of(n)}"') for n in (1, 2, 3, 0)]
    assert places == sorted(places)
    assert "Overdue by 1 hour" in inbox
    assert "Due in 2 hours 59 minutes" in inbox
    assert "4 cases, least time left first" in inbox


async def test_an_empty_inbox_says_that_nothing_waits(pages: Running) -> None:
    page = (await (await pages.sign_in("jo.lee")).get("/cases")).text
    assert "Nothing waits for an answer" in page
    assert "Important" not in page


async def test_a_long_list_is_read_page_by_page_and_each_case_is_on_one(pages: Running) -> None:
    reports = [await put_case(pages, number) for number in range(30)]
    jo = await pages.sign_in("jo.lee")
    first, second = (await jo.get("/cases")).text, (await jo.get("/cases?page=2")).text
    for submitted in reports:
        link = f'"/cases/{submitted.reference}"'
        assert (link in first) != (link in second)
    assert "page=2" in first
    assert "page=1" in second


@pytest.mark.parametrize(
    "query", ["view=nonsense", "page=-1", "page=x", "page=99999999999", "theme=%00", "side=both"]
)
async def test_an_address_typed_wrongly_shows_a_list_all_the_same(
    pages: Running, query: str
) -> None:
    assert (await (await pages.sign_in("jo.lee")).get(f"/cases?{query}")).status_code == 200


async def test_wrong_input_is_explained_and_nothing_typed_is_lost(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    given = {"owner": " ", "next_step": "We <b>look</b> into it."}
    response = await jo.post(f"/cases/{submitted.reference}/acknowledge", given)
    assert response.status_code == 422
    assert "<title>Error: Acknowledge" in response.text
    assert response.text.count("Enter who owns this alert") == 2
    assert "We &lt;b&gt;look&lt;/b&gt; into it." in response.text


async def test_what_could_identify_a_patient_is_masked_in_what_a_provider_writes(
    pages: Running,
) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    page = f"/cases/{submitted.reference}"
    written = {"owner": "Jo Lee", "next_step": "We look into it for NHS number 943 476 5919."}
    await jo.post(f"{page}/acknowledge", written)
    shown = (await jo.get(page)).text
    assert "943 476 5919" not in shown
    assert "[NHS number]" in shown


async def test_a_date_that_is_past_or_none_is_refused_and_no_action_is_planned(
    pages: Running,
) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    page = f"/cases/{submitted.reference}"
    await jo.post(f"{page}/acknowledge", ACKNOWLEDGEMENT)
    action = {
        "action_id": str(submitted.event_id),
        "description": "Check the queue",
        "owner": "Ward clerk",
        "due_on[day]": "31",
        "due_on[month]": "2",
        "due_on[year]": "2030",
    }
    response = await jo.post(f"{page}/actions", action)
    assert response.status_code == 422
    assert 'value="Ward clerk"' in response.text
    past = action | {"due_on[day]": "1", "due_on[year]": "2020"}
    response = await jo.post(f"{page}/actions", past)
    assert "must be today or in the future" in response.text
    async with pages.transactions.read() as connection:
        planned = await connection.execute(select(func.count()).select_from(action_item))
        assert planned.scalar_one() == 0


async def test_every_form_sent_twice_has_one_effect(pages: Running) -> None:
    submitted = await put_case(pages)
    page = f"/cases/{submitted.reference}"
    jo, amira = await pages.sign_in("jo.lee"), await pages.sign_in("amira.patel")
    action = {
        "action_id": str(submitted.event_id),
        "description": "Check the queue",
        "owner": "Ward clerk",
        "due_on[day]": "1",
        "due_on[month]": "December",
        "due_on[year]": "2099",
    }
    sent = {"outcome": "We check it daily.", "stage": "send"}
    posts: list[tuple[Person, str, Values]] = [
        (jo, "acknowledge", ACKNOWLEDGEMENT),
        (jo, "learning-response", LEARNING),
        (jo, "actions", action),
        (jo, f"actions/{submitted.event_id}/complete", {}),
        (jo, "actions", action),
        (jo, "outcome", sent),
        (amira, "dispute", {"reason": "Which medicine?"}),
        (jo, "outcome", sent | {"outcome": "Letters name medicines."}),
        (amira, "confirm", {}),
    ]
    for person, form, values in posts:
        for _ in range(2):
            response = await person.post(f"{page}/{form}", values)
            assert response.status_code == 303, (form, response.text)
    assert await steps(pages.transactions) == [
        "opened",
        "acknowledged",
        "learning response recorded",
        "action planned",
        "action completed",
        "outcome recorded",
        "outcome disputed",
        "outcome recorded",
        "outcome confirmed",
    ]


async def test_the_outcome_is_checked_before_it_is_sent(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    page = f"/cases/{submitted.reference}"
    await jo.post(f"{page}/acknowledge", ACKNOWLEDGEMENT)
    await jo.post(f"{page}/learning-response", LEARNING)
    written = {"outcome": "Daily checks.", "stage": "check"}
    check = await jo.post(f"{page}/outcome", written)
    assert "Check the outcome before you send it" in check.text
    assert "Daily checks." in check.text
    change = await jo.post(f"{page}/outcome", written | {"stage": "change"})
    assert "Daily checks.</textarea>" in change.text
    assert "Daily checks." not in (await jo.get(page)).text


async def test_an_outcome_before_its_time_is_refused_in_plain_words(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    sent = {"outcome": "Daily checks.", "stage": "send"}
    response = await jo.post(f"/cases/{submitted.reference}/outcome", sent)
    assert response.status_code == 409
    assert "Acknowledge the alert first." in response.text
    assert "Daily checks." in response.text
    amira = await pages.sign_in("amira.patel")
    response = await amira.post(f"/cases/{submitted.reference}/confirm")
    assert response.status_code == 409
    assert "The provider has not answered yet." in response.text


async def test_the_practice_sees_each_step(pages: Running) -> None:
    submitted = await put_case(pages)
    page = f"/cases/{submitted.reference}"
    jo, amira = await pages.sign_in("jo.lee"), await pages.sign_in("amira.patel")
    assert "has acknowledged this yet" in (await amira.get(page)).text
    await jo.post(f"{page}/acknowledge", ACKNOWLEDGEMENT)
    assert "We look into it." in (await amira.get(page)).text
    await jo.post(f"{page}/learning-response", LEARNING)
    assert "Nobody owned the queue." in (await amira.get(page)).text
    await answer(jo, submitted.reference, "We check the queue daily.")
    answered = (await amira.get(page)).text
    assert "Confirm the outcome" in answered
    assert "Your response" not in answered
    assert "1 outcome waits for you" in (await amira.get("/cases")).text


async def test_a_form_that_is_not_due_leads_back_to_the_case(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    page = f"/cases/{submitted.reference}"
    for form in ("learning-response", "actions", "outcome"):
        response = await jo.get(f"{page}/{form}")
        assert (response.status_code, response.headers["location"]) == (303, page)


@pytest.mark.parametrize("reference", ["IN-ZZZZ-ZZ", "nonsense", "%00", "IN-ZZZZ-ZZ'--"])
async def test_a_reference_that_leads_nowhere_is_not_found(pages: Running, reference: str) -> None:
    response = await (await pages.sign_in("jo.lee")).get(f"/cases/{reference}")
    assert response.status_code == 404


async def test_what_is_not_utf8_is_told_by_its_field(pages: Running) -> None:
    submitted = await put_case(pages)
    jo = await pages.sign_in("jo.lee")
    body = urlencode({csrf.FIELD: CSRF_TOKEN, "owner": "Jo"}) + "&next_step=%FF"
    response = await jo.client.post(
        f"/cases/{submitted.reference}/acknowledge",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert response.status_code == 422
    assert "characters that we cannot read" in response.text


async def test_overdue_cases_are_found_by_the_filter(pages: Running) -> None:
    late = await put_case(pages, 1, occurred_at=await hours_ago(pages, 30))
    fresh = await put_case(pages, 2)
    helen = await pages.sign_in("helen.marsh")
    page = (await helen.get("/cases?view=overdue")).text
    assert late.reference in page
    assert fresh.reference not in page
