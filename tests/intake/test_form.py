"""A practice's report through the form."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from shared.contracts.reports import Harm, Kind, Rating, ReportSubmitted, Source, Tenet
from tests.intake.samples import FORM, TEXT
from tests.support.apps import CSRF_TOKEN, Person, Running
from tests.support.facts import Facts

pytestmark = pytest.mark.integration


def text_of(html: str) -> str:
    """A page as it is read: without its tags, and without the headings that only narrow screens repeat."""
    html = re.sub(r'<span[^>]*aria-hidden="true">[^<]*</span>', " ", html)
    return " ".join(
        unescape(re.sub(r"<script.*?</script>|<[^>]*>", " ", html, flags=re.DOTALL)).split()
    )


async def test_a_report_is_sent_published_and_answered_with_what_happens_next(
    intake: Running, amira: Person, facts: Facts
) -> None:
    sent = await amira.post("/report", FORM)
    assert sent.status_code == 303
    page = await amira.get(sent.headers["location"])
    reference = sent.headers["location"].rpartition("/")[2]
    assert page.status_code == 200
    assert f"Your reference number is {reference}" in text_of(page.text)
    assert "We have alerted Northfield Acute NHS Trust. They must respond by" in text_of(page.text)

    fact = await facts.expect(ReportSubmitted)
    assert (fact.reference, fact.reporter, fact.provider) == (reference, "Y90001", "RZ1")
    assert (fact.kind, fact.tenet, fact.source) == (Kind.EVENT, Tenet.SAFETY, Source.FORM)
    assert (fact.service, fact.harm, fact.rating) == ("discharge", Harm.LOW, None)
    assert (fact.text, fact.historic) == (TEXT, False)
    assert fact.submitted_by is not None
    assert datetime.now(UTC) - fact.occurred_at < timedelta(minutes=5)


async def test_pressing_send_twice_at_once_makes_one_report(
    intake: Running, amira: Person, facts: Facts
) -> None:
    answers = await asyncio.gather(*(amira.post("/report", FORM) for _ in range(5)))
    assert {each.status_code for each in answers} == {303}
    assert len({each.headers["location"] for each in answers}) == 1
    again = await amira.post("/report", FORM)
    assert again.headers["location"] == answers[0].headers["location"]
    # a report sent later is published later: when it is there, a second copy would have been, too
    await amira.post("/report", {**FORM, "submission": "", "text": "The next one"})
    await facts.expect(ReportSubmitted, lambda fact: fact.text == "The next one")
    assert len(facts.seen(ReportSubmitted)) == 2


async def test_going_back_and_writing_another_report_says_so_and_sends_it_the_second_time(
    amira: Person,
) -> None:
    first = await amira.post("/report", FORM)
    other = {**FORM, "text": "Something else happened"}
    page = await amira.post("/report", other)
    assert page.status_code == 409
    assert first.headers["location"].rpartition("/")[2] in page.text
    assert "Something else happened" in page.text
    submission = re.search(r'name="submission" value="([^"]+)"', page.text)
    assert submission is not None
    second = await amira.post("/report", {**other, "submission": submission[1]})
    assert second.status_code == 303
    assert second.headers["location"] != first.headers["location"]


async def test_an_empty_form_is_told_everything_at_once(amira: Person) -> None:
    page = await amira.post("/report", {"what": "safety"})
    assert page.status_code == 422
    assert "<title>Error: Report an event or feedback" in page.text
    summary = text_of(page.text.partition("nhsuk-error-summary")[2].partition("</ul>")[0])
    for message in (
        "Select the provider this is about",
        "Select the service",
        "Enter the date it happened",
        "Enter what happened",
        "Select the level of harm",
    ):
        assert message in summary
    empty = await amira.post("/report")
    assert "Select what you are reporting" in text_of(empty.text)


async def test_nothing_typed_is_lost_when_something_is_wrong(amira: Person) -> None:
    typed = {
        **FORM,
        "text": '<b>Kept</b> & "safe"',
        "happened_on[year]": "2999",
        "service": "other",
    }
    page = (await amira.post("/report", typed)).text
    assert "The date it happened must be today or in the past" in page
    assert "&lt;b&gt;Kept&lt;/b&gt; &amp; &#34;safe&#34;" in page
    assert 'value="2999"' in page
    assert '<option value="RZ1" selected>' in page
    assert '<option value="other" selected>' in page
    assert re.search(r'value="safety" checked', page)
    assert re.search(r'value="low" checked', page)
    assert f'name="submission" value="{FORM["submission"]}"' in page


WRONG_ANSWERS: tuple[tuple[dict[str, str], str], ...] = (
    ({"what": "gossip"}, "Select what you are reporting"),
    ({"provider": "Y90002"}, "Select a provider from the list"),
    ({"provider": "'; DROP"}, "Select the provider this is about"),
    ({"service": "RZ2:crisis-team"}, "Select a service of Northfield Acute NHS Trust"),
    ({"service": "x" * 200}, "Select the service"),
    ({"happened_on[day]": "31", "happened_on[month]": "2"}, "must be a real date"),
    ({"happened_on[year]": "1947"}, "5 July 1948 or later"),
    ({"harm": "total"}, "Select the level of harm"),
    ({"what": "experience", "harm": ""}, "Select how the experience was"),
    ({"text": "x" * 10_001}, "10,000 characters or fewer"),
    ({"text": "bell \x07"}, "must not contain control characters"),
)


async def test_each_wrong_answer_is_told_in_words(amira: Person) -> None:
    for changes, message in WRONG_ANSWERS:
        page = await amira.post("/report", {**FORM, **changes})
        assert page.status_code == 422, changes
        assert message in text_of(page.text), changes


async def test_feedback_needs_only_its_own_question_and_other_is_a_service(
    amira: Person, facts: Facts
) -> None:
    # without JavaScript both questions are on the page, and somebody may answer both
    feedback = {**FORM, "what": "experience", "rating": "very-good", "service": "other"}
    assert (await amira.post("/report", feedback)).status_code == 303
    fact = await facts.expect(ReportSubmitted)
    assert (fact.kind, fact.tenet) == (Kind.FEEDBACK, Tenet.EXPERIENCE)
    assert (fact.rating, fact.harm, fact.service) == (Rating.VERY_GOOD, None, "other")


async def test_identifiers_are_masked_before_anything_is_kept_and_the_writer_is_told(
    intake: Running, amira: Person, facts: Facts
) -> None:
    text = "Mr X, NHS 943 476 5919, of M1 1AA and M1 2AB waited."
    sent = await amira.post("/report", {**FORM, "text": text})
    fact = await facts.expect(ReportSubmitted)
    assert fact.text == "Mr X, NHS [NHS number], of [postcode] and [postcode] waited."
    page = text_of((await amira.get(sent.headers["location"])).text)
    assert "1 NHS number" in page
    assert "2 postcodes" in page


async def test_the_form_lists_each_providers_services_under_its_name(amira: Person) -> None:
    page = (await amira.get("/report")).text
    assert '<optgroup label="Northfield Acute NHS Trust" data-provider="RZ1">' in page
    assert '<option value="RZ2:crisis-team">Crisis team</option>' in page
    assert "Elm Road Surgery</option>" not in page
    again = (await amira.get("/report")).text
    pattern = r'name="submission" value="([^"]+)"'
    first, second = re.findall(pattern, page), re.findall(pattern, again)
    assert first != second


async def test_only_reporters_report_and_only_of_their_own_organisation(
    intake: Running, amira: Person
) -> None:
    visitor = await intake.visitor()
    answer = await visitor.get("/report")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/report")
    jo = await intake.sign_in("jo.lee")
    assert (await jo.get("/report")).status_code == 403
    assert (await jo.post("/report", FORM)).status_code == 403
    without_token = await amira.client.post("/report", data=dict(FORM))
    assert without_token.status_code == 403
    sent = await amira.post("/report", FORM)
    tom = await intake.sign_in("tom.bright")
    assert (await tom.get(sent.headers["location"])).status_code == 404


async def test_bytes_that_are_not_utf_8_are_told_at_the_field(amira: Person) -> None:
    body = b"csrf_token=" + CSRF_TOKEN.replace(" ", "+").encode() + b"&what=safety&text=caf%E9"
    answer = await amira.client.post(
        "/report", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 422
    assert "contains characters that we cannot read" in text_of(answer.text)
