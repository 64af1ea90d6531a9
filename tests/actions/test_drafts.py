"""What providers and practices type is not lost: every form of a case, sent too late or saved for later."""

import pytest

from tests.actions.test_journey import LEARNING
from tests.actions.waiting import put_case
from tests.intake.test_form import text_of
from tests.support.apps import IDLE, Person, Running, Values

pytestmark = pytest.mark.integration

JO, AMIRA = "jo.lee", "amira.patel"
WORDS = "The queue is <now> looked at daily."
STEPS: tuple[tuple[str, str, Values], ...] = (
    (JO, "acknowledge", {"owner": "Jo Lee", "next_step": WORDS}),
    (JO, "learning-response", {**LEARNING, "why": WORDS}),
    (
        JO,
        "actions",
        {
            "action_id": "01990000-0000-7000-8000-000000000001",
            "description": WORDS,
            "owner": "Jo Lee",
            "due_on[day]": "1",
            "due_on[month]": "1",
            "due_on[year]": "2999",
        },
    ),
    (JO, "outcome", {"outcome": WORDS, "stage": "send"}),
    (AMIRA, "dispute", {"reason": WORDS}),
)
"""A case's forms in their order: whose, where, and what is typed."""


async def test_each_form_of_a_case_comes_back_after_signing_in_again_and_is_sent(
    pages: Running,
) -> None:
    case = f"/cases/{(await put_case(pages)).reference}"
    for subject, page, typed in STEPS:
        form = f"{case}/{page}"
        late = await pages.sign_in(subject, age=IDLE)
        refused = await late.post(form.lower().replace("/in-", "/In-"), typed)
        assert refused.headers["location"] == f"/sign-in?next={form}"
        person = await pages.sign_in(subject)
        assert "We kept what you had typed" not in (await person.get(case)).text
        filled = (await person.get(form)).text
        assert "We kept what you had typed" in filled, page
        assert "The queue is &lt;now&gt; looked at daily." in filled
        await is_listed(person, case, form)
        sent = await person.post(form, typed)
        assert sent.status_code == 303, text_of(sent.text)
        assert "Not sent yet" not in (await person.get(case)).text


async def is_listed(person: Person, case: str, form: str) -> None:
    page = (await person.get(case)).text
    assert "Not sent yet" in page
    assert f'banner__link" href="{form}"' in page


async def test_a_learning_response_is_put_off_unchecked_and_finished_later(pages: Running) -> None:
    case = f"/cases/{(await put_case(pages)).reference}"
    jo = await pages.sign_in(JO)
    await jo.post(f"{case}/acknowledge", STEPS[0][2])
    form = f"{case}/learning-response"
    assert "Save and finish later" in (await jo.get(form)).text
    half: Values = {"what_happened": "Half of it", "factors": ["organisation"]}
    saved = await jo.post(form, {**half, "draft": "save", "draft_then": case})
    assert (saved.status_code, saved.headers["location"]) == (303, case)
    assert "Learning response" in text_of((await jo.get(case)).text)
    await is_listed(jo, case, form)
    assert "How it was looked into" not in (await jo.get(case)).text
    filled = (await jo.get(form)).text
    assert "Half of it" in filled
    assert 'value="organisation" checked' in filled
    gone = await jo.post(form, {"draft": "discard", "draft_then": form})
    assert gone.headers["location"] == form
    assert "Half of it" not in (await jo.get(form)).text


async def test_a_draft_whose_case_has_moved_on_says_so_and_can_be_deleted(pages: Running) -> None:
    case = f"/cases/{(await put_case(pages)).reference}"
    jo = await pages.sign_in(JO)
    late = await pages.sign_in(JO, age=IDLE)
    await late.post(f"{case}/outcome", {"outcome": WORDS})
    page = text_of((await jo.get(case)).text)
    assert "It cannot be sent any more" in page
    assert (await jo.get(f"{case}/outcome")).headers["location"] == case
    await jo.post(f"{case}/outcome", {"draft": "discard", "draft_then": case})
    assert "Not sent yet" not in (await jo.get(case)).text


async def test_a_button_pressed_too_late_leads_back_to_the_page_it_was_on(pages: Running) -> None:
    case = f"/cases/{(await put_case(pages)).reference}"
    late = await pages.sign_in(JO, age=IDLE)
    address = f"{case}/actions/01990000-0000-7000-8000-000000000001/complete"
    for referer, leads_to in (
        (f"http://localhost:8000{case}/actions?x=1", f"{case}/actions"),
        ("https://elsewhere.example/cases", "/"),
        ("http://[", "/"),
        ("", "/"),
    ):
        late.client.headers["Referer"] = referer
        refused = await late.post(address)
        assert refused.status_code == 403
        assert f'href="/sign-in?next={leads_to}"' in refused.text
