"""One report's whole life in a real browser: from a practice's form to a closed case, with everybody's mails, counts and pages."""

import re
from datetime import date, timedelta

from playwright.async_api import Locator, expect

from deploy.local.estate import Estate
from deploy.local.settings import SERVICES
from tests.end_to_end.running import mail_about, mails, settled
from tests.end_to_end.visitors import NARROW, People, Visitor
from tests.support.waiting import eventually

WORDS = (
    "The discharge letter came nine days late.\nIt did not say that the warfarin had been stopped."
)
REFERENCE = re.compile(r"IN-[0-9A-Z]{4}-[0-9A-Z]{2}")
OF_ELM_ROAD = "/trends/reports?provider=RZ1&practice=Y90001&months=6"


async def test_a_report_travels_from_the_form_to_a_closed_case(
    people: People, estate: Estate
) -> None:
    helen = await people.arrives("helen.marsh")
    await settled(estate)
    before = await counted(helen)
    waiting = await set_aside(people)

    amira = await people.arrives()
    await signs_in_by_hand(amira, "amira.patel")
    await sends_a_wrong_report(amira)
    reference = await sends_it_right(amira)
    await alert_says_only_what_it_may(people, estate, reference)

    jo = await people.arrives("jo.lee")
    await acknowledges(jo, reference)
    await mail_about(estate, reference, "the provider has answered")
    await finds_in_my_reports(amira, reference, "Provider is working on it")
    assert "Jo Lee owns this" in await row_of(amira, reference).inner_text()

    await looks_into_it(jo, reference)
    await sends_the_outcome(jo, reference, "The clerk sends letters daily now.")
    await mail_about(estate, reference, "here is the outcome")
    await disputes(amira, reference, "The letters of last week were late, too.")
    await mail_about(estate, reference, "the outcome is disputed")
    await sends_the_outcome(jo, reference, "Letters are sent by system since Monday.")
    await confirms(amira, reference)

    await settled(estate)
    assert await counted(helen) == before + 1
    await operations_are_healthy(people)
    assert await set_aside(people) == waiting
    for person in (amira, jo, helen):
        assert person.complaints == []


async def test_going_back_and_sending_again_is_the_same_report(people: People) -> None:
    amira = await people.arrives("amira.patel")
    await amira.open("/report")
    await fills(amira, "Sent, and sent again.")
    await amira.page.get_by_role("button", name="Send report").dblclick()
    first = await reference_shown(amira)
    await amira.page.go_back()
    assert await amira.page.locator("#text").input_value() == "Sent, and sent again."
    await amira.press("Send report")
    assert await reference_shown(amira) == first
    await amira.open("/reports")
    assert await row_of(amira, first).count() == 1
    newest = amira.page.locator("main tbody tr").first
    assert first in await newest.inner_text()


async def test_a_report_is_sent_from_a_phone_without_javascript(people: People) -> None:
    tom = await people.arrives("tom.bright", width=NARROW, javascript=False)
    await tom.open("/report")
    await tom.press("Send report")
    assert (await tom.page.title()).startswith("Error: Report an event or feedback")
    await tom.page.get_by_label("Patient experience feedback").check()
    await fills(tom, "Everybody was kind, and we were told what comes next.", event=False)
    await tom.press("Send report")
    reference = await reference_shown(tom)
    await tom.follow("Follow it in my reports")
    assert await row_of(tom, reference).count() == 1


async def signs_in_by_hand(visitor: Visitor, subject: str) -> None:
    await visitor.open("/")
    await visitor.press("Sign in")
    await visitor.page.locator(f'button[value="{subject}"]').click()
    await expect(visitor.page.get_by_role("heading", name="Hello, Dr Amira Patel")).to_be_visible()
    await visitor.follow("Report an event or feedback")


async def fills(visitor: Visitor, words: str, *, event: bool = True) -> None:
    page, day = visitor.page, date.today() - timedelta(days=3)  # noqa: DTZ011 - as a person would
    if event:
        await page.get_by_label("Patient safety event").check()
    await page.get_by_label("Which provider is this about?").select_option("RZ1")
    await page.get_by_label("Which service?").select_option("RZ1:discharge-planning")
    await writes_date(visitor, "happened_on", day)
    await page.get_by_label("What happened?").fill(words)
    await page.get_by_label("Moderate harm" if event else "Very good").check()


async def writes_date(visitor: Visitor, name: str, day: date) -> None:
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        await visitor.page.locator(f"#{name}-{part}").fill(str(number))


async def sends_a_wrong_report(amira: Visitor) -> None:
    """Nothing typed is lost, each problem is told, and the focus is where it is told."""
    page = amira.page
    await page.get_by_label("Which provider is this about?").select_option("RZ1")
    await page.get_by_label("What happened?").fill(WORDS)
    await writes_date(amira, "happened_on", date(2099, 2, 28))
    await amira.press("Send report")
    assert (await page.title()).startswith("Error: ")
    assert "There is a problem" in await page.locator(":focus").inner_text()
    assert await page.get_by_label("What happened?").input_value() == WORDS
    assert await page.get_by_label("Which provider is this about?").input_value() == "RZ1"
    assert await page.locator("#happened_on-year").input_value() == "2099"
    await amira.follow("Select what you are reporting")
    assert await page.locator(":focus").get_attribute("name") == "what"


async def sends_it_right(amira: Visitor) -> str:
    await fills(amira, WORDS)
    await amira.page.get_by_role("button", name="Send report").dblclick()
    reference = await reference_shown(amira)
    assert await amira.sees("We have alerted Northfield Acute NHS Trust. They must respond by")
    await amira.follow("Follow it in my reports")
    of_today = amira.page.locator("main tbody tr", has_text="Waiting for provider")
    assert await of_today.filter(has_text=reference).count() == 1
    return reference


async def reference_shown(visitor: Visitor) -> str:
    await expect(visitor.page.get_by_role("heading", name="Report sent")).to_be_visible()
    found = REFERENCE.search(await visitor.page.locator("main").inner_text())
    assert found
    return found.group()


async def alert_says_only_what_it_may(people: People, estate: Estate, reference: str) -> None:
    """One mail, to the provider's contact, as the mailbox page shows it, with a link that leads to the case."""
    alert = await mail_about(estate, reference, "acknowledge this report")
    assert alert.recipients == "patient-safety@northfield.example"
    assert [mail.name for mail in mails(estate) if reference in mail.subject] == [alert.name]
    for part in (alert.text or "", alert.html or ""):
        assert f"{estate.url}/cases/{reference}" in part
        assert not re.search("warfarin|discharge|nine days|Amira|moderate", part, re.IGNORECASE)
    reader = await people.arrives()
    await reader.open("/mailbox")
    await reader.page.get_by_role("link", name=alert.subject).click()
    link = reader.page.locator("pre").get_by_role("link", name=f"/cases/{reference}")
    assert await link.get_attribute("href") == f"{estate.url}/cases/{reference}"


def row_of(visitor: Visitor, reference: str) -> Locator:
    return visitor.page.locator("main tbody tr", has_text=reference)


async def acknowledges(jo: Visitor, reference: str) -> None:
    await jo.open("/cases")
    row = row_of(jo, reference)
    assert "hours" in await row.inner_text()
    await row.get_by_role("button", name="Acknowledge").click()
    assert await jo.page.get_by_label("Who owns it").input_value() == "Jo Lee"
    await jo.page.get_by_label("What happens next").fill(
        "I ask the ward and write to you on Friday."
    )
    await jo.press("Acknowledge")
    assert await jo.sees("You have acknowledged this alert")


async def looks_into_it(jo: Visitor, reference: str) -> None:
    page = jo.page
    await jo.follow("Learning response")
    await page.get_by_label("Root cause analysis").check()
    await page.get_by_label("What happened?").fill("The letter waited for a signature.")
    await page.get_by_label("Why did it happen?").fill("The list is read twice a week.")
    await page.get_by_label("Organisation", exact=True).check()
    await jo.press("Save the learning response")
    await jo.follow("Action plan")
    await page.get_by_label("What will be done").fill("Read the list every day")
    await page.get_by_label("Who will do it").fill("Ward clerk")
    await writes_date(jo, "due_on", date.today() + timedelta(days=30))  # noqa: DTZ011
    await jo.press("Add the action")
    assert await jo.sees("Read the list every day")


async def sends_the_outcome(jo: Visitor, reference: str, words: str) -> None:
    await jo.open(f"/cases/{reference}")
    await jo.follow("Outcome")
    await jo.page.get_by_label("What came of this report?").fill(words)
    await jo.press("Continue")
    assert await jo.sees(words)
    await jo.press("Change the outcome")
    assert await jo.page.get_by_label("What came of this report?").input_value() == words
    await jo.press("Continue")
    await jo.press("Send the outcome")
    assert await jo.sees("The outcome has been sent")


async def disputes(amira: Visitor, reference: str, reason: str) -> None:
    await finds_in_my_reports(amira, reference, "Waiting for your reply")
    await row_of(amira, reference).get_by_role("link", name=reference, exact=True).click()
    await amira.press("Dispute the outcome")
    await amira.page.get_by_label("Why do you not accept it?").fill(reason)
    await amira.press("Dispute and open the case again")
    assert await amira.sees("You have disputed the outcome")


async def confirms(amira: Visitor, reference: str) -> None:
    await amira.open(f"/cases/{reference}")
    await amira.press("Confirm the outcome")
    await amira.press("Confirm and close the case")
    assert await amira.sees("You have confirmed the outcome")
    assert await amira.sees("Outcome disputed and case open again")
    await amira.follow("Back to my reports")
    await finds_in_my_reports(amira, reference, "Closed")


async def finds_in_my_reports(amira: Visitor, reference: str, status: str) -> None:
    """As soon as intake has heard of it."""

    async def is_shown() -> bool:
        await amira.open("/reports")
        return status in await row_of(amira, reference).inner_text()

    await eventually(is_shown, because=f"{reference} is not shown as '{status}'")


async def counted(helen: Visitor) -> int:
    """All reports of Elm Road about Northfield, by the heading of their list."""
    await helen.open(OF_ELM_ROAD)
    said = re.search(r"([\d,]+) reports?", await helen.page.locator("h1").inner_text())
    assert said, "the list does not say how many"
    return int(said[1].replace(",", ""))


async def operations_are_healthy(people: People) -> None:
    max_stone = await people.arrives("max.stone")
    await max_stone.open("/operations")
    rows = (
        max_stone.page.get_by_role("table")
        .filter(has_text="Each process of each service")
        .locator("tbody tr")
    )
    working = [await row.inner_text() for row in await rows.all()]
    for service in SERVICES:
        assert any(service.capitalize() in row and "Working" in row for row in working), working
    assert max_stone.complaints == []


async def set_aside(people: People) -> list[str]:
    """By process, how many of its records could not be processed: other tests' may."""
    max_stone = await people.arrives("max.stone")
    await max_stone.open("/operations")
    services = max_stone.page.get_by_role("table").filter(has_text="Each process of each service")
    return await services.locator("tbody td:last-child").all_inner_texts()
