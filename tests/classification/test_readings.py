"""Reports that somebody else decided are read without their themes, and the two readings set side by side."""

import pytest
from sqlalchemy import select

from services.classification import domain
from services.classification.repository import Scope
from services.classification.tables import reading
from shared.contracts.reports import Kind, ReportSubmitted
from shared.platform.audit import RecordKind
from tests.classification.people import HELEN, OMAR, RUDE, classified, decide, history, withdraw
from tests.support.apps import IDLE, Person, Running
from tests.support.entries import entries
from tests.support.reports import report

pytestmark = pytest.mark.integration

QUEUE = "/verdicts/second-readings"


def address(submitted: ReportSubmitted) -> str:
    return f"/verdicts/{submitted.reference}/second-reading"


async def decided_by_omar(pages: Running, *themes: str) -> ReportSubmitted:
    submitted = report(1, text=RUDE)
    await classified(pages, submitted)
    await decide(pages, submitted, *themes, by="omar.reid")
    return submitted


async def read_it(person: Person, submitted: ReportSubmitted, *themes: str) -> int:
    values: dict[str, str | list[str]] = {"themes": list(themes) or ["none"], "tenet": "experience"}
    return (await person.post(address(submitted), values)).status_code


async def test_only_what_another_person_decided_waits_to_be_read(pages: Running) -> None:
    others, own, nobodys = (report(number, text=RUDE) for number in (1, 2, 3))
    elsewhere = report(4, reporter="Y11111", provider="RX9")
    await classified(pages, others, own, nobodys, elsewhere)
    await decide(pages, others, "communication", by="omar.reid")
    await decide(pages, own, "communication", by="helen.marsh")
    await decide(pages, elsewhere, by="omar.reid", scope=Scope(reported=frozenset({"Y11111"})))
    helen, omar = await pages.sign_in("helen.marsh"), await pages.sign_in("omar.reid")
    page = (await helen.get(QUEUE)).text
    assert others.reference in page
    assert not {each for each in (own, nobodys, elsewhere) if each.reference in page}
    assert own.reference in (await omar.get(QUEUE)).text
    assert others.reference in (await helen.get(f"{QUEUE}?kind=event")).text
    assert "Nothing to read" in (await helen.get(f"{QUEUE}?kind=feedback")).text
    assert "There is no page 7" in (await helen.get(f"{QUEUE}?page=7")).text
    assert await read_it(helen, others) == 303
    assert "Nothing to read" in (await helen.get(QUEUE)).text


async def test_what_was_withdrawn_waits_for_nobody_and_can_be_found_among_the_decided(
    pages: Running,
) -> None:
    stays, goes, early = (report(number, text=RUDE) for number in (1, 2, 3))
    await withdraw(pages, early)  # before it came itself, since that was set aside
    await classified(pages, stays, goes, early)
    await withdraw(pages, goes)
    helen = await pages.sign_in("helen.marsh")
    for show in ("model", "sample"):
        page = (await helen.get(f"/verdicts?show={show}")).text
        assert stays.reference in page
        assert goes.reference not in page
        assert early.reference not in page
    for submitted in (stays, goes):
        await decide(pages, submitted, "communication", by="omar.reid")
    page = (await helen.get(QUEUE)).text
    assert stays.reference in page
    assert goes.reference not in page
    assert goes.reference in (await helen.get("/verdicts?show=person")).text


async def test_who_once_decided_on_a_report_does_not_read_it_again(pages: Running) -> None:
    submitted = report(1, text=RUDE)
    await classified(pages, submitted)
    await decide(pages, submitted, "communication", by="helen.marsh")
    await decide(pages, submitted, "medications", by="omar.reid", seen=2)
    helen = await pages.sign_in("helen.marsh")
    assert "Nothing to read" in (await helen.get(QUEUE)).text
    refused = await helen.get(address(submitted))
    assert refused.status_code == 409
    assert "You have decided on this report yourself" in refused.text
    assert await read_it(helen, submitted) == 409


async def test_what_nobody_decided_cannot_be_read_a_second_time(pages: Running) -> None:
    submitted = report(1, text=RUDE)
    await classified(pages, submitted)
    helen = await pages.sign_in("helen.marsh")
    assert "Nobody has decided" in (await helen.get(address(submitted))).text
    assert await read_it(helen, submitted) == 409


async def test_the_reader_sees_neither_themes_nor_words_that_led_there_nor_who_decided(
    pages: Running,
) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude", "communication")
    helen = await pages.sign_in("helen.marsh")
    page = (await helen.get(address(submitted))).text
    assert RUDE in page
    for giveaway in ("<mark", "Omar Reid", "Because", " checked", "led to"):
        assert giveaway not in page
    queue = (await helen.get(QUEUE)).text
    assert "Staff attitude" not in queue
    assert "Omar Reid" not in queue


async def test_a_reading_is_kept_beside_the_decision_and_compared_with_it(pages: Running) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude", "medications")
    helen = await pages.sign_in("helen.marsh")
    assert await read_it(helen, submitted, "staff-attitude", "communication") == 303
    page = (await helen.get(address(submitted))).text
    assert "You see it differently" in page
    assert "Omar Reid" in page
    assert f'href="/verdicts/{submitted.reference}"' in page
    current, _ = await history(pages, submitted)
    assert domain.keys_of(current) == {"staff-attitude", "medications"}
    *_, told = await entries(pages.transactions, RecordKind.VERDICT, submitted.report_id)
    assert (told.step, told.who) == ("read a second time", ("Helen Marsh", "Q9A"))
    assert told.after == {
        "compared_with": 2,
        "themes": ["communication", "staff-attitude"],
        "tenet": "experience",
    }
    shown = (await helen.get(f"/verdicts/{submitted.reference}/history")).text
    assert "Read a second time, without its verdict" in shown


async def test_a_second_reading_of_the_same_person_changes_nothing(pages: Running) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude")
    helen = await pages.sign_in("helen.marsh")
    assert await read_it(helen, submitted, "communication") == 303
    assert await read_it(helen, submitted, "staff-attitude") == 303  # they have seen it by now
    async with pages.transactions.read() as connection:
        [kept] = (await connection.execute(select(reading))).all()
    assert (kept.member_id, kept.themes, kept.revision) == (HELEN.member_id, ["communication"], 2)
    told = await entries(pages.transactions, RecordKind.VERDICT, submitted.report_id)
    assert [each.step for each in told].count("read a second time") == 1


async def test_a_reading_stays_with_the_decision_that_it_was_made_beside(pages: Running) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude")
    helen = await pages.sign_in("helen.marsh")
    assert await read_it(helen, submitted, "communication") == 303
    await decide(pages, submitted, "communication", by="omar.reid", seen=2)
    page = (await helen.get(address(submitted))).text
    assert "You see it differently" in page
    assert "The verdict has been changed since" in page


async def test_nothing_to_classify_is_a_reading_too(pages: Running) -> None:
    submitted = await decided_by_omar(pages)
    helen = await pages.sign_in("helen.marsh")
    assert await read_it(helen, submitted) == 303
    page = (await helen.get(address(submitted))).text
    assert "You both see the same themes" in page
    assert "Nothing to classify" in page


async def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_chosen(pages: Running) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude")
    helen = await pages.sign_in("helen.marsh")
    right: dict[str, str | list[str]] = {"themes": ["medications"], "tenet": "safety"}
    wrong: dict[str, dict[str, str | list[str]]] = {
        "Choose what the report is about": {"themes": []},
        "not both": {"themes": ["none", "medications"]},
        "Choose themes from the list": {"themes": ["general/parking"]},
        "Choose which part of quality": {"tenet": "beauty"},
    }
    for message, changes in wrong.items():
        answer = await helen.post(address(submitted), {**right, **changes})
        assert answer.status_code == 422
        assert "<title>Error: " in answer.text
        assert message in answer.text
        assert "themes" in changes or 'value="medications" checked' in answer.text


async def test_who_was_signed_out_meanwhile_finds_what_they_had_chosen(pages: Running) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude")
    late = await pages.sign_in("helen.marsh", age=IDLE)
    assert await read_it(late, submitted, "medications") == 303
    helen = await pages.sign_in("helen.marsh")
    assert 'value="medications" checked' in (await helen.get(address(submitted))).text
    assert await read_it(helen, submitted, "medications") == 303
    async with pages.transactions.read() as connection:
        assert len((await connection.execute(select(reading))).all()) == 1


async def test_only_quality_leads_of_the_area_read_again(pages: Running) -> None:
    submitted = await decided_by_omar(pages, "staff-attitude")
    for subject in ("amira.patel", "jo.lee", "max.stone"):
        person = await pages.sign_in(subject)
        assert (await person.get(QUEUE)).status_code == 403
        assert (await person.get(address(submitted))).status_code == 403
        assert await read_it(person, submitted) == 403
    elsewhere = report(4, reporter="Y11111", provider="RX9", kind=Kind.EVENT)
    await classified(pages, elsewhere)
    helen = await pages.sign_in("helen.marsh")
    assert (await helen.get(address(elsewhere))).status_code == 404
    assert await read_it(helen, elsewhere) == 404


async def test_the_order_has_nothing_to_do_with_when_a_report_came(pages: Running) -> None:
    reports = [report(number, text="zzz") for number in range(12)]
    await classified(pages, *reports)
    for each in reports:
        await decide(pages, each, by="omar.reid")
    helen = await pages.sign_in("helen.marsh")
    page = (await helen.get(QUEUE)).text
    shown = sorted(reports, key=lambda each: page.index(each.reference))
    assert shown not in (reports, reports[::-1])
    assert (await helen.get(QUEUE)).text.count(reports[0].reference) == page.count(
        reports[0].reference
    )
    assert OMAR.name not in page
