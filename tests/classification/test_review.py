"""What people see of verdicts, and how they supersede them."""

import httpx2
import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from services.classification import domain, repository, use_cases
from services.classification.repository.queue import lot
from services.classification.tables import report as report_table
from services.classification.tables import verdict
from shared.contracts.directory import OrganisationKind
from shared.contracts.reports import Kind, ReportSubmitted, Tenet
from shared.contracts.themes import DecidedBy, ThemesAssigned
from tests.classification.newest import classify
from tests.support.apps import IDLE, Person, Running
from tests.support.directory import closed, organisation
from tests.support.facts import Facts
from tests.support.reports import report

pytestmark = pytest.mark.integration

STATUS_FOR = {
    "helen.marsh": 200,
    "amira.patel": 200,
    "jo.lee": 200,
    "tom.bright": 404,
    "sam.okafor": 404,
    "ravi.dhillon": 403,
    "max.stone": 403,
    "ada.quinn": 403,
}
WRONG: dict[str, dict[str, str | list[str]]] = {
    "Choose what the report is about": {"themes": []},
    "not both": {"themes": ["none", "medications"]},
    "Choose themes from the list": {"themes": ["general/parking"]},
    "Choose which part of quality": {"tenet": "beauty"},
    "Enter why you are changing it": {"reason": ""},
    "2,000 characters or fewer": {"reason": "x" * 2_001},
}
RUDE = "The ward clerk was rude and hung up."


def _certainty(text: str) -> float:
    return domain.certainty_of(classify(text, Kind.EVENT).themes)


async def _classified(facts: Facts, *reports: ReportSubmitted) -> None:
    await facts.publish(*reports)
    ids = {each.report_id for each in reports}
    await facts.expect_all(ThemesAssigned, lambda fact: fact.report_id in ids, count=len(ids))


async def _send_correction(
    person: Person, submitted: ReportSubmitted, **changes: str | list[str]
) -> httpx2.Response:
    values: dict[str, str | list[str]] = {
        "themes": ["medications"],
        "tenet": "safety",
        "revision": "1",
        "reason": "Look again",
    }
    return await person.post(f"/verdicts/{submitted.reference}/correct", values | changes)


async def _correct(person: Person, submitted: ReportSubmitted, **changes: str | list[str]) -> int:
    return (await _send_correction(person, submitted, **changes)).status_code


async def test_a_quality_lead_sees_the_least_certain_first(
    classification: Running, facts: Facts
) -> None:
    texts = (RUDE, "Wrong dose of warfarin prescribed, letter late.", "zzz", "The bed was broken.")
    reports = [report(number, text=text, service="surgery") for number, text in enumerate(texts)]
    await _classified(facts, *reports)
    helen = await classification.sign_in("helen.marsh")
    page = (await helen.get("/verdicts")).text
    sure = {each.reference: _certainty(each.text) for each in reports}
    assert len(set(sure.values())) == len(sure)
    assert sorted(sure, key=page.index) == sorted(sure, key=lambda reference: sure[reference])
    assert "4 reports" in page


async def test_the_queue_can_be_filtered_and_says_when_it_is_empty(
    classification: Running, facts: Facts
) -> None:
    event, feedback = report(1), report(2, kind=Kind.FEEDBACK, text="Lovely staff")
    await _classified(facts, event, feedback)
    helen = await classification.sign_in("helen.marsh")
    page = (await helen.get("/verdicts?kind=feedback&show=model")).text
    assert feedback.reference in page
    assert event.reference not in page
    assert "Nobody has decided" in (await helen.get("/verdicts?show=person")).text
    assert (await helen.get("/verdicts?kind=nonsense&show=nonsense")).status_code == 200
    assert "There is no page 9" in (await helen.get("/verdicts?page=9")).text


async def test_the_queue_has_pages(classification: Running, facts: Facts) -> None:
    await _classified(facts, *(report(number, text="zzz") for number in range(21)))
    helen = await classification.sign_in("helen.marsh")
    assert "Page 2 of 2" in (await helen.get("/verdicts")).text
    assert (await helen.get("/verdicts?page=2")).text.count("nhsuk-table__row") == 1


async def test_the_words_that_led_there_are_marked_and_text_is_never_markup(
    classification: Running, facts: Facts
) -> None:
    submitted = report(text="<b>Rude</b> clerk on the ward")
    await _classified(facts, submitted)
    amira = await classification.sign_in("amira.patel")
    page = (await amira.get(f"/verdicts/{submitted.reference.lower()}")).text
    assert '<mark class="insight-evidence">Rude<span' in page
    assert "led to: Staff attitude" in page
    assert "<b>" not in page
    assert "/correct" not in page


async def test_only_those_it_concerns_see_a_verdict(classification: Running, facts: Facts) -> None:
    submitted = report()
    await _classified(facts, submitted)
    for subject, status in STATUS_FOR.items():
        person = await classification.sign_in(subject)
        answer = await person.get(f"/verdicts/{submitted.reference}")
        assert (subject, answer.status_code) == (subject, status)


async def test_a_quality_lead_sees_nothing_of_another_area(
    classification: Running, facts: Facts
) -> None:
    theirs = report(reporter="Y11111", provider="RX9")
    await _classified(facts, theirs)
    helen = await classification.sign_in("helen.marsh")
    assert theirs.reference not in (await helen.get("/verdicts")).text
    assert (await helen.get(f"/verdicts/{theirs.reference}")).status_code == 404
    assert await _correct(helen, theirs) == 404


async def test_only_a_quality_lead_may_review_and_correct(
    classification: Running, facts: Facts
) -> None:
    submitted = report()
    await _classified(facts, submitted)
    for subject in ("amira.patel", "jo.lee", "max.stone"):
        person = await classification.sign_in(subject)
        assert (await person.get("/verdicts")).status_code == 403
        assert (await person.get(f"/verdicts/{submitted.reference}/correct")).status_code == 403
        assert await _correct(person, submitted) == 403


async def test_somebody_not_signed_in_is_sent_to_sign_in(classification: Running) -> None:
    visitor = await classification.visitor()
    answer = await visitor.get("/verdicts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/verdicts")


async def test_a_correction_supersedes_the_model_everywhere_and_for_good(
    classification: Running, facts: Facts
) -> None:
    submitted = report(text=RUDE)
    await _classified(facts, submitted)
    helen = await classification.sign_in("helen.marsh")
    assert await _correct(helen, submitted) == 303
    corrected = await facts.expect(ThemesAssigned, lambda fact: fact.revision == 2)
    assert corrected.decided_by is DecidedBy.PERSON
    assert [theme.theme for theme in corrected.themes] == ["medications"]
    page = (await helen.get(f"/verdicts/{submitted.reference}?corrected")).text
    assert "Helen Marsh" in page
    assert "Look again" in page
    assert "Staff attitude" in page  # in the history

    other = report(2)
    await facts.publish(report(0, submitted.report_id, text=RUDE), other)
    await facts.expect(ThemesAssigned, lambda fact: fact.report_id == other.report_id)
    async with classification.transactions.read() as connection:
        rows = await connection.execute(
            select(verdict.c.revision, verdict.c.decided_by)
            .where(verdict.c.report_id == submitted.report_id)
            .order_by(verdict.c.revision)
        )
        assert [tuple(row) for row in rows] == [(1, "model"), (2, "person")]


async def test_agreeing_needs_no_reason(classification: Running, facts: Facts) -> None:
    submitted = report(text=RUDE)
    await _classified(facts, submitted)
    helen = await classification.sign_in("helen.marsh")
    assert await _correct(helen, submitted, themes=["staff-attitude"], reason="") == 303
    agreed = await facts.expect(ThemesAssigned, lambda fact: fact.revision == 2)
    assert agreed.tenet is Tenet.SAFETY
    assert agreed.themes[0].evidence


async def test_a_wrong_correction_says_what_is_wrong_and_keeps_what_was_typed(
    classification: Running, facts: Facts
) -> None:
    submitted = report(text=RUDE)
    await _classified(facts, submitted)
    helen = await classification.sign_in("helen.marsh")
    for message, changes in WRONG.items():
        answer = await _send_correction(helen, submitted, **changes)
        assert answer.status_code == 422
        assert "<title>Error: " in answer.text
        assert "There is a problem" in answer.text
        assert message in answer.text
        assert "reason" in changes or "Look again" in answer.text
        assert "themes" in changes or 'value="medications" checked' in answer.text


async def test_two_people_correcting_at_once_do_not_overwrite_each_other(
    classification: Running, facts: Facts
) -> None:
    submitted = report(text=RUDE)
    await _classified(facts, submitted)
    helen = await classification.sign_in("helen.marsh")
    assert await _correct(helen, submitted) == 303
    assert await _correct(helen, submitted, themes=["communication"]) == 409


async def test_nothing_to_classify_can_be_decided(classification: Running, facts: Facts) -> None:
    submitted = report(text="zzz")
    await _classified(facts, submitted)
    helen = await classification.sign_in("helen.marsh")
    assert await _correct(helen, submitted, themes=["none"], reason="") == 303
    page = (await helen.get(f"/verdicts/{submitted.reference}")).text
    assert "nothing to classify here" in page


async def test_a_successor_reads_what_its_predecessor_reported_and_nobody_else_does(
    classification: Running, facts: Facts
) -> None:
    submitted = report(31, reporter="Y80001", provider="RX9")
    await _classified(facts, submitted)
    address = f"/verdicts/{submitted.reference}"
    tom, amira = [await classification.sign_in(who) for who in ("tom.bright", "amira.patel")]
    helen = await classification.sign_in("helen.marsh")
    assert {(await each.get(address)).status_code for each in (tom, amira, helen)} == {404}
    old = organisation("Y80001", "Corner Surgery", OrganisationKind.PRACTICE)
    await classification.seed([closed(old, "Y90002")])
    page = await tom.get(address)
    assert page.status_code == 200
    assert "Corner Surgery (now part of Harbour Medical Centre)" in page.text
    assert (await amira.get(address)).status_code == 404
    # The commissioner of the successor oversees what its practice has taken over.
    assert submitted.reference in (await helen.get("/verdicts")).text


async def test_a_correction_sent_too_late_comes_back_and_only_its_reason_once_the_verdict_has_changed(
    classification: Running, facts: Facts
) -> None:
    submitted = report(1, text=RUDE)
    await _classified(facts, submitted)
    late = await classification.sign_in("helen.marsh", age=IDLE)
    sent = await _send_correction(late, submitted, themes=["medications"], reason="It was a drug")
    form = f"/verdicts/{submitted.reference}/correct"
    assert sent.headers["location"] == f"/sign-in?next={form}"
    helen = await classification.sign_in("helen.marsh")
    filled = (await helen.get(form)).text
    assert "We kept what you had typed" in filled
    assert "It was a drug" in filled
    assert 'value="medications" checked' in filled
    # somebody else decides meanwhile, which leaves her draft alone
    async with classification.transactions.begin() as tx:
        await use_cases.correct(
            submitted.reference,
            1,
            domain.Correction(frozenset(), Tenet.SAFETY, "Nothing of it", None, "Somebody"),
            repository.Scope(oversees=frozenset({"Q9A"})),
            tx,
        )
    filled = (await helen.get(form)).text
    assert "It was a drug" in filled
    assert 'value="medications" checked' not in filled
    assert 'name="revision" value="2"' in filled
    assert (await _send_correction(helen, submitted, revision="2")).status_code == 303
    assert "We kept" not in (await helen.get(form)).text


async def test_the_order_by_lot_is_that_of_its_index(classification: Running) -> None:
    """As PostgreSQL sees it: another expression for the same order would sort every report of the country."""
    wanted = (
        select(report_table.c.report_id)
        .where(report_table.c.decided_by == DecidedBy.MODEL)
        .order_by(lot(report_table))
        .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    )
    async with classification.transactions.read() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        await connection.execute(text("SET enable_sort = off"))
        plan = await connection.execute(text(f"EXPLAIN {wanted}"))
        assert "report_by_lot" in str(plan.all())
