"""A practice takes a report back: once, for a reason out of a few, by page or program, and everything of intake says so."""

import asyncio

import httpx2
import pytest

from services.intake import repository
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn, WithdrawalReason
from shared.platform.audit import RecordKind
from tests.intake.api import PATH, bearer, is_problem, key_for, send
from tests.intake.samples import FORM, REPORT
from tests.intake.test_form import text_of
from tests.support.apps import Person, Running
from tests.support.entries import entries
from tests.support.facts import Facts

pytestmark = pytest.mark.integration

TWICE, MISTAKE = {"reason": "sent-twice"}, {"reason": "sent-by-mistake"}


async def sent(person: Person) -> str:
    """Where a new report is withdrawn."""
    answer = await person.post("/report", FORM)
    assert answer.status_code == 303, answer.text
    return f"/reports/{answer.headers['location'].rpartition('/')[2]}/withdraw"


async def test_a_practice_withdraws_its_report_and_everybody_is_told_once(
    amira: Person, facts: Facts, intake: Running
) -> None:
    path = await sent(amira)
    submitted = await facts.expect(ReportSubmitted)
    page = await amira.get(path)
    assert "What happens when you withdraw it" in page.text
    assert page.text.count('type="radio"') == len(WithdrawalReason)
    for _ in range(2):  # pressed twice
        assert (await amira.post(path, TWICE)).headers["location"] == path
    done = text_of((await amira.get(path)).text)
    assert "Report withdrawn" in done
    assert "Reason: it was sent twice." in done
    await facts.expect(ReportWithdrawn)
    other = await amira.post("/report", {**FORM, "submission": "", "text": "Another."})
    await facts.expect(
        ReportSubmitted, lambda each: each.reference in other.headers["location"]
    )  # whatever was told before it has been read
    (fact,) = facts.seen(ReportWithdrawn)
    assert (fact.report_id, fact.reference) == (submitted.report_id, submitted.reference)
    assert (fact.reporter, fact.provider) == (submitted.reporter, submitted.provider)
    assert (fact.reason, fact.withdrawn_by) == (
        WithdrawalReason.SENT_TWICE,
        submitted.submitted_by,
    )
    _, entry = await entries(intake.transactions, RecordKind.REPORT, submitted.report_id)
    assert (entry.step, entry.who) == ("withdrawn", ("Dr Amira Patel", "Y90001"))
    assert (entry.before, entry.after) == ({}, {"withdrawn_because": "sent-twice"})


async def test_a_withdrawal_without_a_reason_is_refused_in_words(amira: Person) -> None:
    path = await sent(amira)
    for values in ({}, {"reason": "no-idea"}):
        refused = await amira.post(path, values)
        assert refused.status_code == 422
        assert "Select why you withdraw the report" in refused.text
    assert "Why do you withdraw it?" in (await amira.get(path)).text


async def test_another_reason_afterwards_changes_nothing(amira: Person, facts: Facts) -> None:
    path = await sent(amira)
    await amira.post(path, TWICE)
    refused = await amira.post(path, MISTAKE)
    assert refused.status_code == 409
    assert "was withdrawn before, because it was sent twice" in refused.text
    assert "Reason: it was sent twice." in (await amira.get(path)).text


async def test_nobody_withdraws_anothers_report(amira: Person, intake: Running) -> None:
    path = await sent(amira)
    tom = await intake.sign_in("tom.bright")
    for answer in (await tom.get(path), await tom.post(path, TWICE)):
        assert answer.status_code == 404
    assert "Why do you withdraw it?" in (await amira.get(path)).text


async def test_what_was_withdrawn_says_so_wherever_the_practice_meets_it(amira: Person) -> None:
    path = await sent(amira)
    reference = path.split("/")[2]
    receipt = f"/report/sent/{reference}"
    for page in ("/reports", receipt):
        assert f'href="{path}"' in (await amira.get(page)).text
    await amira.post(path, TWICE)
    for page in ("/reports", receipt):
        assert f'href="{path}"' not in (await amira.get(page)).text
    assert "Report withdrawn" in (await amira.get(receipt)).text
    assert "We have alerted" not in (await amira.get(receipt)).text
    assert "Withdrawn None asked for: withdrawn on" in text_of((await amira.get("/reports")).text)
    assert reference in (await amira.get("/reports?status=withdrawn")).text
    assert reference not in (await amira.get("/reports?status=waiting")).text
    history = text_of((await amira.get(f"/reports/{reference}/history")).text)
    assert "Why it was withdrawn" in history
    assert "It was sent twice" in history


async def test_a_program_withdraws_with_the_same_answer_however_often(
    program: httpx2.AsyncClient, facts: Facts
) -> None:
    path = f"{PATH}/{(await send(program)).json()['reference']}"
    assert (await program.get(path)).json()["withdrawn_at"] is None
    answers = await asyncio.gather(
        *(program.post(f"{path}/withdrawal", json=TWICE) for _ in range(5))
    )
    assert {each.status_code for each in answers} == {200}
    first, *others = [each.json() for each in answers]
    assert others == [first] * 4
    assert first.keys() == {"reference", "withdrawn_at", "reason"}  # its key may not read reports
    status = (await program.get(path)).json()
    assert (status["reference"], status["withdrawn_at"]) == (
        first["reference"],
        first["withdrawn_at"],
    )
    assert first["reason"] == status["withdrawn_because"] == "sent-twice"
    fact = await facts.expect(ReportWithdrawn)
    assert fact.withdrawn_by is None
    await send(program, {**REPORT, "text": "Another."}, "later")
    await facts.expect_all(ReportSubmitted, count=2)
    assert facts.seen(ReportWithdrawn) == [fact]
    assert is_problem(await program.post(f"{path}/withdrawal", json=MISTAKE), 409)


async def test_imported_history_is_withdrawn_in_the_same_way(
    program: httpx2.AsyncClient, facts: Facts
) -> None:
    history = {**REPORT, "historic": True, "source": "import", "idempotency_key": "old"}
    imported = await program.post(f"{PATH}/bulk", json={"reports": [history]})
    reference = imported.json()["results"][0]["reference"]
    answer = await program.post(f"{PATH}/{reference}/withdrawal", json=TWICE)
    assert answer.status_code == 200
    assert (await facts.expect(ReportWithdrawn)).reference == reference


async def test_a_key_withdraws_its_own_organisations_reports_if_it_may_send_any(
    program: httpx2.AsyncClient, intake: Running
) -> None:
    path = f"{PATH}/{(await send(program)).json()['reference']}/withdrawal"
    others = await intake.visitor(**bearer((await key_for(program, "Y90002"))["key"]))
    assert is_problem(await others.post(path, json=TWICE), 404)
    wanted = {"organisation": "Y90001", "label": "reads", "scopes": ["reports:read"]}
    made = (await program.post("/api/v1/keys", json=wanted)).json()
    reader = await intake.visitor(**bearer(made["key"]))
    assert is_problem(await reader.post(path, json=TWICE), 403)
    own = await intake.visitor(**bearer((await key_for(program, "Y90001"))["key"]))
    assert is_problem(await own.post(path, json={**TWICE, "words": "Jane Doe"}), 422)
    assert is_problem(await own.post(path, json={"reason": "other"}), 422)
    assert (await own.post(path, json=TWICE)).status_code == 200


async def test_a_withdrawn_report_is_none_that_an_organisation_leaves_open(
    amira: Person, intake: Running
) -> None:
    path = await sent(amira)

    async def left_open() -> int:
        async with intake.transactions.read() as connection:
            return (await repository.consequences(connection, "RZ1")).open_about

    assert await left_open() == 1
    await amira.post(path, TWICE)
    assert await left_open() == 0
