import logging

import pytest

from tests.web.conftest import Browser, text_of


async def test_an_unknown_page_says_so_in_plain_words(browser: Browser) -> None:
    answer = await browser.get("/nope")
    assert answer.status_code == 404
    assert "<title>Page not found - Insight</title>" in answer.text
    assert "check that it is correct" in text_of(answer)


async def test_an_unexpected_error_shows_nothing_of_itself(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await browser.get("/broken")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in text_of(answer)
    for shown in (answer.text, caplog.text):
        assert "the words somebody typed" not in shown
        assert "Traceback" not in shown
    assert "unexpected RuntimeError" in caplog.text
    assert "demo.py" in caplog.text


async def test_an_api_answers_errors_with_problem_documents(browser: Browser) -> None:
    answer = await browser.get("/api/v1/broken")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "There is a problem with the service",
        "status": 500,
        "detail": "Something went wrong on our side. Nothing you sent was kept. Try again in a few minutes.",
        "instance": "/api/v1/broken",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"happened_on": "\xff\xfe"}',
        b'{"happened_on": 3.5}',
        b'{"happened_on": "the words somebody typed"}',
        b'{"happened_on": ' + b"9" * 5000 + b"}",
        b'{"happened_on": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
async def test_a_malformed_body_is_the_sender_s_problem_and_is_not_repeated(
    browser: Browser, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await browser.post("/api/v1/things", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert "the words somebody typed" not in answer.text


async def test_a_problem_document_names_the_field(browser: Browser) -> None:
    answer = await browser.post("/api/v1/things", json={})
    assert answer.json()["errors"] == [{"field": "happened_on", "message": "Field required"}]


async def test_a_wrong_method_is_told_which_ones_there_are(browser: Browser) -> None:
    answer = await browser.put("/api/v1/things")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


async def test_an_address_that_cannot_be_is_a_page_not_found(browser: Browser) -> None:
    answer = await browser.get("/things/not-a-number")
    assert answer.status_code == 404
    assert (await browser.get("/things/7")).status_code == 200


@pytest.mark.parametrize("path", ["/outage", "/outage/broken"])
async def test_a_database_that_is_away_is_an_outage_and_not_a_mistake(
    browser: Browser, path: str
) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 503
    assert "not available" in text_of(answer)


async def test_a_value_that_the_database_cannot_hold_is_the_sender_s_problem(
    browser: Browser,
) -> None:
    assert (await browser.get("/unfit")).status_code == 422
