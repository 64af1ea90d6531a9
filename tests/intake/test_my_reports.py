"""What became of the practice's reports, and the pages around it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from shared.contracts.cases import (
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseOverdue,
    CaseState,
    ClosedBecause,
    OutcomeRecorded,
)
from shared.contracts.operations import Cause, DeadLetter
from shared.contracts.reports import Kind, ReportSubmitted
from tests.intake.samples import FORM, REPORT
from tests.intake.test_form import text_of
from tests.support.apps import Person, Running
from tests.support.facts import Facts, proper_headers
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
DUE = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
MANY = 30


def of_case(report: ReportSubmitted, revision: int, state: CaseState) -> dict[str, object]:
    """What all facts of a case have."""
    return {
        "occurred_at": report.occurred_at + timedelta(minutes=revision),
        "report_id": report.report_id,
        "reference": report.reference,
        "revision": revision,
        "state": state,
        "reporter": report.reporter,
        "provider": report.provider,
    }


def opened(report: ReportSubmitted) -> CaseOpened:
    common = of_case(report, 1, CaseState.OPEN)
    return CaseOpened.model_validate({**common, "kind": Kind.EVENT, "due_at": DUE})


def acknowledged(report: ReportSubmitted, *, late: bool = False) -> CaseAcknowledged:
    common = of_case(report, 2, CaseState.ACKNOWLEDGED)
    words = {"owner": "Jo Lee", "next_step": "We will ring the ward"}
    return CaseAcknowledged.model_validate({**common, **words, "due_at": DUE, "late": late})


def outcome(report: ReportSubmitted) -> OutcomeRecorded:
    common = of_case(report, 3, CaseState.ANSWERED)
    return OutcomeRecorded.model_validate({**common, "outcome": "Letters now name every medicine."})


async def reported(amira: Person, facts: Facts) -> ReportSubmitted:
    assert (await amira.post("/report", FORM)).status_code == 303
    return await facts.expect(ReportSubmitted)


async def reports_page(person: Person, words: str, query: str = "") -> str:
    """The page once it says `words`."""

    async def says() -> str:
        page = text_of((await person.get(f"/reports{query}")).text)
        assert words in page
        return page

    return await eventually(says)


async def test_each_step_of_the_case_is_seen_by_the_practice_that_reported(
    amira: Person, facts: Facts
) -> None:
    report = await reported(amira, facts)
    page = await reports_page(amira, report.reference)
    assert "Waiting for provider None yet" in page

    await facts.publish(opened(report))
    await reports_page(amira, "Due by 5:30pm on 24 November 2026")
    await facts.publish(acknowledged(report))
    await reports_page(
        amira, "Provider is working on it Jo Lee owns this. Next: We will ring the ward"
    )
    await facts.publish(outcome(report))
    await reports_page(amira, "Waiting for your reply Letters now name every medicine.")
    await facts.publish(
        CaseClosed.model_validate(
            {**of_case(report, 4, CaseState.CLOSED), "because": ClosedBecause.CONFIRMED}
        )
    )
    await reports_page(amira, "Closed Letters now name every medicine.")
    html = (await amira.get("/reports")).text
    assert f'<a href="/cases/{report.reference}">' in html


async def test_programs_see_the_same(
    amira: Person, facts: Facts, program: httpx2.AsyncClient
) -> None:
    report = await reported(amira, facts)
    await facts.publish(opened(report), acknowledged(report, late=True))

    async def known() -> dict[str, object]:
        found: dict[str, object] = (await program.get(f"/api/v1/reports/{report.reference}")).json()
        assert found["state"] == "acknowledged"
        return found

    found = await eventually(known)
    assert (found["owner"], found["late"]) == ("Jo Lee", True)
    assert found["due_at"] == "2026-11-24T17:30:00Z"


async def test_an_overdue_case_says_so_until_it_is_acknowledged(
    amira: Person, facts: Facts
) -> None:
    report = await reported(amira, facts)
    overdue = CaseOverdue.model_validate({**of_case(report, 2, CaseState.OPEN), "due_at": DUE})
    await facts.publish(opened(report), overdue)
    await reports_page(amira, "Overdue None yet")
    late = acknowledged(report, late=True).model_copy(update={"revision": 3})
    await facts.publish(late)
    assert "Overdue" not in await reports_page(amira, "(acknowledged late)")


async def test_older_news_never_undoes_newer_and_news_may_come_twice(
    amira: Person, facts: Facts
) -> None:
    report = await reported(amira, facts)
    await facts.publish(opened(report), acknowledged(report), outcome(report))
    await reports_page(amira, "Waiting for your reply")
    again = opened(report).model_copy(update={"event_id": uuid7()})
    marker = await another(amira, facts)
    await facts.publish(again, opened(marker))
    # the second report's news went the same way after the old one
    page = await reports_page(amira, "Due by 5:30pm on 24 November 2026")
    assert "Waiting for your reply" in page


async def another(amira: Person, facts: Facts) -> ReportSubmitted:
    await amira.post("/report", {**FORM, "submission": "", "text": "Another"})
    return await facts.expect(ReportSubmitted, lambda fact: fact.text == "Another")


async def test_a_malformed_record_is_set_aside_and_its_neighbours_are_applied(
    amira: Person, facts: Facts
) -> None:
    report = await reported(amira, facts)
    good = opened(report)
    bad = good.model_copy(update={"event_id": uuid7()})
    await facts.publish_raw(
        CaseOpened.topic,
        b'{"report_id": "not an id"}',
        key=good.key.encode(),
        headers=proper_headers(bad),
    )
    await facts.publish(good)
    letter = await facts.expect(DeadLetter)
    assert (letter.consumer, letter.cause) == ("intake", Cause.BAD_VALUE)
    assert letter.record_value == b'{"report_id": "not an id"}'
    await reports_page(amira, "Due by 5:30pm on 24 November 2026")


async def test_the_list_is_filtered_and_paged_on_the_server(
    intake: Running, amira: Person, facts: Facts, program: httpx2.AsyncClient
) -> None:
    reports = [{**REPORT, "idempotency_key": f"k{n}"} for n in range(MANY)]
    reports.append({**REPORT, "provider": "RZ2", "service": "other", "idempotency_key": "other"})
    answer = await program.post("/api/v1/reports/bulk", json={"reports": reports})
    references = [each["reference"] for each in answer.json()["results"]]

    first = await reports_page(amira, "31 reports, newest first")
    second = await reports_page(amira, references[0], "?page=2")
    assert references[-1] in first
    assert references[0] not in first
    assert "Page 2 of 2" in first
    assert "Page 1 of 2" in second

    riverside = text_of((await amira.get("/reports?provider=RZ2")).text)
    assert "1 report, newest first" in riverside
    typed = text_of((await amira.get(f"/reports?reference={references[4].lower()[3:]}")).text)
    assert "1 report, newest first" in typed
    assert references[4] in typed
    assert "31 reports" in text_of((await amira.get("/reports?status=waiting")).text)
    assert "No report matches" in text_of((await amira.get("/reports?status=closed")).text)
    assert "This page of the list is empty" in text_of((await amira.get("/reports?page=9")).text)

    tom = await intake.sign_in("tom.bright")
    theirs = text_of((await tom.get("/reports")).text)
    assert "Your organisation has not reported anything yet." in theirs
    assert not any(reference in theirs for reference in references)


async def test_addresses_that_make_no_sense_get_an_error_page(amira: Person) -> None:
    for query in ("page=0", "page=x", f"page={10**30}", "status=gossip", "provider=%00"):
        answer = await amira.get(f"/reports?{query}")
        assert 400 <= answer.status_code < 500, query
        assert answer.headers["content-type"].startswith("text/html")
    assert (await amira.get("/reports?reference=%00")).status_code == 200


async def test_the_start_page_leads_each_role_to_its_work(intake: Running) -> None:
    visitor = await intake.visitor()
    welcome = (await visitor.get("/")).text
    assert 'href="/sign-in"' in welcome
    for subject, there, missing in (
        ("amira.patel", "/report", "/cases"),
        ("jo.lee", "/cases", "/report"),
        ("helen.marsh", "/verdicts", "/messages"),
        ("max.stone", "/messages", "/administration"),
        ("ada.quinn", "/administration", "/operations"),
        ("ravi.dhillon", "/trends", "/report"),
    ):
        person = await intake.sign_in(subject)
        main = (await person.get("/")).text.partition("<main")[2]
        assert f'href="{there}"' in main
        assert f'href="{missing}"' not in main


async def test_administrators_find_and_read_organisations(intake: Running) -> None:
    ada = await intake.sign_in("ada.quinn")
    everybody = text_of((await ada.get("/administration")).text)
    assert "9 organisations" in everybody
    assert "Northfield" not in text_of((await ada.get("/administration?q=river")).text)
    assert "Riverside" in text_of((await ada.get("/administration?q=rz2")).text)
    assert "No organisation matches" in text_of((await ada.get("/administration?q=%25")).text)
    page = text_of((await ada.get("/administration/organisations/RZ1")).text)
    for words in (
        "Northfield Acute NHS Trust",
        "Outpatients",
        "Jo Lee",
        "24 hours",
        "quality.rz1@",
    ):
        assert words in page
    assert (await ada.get("/administration/organisations/NOBODY")).status_code == 404
    assert (await ada.get("/administration/organisations/%00")).status_code == 404
    amira = await intake.sign_in("amira.patel")
    for path in ("/administration", "/administration/organisations/RZ1"):
        assert (await amira.get(path)).status_code == 403


async def test_the_status_counts_what_was_accepted(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    reports = [{**REPORT, "idempotency_key": f"k{n}"} for n in range(3)]
    await program.post("/api/v1/reports/bulk", json={"reports": reports})

    async def counted() -> bool:
        return (await intake.runtime.status()).counts == {"reports_accepted": 3}

    assert await eventually(counted)


async def test_a_report_id_is_the_cases_and_rises_with_time(amira: Person, facts: Facts) -> None:
    first = await reported(amira, facts)
    second = await another(amira, facts)
    assert UUID(str(first.report_id)).version == 7
    assert first.report_id < second.report_id
