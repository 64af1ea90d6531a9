"""The history of verdicts, and of what they are given by."""

import asyncio
from dataclasses import replace

import pytest

from services.classification import use_cases
from services.classification.model.versions import SHIPPED, VERSIONS, Versions
from shared.contracts.reports import Kind, ReportSubmitted
from shared.platform.audit import RecordKind
from tests.support.apps import Person, Running
from tests.support.entries import entries, findings, steps
from tests.support.reports import report

pytestmark = pytest.mark.integration

INSIGHT, HELEN = ("Insight", None), ("Helen Marsh", "Q9A")
RUDE = "The ward clerk was rude and hung up."


async def _classified(pages: Running) -> ReportSubmitted:
    submitted = report(1, text=RUDE)
    async with pages.transactions.begin() as tx:
        await use_cases.assign_themes([submitted], tx)
    return submitted


async def _correct(person: Person, submitted: ReportSubmitted, **changes: str | list[str]) -> None:
    values: dict[str, str | list[str]] = {
        "themes": ["medications"],
        "tenet": "effectiveness",
        "revision": "1",
        "reason": "It is about a medicine",
    }
    response = await person.post(f"/verdicts/{submitted.reference}/correct", values | changes)
    assert response.status_code == 303, response.text


async def test_the_models_verdict_is_an_entry_of_the_systems_and_a_repeated_report_none(
    pages: Running,
) -> None:
    submitted = await _classified(pages)
    async with pages.transactions.begin() as tx:
        await use_cases.assign_themes([submitted], tx)
    [told] = await entries(pages.transactions, RecordKind.VERDICT, submitted.report_id)
    assert (told.step, told.who, told.before) == ("themes assigned", INSIGHT, {})
    assert told.after["decided_by"] == "model"
    assert told.after["taxonomy_version"] == SHIPPED.newest(Kind.EVENT).taxonomy
    assert RUDE not in str(told)


async def test_a_correction_says_who_why_before_and_after(pages: Running) -> None:
    submitted = await _classified(pages)
    helen = await pages.sign_in("helen.marsh")
    await _correct(helen, submitted)
    first, told = await entries(pages.transactions, RecordKind.VERDICT, submitted.report_id)
    assert (told.step, told.who) == ("corrected", HELEN)
    assert (told.before["themes"], told.after["themes"]) == (first.after["themes"], ["medications"])
    assert (told.before["tenet"], told.after["tenet"]) == ("safety", "effectiveness")
    assert told.after["reason"] == "It is about a medicine"
    assert "model_version" not in told.after
    async with pages.transactions.read() as connection:
        assert await findings(connection) == []


async def test_agreeing_is_an_entry_too(pages: Running) -> None:
    submitted = await _classified(pages)
    [first] = await entries(pages.transactions, RecordKind.VERDICT)
    helen = await pages.sign_in("helen.marsh")
    same = {"themes": first.after["themes"] or ["none"], "tenet": "safety", "reason": ""}
    await _correct(helen, submitted, **same)
    _, told = await entries(pages.transactions, RecordKind.VERDICT)
    assert told.step == "agreed with"
    assert (told.before["decided_by"], told.after["decided_by"]) == ("model", "person")
    assert "themes" not in told.after


async def _start(pages: Running, versions: Versions = SHIPPED) -> None:
    async with pages.transactions.begin() as tx:
        await use_cases.record_what_is_in_force(tx, versions)


async def test_what_is_in_force_is_told_once_however_many_processes_start(pages: Running) -> None:
    await asyncio.gather(*(_start(pages) for _ in range(5)))
    told = await entries(pages.transactions, RecordKind.TAXONOMY)
    assert sorted(one.record_id for one in told) == sorted(Kind)
    assert {(one.step, one.who) for one in told} == {("put in force", INSIGHT)}
    [events] = [one for one in told if one.record_id == Kind.EVENT]
    newest = SHIPPED.newest(Kind.EVENT)
    assert events.after["version"] == newest.name
    assert events.after["taxonomy_version"] == newest.taxonomy
    assert events.after["model_version"] == newest.model


async def test_a_file_that_changed_under_the_same_version_is_told_with_the_one_before(
    pages: Running,
) -> None:
    await _start(pages)
    *others, last = VERSIONS
    changed = Versions((*others, replace(last, taxonomy="experience-1")))
    await _start(pages, changed)
    await _start(pages, changed)
    *_, told = await entries(pages.transactions, RecordKind.TAXONOMY)
    assert (told.record_id, told.before["taxonomy_version"]) == (last.kind, last.taxonomy)
    assert told.after["taxonomy_version"] == "experience-1"
    assert "model_version" not in told.after
    assert await steps(pages.transactions, RecordKind.TAXONOMY) == ["put in force"] * 3


async def test_quality_leads_read_a_verdicts_history_in_words(pages: Running) -> None:
    submitted = await _classified(pages)
    helen = await pages.sign_in("helen.marsh")
    await _correct(helen, submitted)
    page = f"/verdicts/{submitted.reference}/history"
    shown = (await helen.get(page)).text
    for text in (
        "Corrected",
        "Themes assigned by the model",
        "Helen Marsh",
        "It is about a medicine",
        "Medication",
    ):
        assert text in shown
    assert RUDE not in shown
    assert page in (await helen.get(f"/verdicts/{submitted.reference}")).text
    assert "corrected" in (await helen.get(f"{page}.csv")).text
    for subject, status in {"amira.patel": 403, "jo.lee": 403, "max.stone": 403}.items():
        stranger = await pages.sign_in(subject)
        assert (await stranger.get(page)).status_code == status
        assert (await stranger.get(f"{page}.csv")).status_code == status
    elsewhere = report(2, reporter="Y99999", provider="RX9")
    async with pages.transactions.begin() as tx:
        await use_cases.assign_themes([elsewhere], tx)
    assert (await helen.get(f"/verdicts/{elsewhere.reference}/history")).status_code == 404


async def test_quality_leads_and_operators_read_what_is_in_force(pages: Running) -> None:
    helen, max_ = await pages.sign_in("helen.marsh"), await pages.sign_in("max.stone")
    assert "Nothing has happened here" in (await max_.get("/taxonomies/history")).text
    await _start(pages)
    for person in (helen, max_):
        shown = (await person.get("/taxonomies/history")).text
        assert SHIPPED.newest(Kind.EVENT).taxonomy in shown
        assert "for feedback" in shown
        assert "put in force" in (await person.get("/taxonomies/history.csv")).text
    jo = await pages.sign_in("jo.lee")
    assert (await jo.get("/taxonomies/history")).status_code == 403
