import pytest

from tests.web.conftest import CSRF, Browser, text_of

REPORT = {
    "provider": "RZ1",
    "happened_on[day]": "3",
    "happened_on[month]": "11",
    "happened_on[year]": "2026",
    "text": "A letter came late.",
}
SENT = "Your reference number is IN-7K3Q-92"


@pytest.fixture(autouse=True)
def signed_in(browser: Browser) -> None:
    browser.sign_in()


async def test_a_form_that_is_right_is_taken(browser: Browser) -> None:
    assert SENT in text_of(await browser.send_form("/report", REPORT))


async def test_nothing_typed_is_lost_when_something_is_missing(browser: Browser) -> None:
    typed = {**REPORT, "provider": "", "text": "She said <b>nothing</b>", "harm": "low"}
    answer = await browser.send_form("/report", typed)
    assert answer.status_code == 422
    assert "<title>Error: Report an event or feedback - Insight</title>" in answer.text
    assert "There is a problem" in answer.text
    assert (
        answer.text.count("Select the provider this is about") == 2
    )  # in the summary, by the field
    assert 'href="#provider"' in answer.text
    assert "She said &lt;b&gt;nothing&lt;/b&gt;" in answer.text
    assert 'value="11"' in answer.text
    assert 'value="low" checked' in answer.text


async def test_the_summary_s_link_leads_to_the_first_box_of_a_date(browser: Browser) -> None:
    answer = await browser.send_form("/report", {**REPORT, "happened_on[day]": ""})
    assert 'href="#happened_on-day"' in answer.text
    assert 'id="happened_on-day"' in answer.text


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("", "11", "2026", "Date must include a day"),
        ("3", "", "", "Date must include a month and year"),
        ("31", "2", "2026", "Date must be a real date"),
        ("3", "brumaire", "2026", "Date must be a real date"),
        ("3", "11", "26", "Year must include 4 numbers"),
        ("3", "11", "²⁰²⁶", "Year must include 4 numbers"),
        ("-3", "11", "2026", "Date must be a real date"),
    ],
)
async def test_a_date_that_is_none_is_explained(
    browser: Browser, day: str, month: str, year: str, message: str
) -> None:
    parts = {"happened_on[day]": day, "happened_on[month]": month, "happened_on[year]": year}
    answer = await browser.send_form("/report", {**REPORT, **parts})
    assert answer.status_code == 422
    assert answer.text.count(message) == 2


@pytest.mark.parametrize("month", ["nov", "November", " 11 "])
async def test_a_month_may_be_a_word(browser: Browser, month: str) -> None:
    answer = await browser.send_form("/report", {**REPORT, "happened_on[month]": month})
    assert SENT in text_of(answer)


async def test_a_choice_that_was_never_offered_is_refused(browser: Browser) -> None:
    answer = await browser.send_form("/report", {**REPORT, "harm": "catastrophic"})
    assert answer.status_code == 422
    assert "Choose harm from the list" in text_of(answer)


async def test_a_text_beyond_its_length_is_told_its_limit(browser: Browser) -> None:
    answer = await browser.send_form("/report", {**REPORT, "text": "a" * 4_001})
    assert answer.status_code == 422
    assert "Text must be 4,000 characters or fewer" in text_of(answer)
    assert "a" * 4_001 in answer.text


async def test_blanks_alone_are_nothing(browser: Browser) -> None:
    answer = await browser.send_form("/report", {**REPORT, "text": "  \r\n "})
    assert "Enter what happened" in text_of(answer)


async def test_a_rule_across_fields_is_shown_by_the_field_it_names(browser: Browser) -> None:
    answer = await browser.send_form("/report", {**REPORT, "harm": "severe"})
    assert 'href="#text"' in answer.text
    assert answer.text.count("Say why the harm was severe") == 2


@pytest.mark.parametrize("bad", [b"%FF%FE", b"\xff\xfe", b"%00", b"%C3"])
async def test_what_cannot_be_read_is_said_and_the_rest_is_kept(
    browser: Browser, bad: bytes
) -> None:
    body = (
        b"csrf_token=" + CSRF.replace(" ", "+").encode() + b"&provider=RZ1&happened_on=2026-11-03"
        b"&text=The+letter+" + bad + b"+came+late"
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/report", content=body, headers=headers)
    assert answer.status_code == 422
    assert "Text contains characters that we cannot read" in text_of(answer)
    assert "The letter" in answer.text
    assert "\0" not in answer.text


async def test_a_form_of_another_type_is_refused(browser: Browser) -> None:
    answer = await browser.post("/report", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_a_form_of_very_many_fields_is_refused(browser: Browser) -> None:
    fields = {f"field{n}": "x" for n in range(1_001)}
    assert (await browser.send_form("/report", fields)).status_code == 400


async def test_a_form_sent_in_parts_is_read_too(browser: Browser) -> None:
    parts = [(name, (None, value)) for name, value in {"csrf_token": CSRF, **REPORT}.items()]
    answer = await browser.post("/report", files=parts)
    assert SENT in text_of(answer)


async def test_broken_parts_are_refused(browser: Browser) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    answer = await browser.post("/report", content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code == 400


async def test_what_somebody_wrote_stays_text(browser: Browser) -> None:
    answer = await browser.send_form(
        "/report", {**REPORT, "text": "</textarea><script>x</script>", "provider": ""}
    )
    assert "<script>x" not in answer.text
