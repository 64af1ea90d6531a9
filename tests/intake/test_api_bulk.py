"""Programs' door for many reports at once, and for history."""

from datetime import date

import httpx2
import pytest

from shared.contracts.reports import Past, ReportSubmitted, Source
from tests.intake.api import PATH, is_problem
from tests.intake.samples import REPORT
from tests.support.facts import Facts

pytestmark = pytest.mark.integration


async def test_each_report_of_many_stands_alone(program: httpx2.AsyncClient, facts: Facts) -> None:
    feedback = {
        "reporter": "PG1",
        "provider": "RZ1",
        "kind": "feedback",
        "happened_on": "2022-03-31",
        "text": "Kind staff. Call me on 07700 900123.",
        "question": "What was good?",
        "source": "import",
        "historic": True,
    }
    sent: list[object] = [
        {**REPORT, "idempotency_key": "a"},
        {**feedback, "idempotency_key": "b"},
        {**REPORT, "idempotency_key": "a"},
        {**REPORT, "idempotency_key": "a", "text": "Something else"},
        {**feedback, "idempotency_key": "c", "source": "api"},
        {**REPORT, "idempotency_key": "d", "historic": "yes"},
        {**REPORT, "idempotency_key": "e", "text": "nul\0"},
        17,
        {},
    ]
    answer = (await program.post(f"{PATH}/bulk", json={"reports": sent})).json()
    assert [each["status"] for each in answer["results"]] == [
        "accepted",
        "accepted",
        "already-there",
        *["refused"] * 6,
    ]
    assert [each["index"] for each in answer["results"]] == list(range(9))
    assert (answer["accepted"], answer["already_there"], answer["refused"]) == (2, 1, 6)
    fields = [{one["field"] for one in each["errors"]} for each in answer["results"]]
    assert fields[3:7] == [{"idempotency_key"}, {"rating"}, {"historic"}, {"text"}]
    assert answer["results"][1]["masked"] == {"phone": 1}

    history = await facts.expect(ReportSubmitted, lambda fact: fact.historic)
    assert (history.source, history.rating) == (Source.IMPORT, None)
    assert history.text == "Kind staff. Call me on [phone]."
    assert history.question == "What was good?"


async def test_history_says_what_became_of_it_and_nothing_else_may(
    program: httpx2.AsyncClient, facts: Facts
) -> None:
    past = {"reported_on": "2025-11-21", "outcome_recorded_on": "2025-12-30"}
    history = {**REPORT, "historic": True, "past": past}
    sent = [
        {**history, "idempotency_key": "a"},
        {**history, "idempotency_key": "a"},
        {**history, "idempotency_key": "a", "past": {}},
        {**REPORT, "idempotency_key": "b", "past": past},
        {**history, "idempotency_key": "c", "past": {"action_recorded_on": "2025-11-19"}},
        {**history, "idempotency_key": "d", "past": {"reported_on": "21/11/2025"}},
    ]
    answer = (await program.post(f"{PATH}/bulk", json={"reports": sent})).json()
    assert [each["status"] for each in answer["results"]] == [
        "accepted",
        "already-there",
        *["refused"] * 4,
    ]
    fields = [{one["field"] for one in each["errors"]} for each in answer["results"]]
    assert fields[3:] == [{"past"}, {"past.action_recorded_on"}, {"past.reported_on"}]
    fact = await facts.expect(ReportSubmitted, lambda fact: fact.historic)
    assert fact.past == Past(reported_on=date(2025, 11, 21), outcome_recorded_on=date(2025, 12, 30))


async def test_a_bulk_request_holds_1_to_1000_reports(program: httpx2.AsyncClient) -> None:
    for count in (0, 1_001):
        answer = await program.post(f"{PATH}/bulk", json={"reports": [{}] * count})
        assert is_problem(answer, 422), count
