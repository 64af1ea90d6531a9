"""Versions on pages: what is in force, what a trial found, and putting another one in force, each to whom it concerns."""

import re
from contextlib import AsyncExitStack
from html import unescape
from uuid import uuid4

import pytest

from services.classification import use_cases
from services.classification.app import create_app
from services.classification.settings import Settings
from shared.contracts.reports import Kind
from shared.platform.audit import RecordKind
from tests.classification.adopting import history
from tests.classification.other_versions import (
    BOTH,
    GONE,
    OLD,
    ONE,
    TWO,
    decide,
)
from tests.conftest import DatabaseUrl
from tests.support.apps import Person, Running
from tests.support.directory import directory
from tests.support.entries import entries
from tests.support.settings import settings_of

pytestmark = pytest.mark.integration

ADOPT = f"/versions/{TWO.name}/adopt"
TRIALS = f"/versions/{TWO.name}/trials"


async def _advance(estate: Running, at_once: int = 100) -> bool:
    async with estate.transactions.begin() as tx:
        return await use_cases.advance_trial(tx, BOTH, at_once=at_once)


async def _tried(estate: Running, person: Person) -> str:
    """The address of a trial of everything."""
    begun = await person.post(TRIALS)
    assert begun.status_code == 303, begun.text
    while await _advance(estate):
        pass
    return begun.headers["location"]


async def _words(person: Person, path: str) -> str:
    """A page's text as it is read."""
    page = await person.get(path)
    assert page.status_code == 200, page.text
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


async def test_the_page_says_what_is_in_force_since_when_and_what_else_there_is(
    estate: Running,
) -> None:
    await history(estate, "rude", "a letter late")
    helen, max_ = await estate.sign_in("helen.marsh"), await estate.sign_in("max.stone")
    for person in (helen, max_):
        words = await _words(person, "/versions")
        for told in (
            f"In force {ONE.name}",
            "Medicines and rude people.",
            "Insight, when it first started",
            "All 2 reports without a person's decision have their themes by this version",
            "No reports yet",
            TWO.summary,
            "Not tried yet",
        ):
            assert told in words
    assert f"Put {TWO.name} in force" in await _words(helen, "/versions")
    assert f"Put {TWO.name} in force" not in await _words(max_, "/versions")
    assert 'href="/versions"' in (await helen.get("/verdicts")).text


async def test_before_anything_is_in_force_the_page_says_so(database_url: DatabaseUrl) -> None:
    settings = settings_of(Settings, database_url=await database_url("classification"))
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings, BOTH), stack)
        await service.seed(directory())
        helen = await service.sign_in("helen.marsh")
        assert "No version is in force yet" in await _words(helen, "/versions")
        assert (await helen.get(ADOPT)).status_code == 409
    await service.runtime.engine.dispose()


@pytest.mark.parametrize("subject", ["amira.patel", "jo.lee", "ravi.dhillon", "ada.quinn"])
async def test_nobody_else_sees_versions_or_changes_them(estate: Running, subject: str) -> None:
    helen, other = await estate.sign_in("helen.marsh"), await estate.sign_in(subject)
    trial = await _tried(estate, helen)
    for path in ("/versions", trial, ADOPT):
        assert (await other.get(path)).status_code == 403
    for path in (TRIALS, f"{trial}/stop", ADOPT):
        assert (await other.post(path, {"reason": "x", "instead_of": ONE.name})).status_code == 403


async def test_operators_look_and_do_not_decide(estate: Running) -> None:
    helen, max_ = await estate.sign_in("helen.marsh"), await estate.sign_in("max.stone")
    trial = await _tried(estate, helen)
    assert (await max_.get(trial)).status_code == 200
    assert (await max_.get(ADOPT)).status_code == 403
    for path in (TRIALS, f"{trial}/stop", ADOPT):
        assert (await max_.post(path, {"reason": "x", "instead_of": ONE.name})).status_code == 403


async def test_a_trial_shows_how_far_it_is_and_can_be_stopped(estate: Running) -> None:
    await history(estate, "rude", "rude", "rude", "a letter late")
    helen = await estate.sign_in("helen.marsh")
    trial = (await helen.post(TRIALS)).headers["location"]
    assert "0% of history compared" in await _words(helen, trial)
    assert "Nothing has been compared yet" in await _words(helen, trial)
    await _advance(estate, 3)
    assert "75% of history compared" in await _words(helen, trial)
    versions = await _words(helen, "/versions")
    assert "Under way: 75% compared" in versions
    assert f"Try {TWO.name} on history" not in versions
    assert (await helen.post(TRIALS)).status_code == 409
    assert (await helen.post(f"{trial}/stop")).status_code == 303
    assert "when 75% had been compared" in await _words(helen, trial)
    assert (await helen.post(f"{trial}/stop")).status_code == 409
    assert f"Try {TWO.name} on history" in await _words(helen, "/versions")


async def test_a_finished_trial_has_numbers_side_by_side_and_examples(estate: Running) -> None:
    await history(estate, *["rude <b>nurse</b>"] * 7, "a letter late", "no medicine")
    helen = await estate.sign_in("helen.marsh")
    trial = await _tried(estate, helen)
    words = await _words(helen, trial)
    assert "Compared 9 reports" in words
    assert "Would change 8 (89%)" in words
    assert "Staff attitude 7 0 0 7" in words.replace("Now ", "").replace(
        f"With {TWO.name} ", ""
    ).replace("Would gain it ", "").replace("Would lose it ", "")
    assert "People have decided on 0 reports: too few to say" in words
    assert "Examples Staff attitude IN-" in words
    assert words.count("rude <b>nurse</b>") == 5
    assert words.count("a letter late") == 1
    assert "<b>nurse" not in (await helen.get(trial)).text


async def test_numbers_and_examples_are_the_readers_own(estate: Running) -> None:
    await history(estate, "rude at home")
    await history(
        estate, "rude far away", "letter far away", first=9, reporter="Y99999", provider="RX9"
    )
    helen, max_ = await estate.sign_in("helen.marsh"), await estate.sign_in("max.stone")
    trial = await _tried(estate, helen)
    of_helen, of_max = await _words(helen, trial), await _words(max_, trial)
    assert "Compared 1 report " in of_helen
    assert "Compared 3 reports" in of_max
    assert "rude at home" in of_helen
    for words in ("far away", "at home"):
        assert words not in of_max
    assert "far away" not in of_helen
    assert "All 1 report " in await _words(helen, "/versions")
    assert "All 3 reports " in await _words(max_, "/versions")


async def test_the_agreement_with_people_is_told_once_there_are_enough_decisions(
    estate: Running,
) -> None:
    reports = await history(estate, *["a letter late"] * 30)
    for each in reports:
        await decide(estate, each, "clinic-letters", versions=OLD)
    helen = await estate.sign_in("helen.marsh")
    words = await _words(helen, await _tried(estate, helen))
    assert "People have decided on 30 reports." in words
    assert f"{TWO.name} reaches 1.00 and the version in force 0.00" in words


async def test_a_trial_of_no_history_says_so(estate: Running) -> None:
    helen, max_ = await estate.sign_in("helen.marsh"), await estate.sign_in("max.stone")
    trial = await _tried(estate, helen)
    assert "Your area has no reports of this kind in history" in await _words(helen, trial)
    assert "There are no reports of this kind in history" in await _words(max_, trial)
    assert (await helen.get(f"/versions/trials/{uuid4()}")).status_code == 404
    assert (await helen.get("/versions/trials/nonsense")).status_code in {404, 422}


async def test_adopting_asks_for_a_reason_and_says_what_is_known(estate: Running) -> None:
    await history(estate, "rude", "a letter late", "nothing of note")
    helen = await estate.sign_in("helen.marsh")
    words = await _words(helen, ADOPT)
    assert "It has not been tried on history" in words
    assert "at most 25 reports a second: 3 reports of your area" in words
    await _tried(estate, helen)
    assert "Of 3 reports of your area, 2 (67%) would change" in await _words(helen, ADOPT)
    refused = await helen.post(ADOPT, {"instead_of": ONE.name, "reason": " "})
    assert refused.status_code == 422
    assert "Enter why it is to be put in force" in refused.text
    assert "Error: " in refused.text
    stale = await helen.post(ADOPT, {"instead_of": "plain-0", "reason": "It is better"})
    assert stale.status_code == 409
    adopted = await helen.post(ADOPT, {"instead_of": ONE.name, "reason": "It is better"})
    assert (adopted.status_code, adopted.headers["location"]) == (303, "/versions?adopted")
    words = await _words(helen, "/versions?adopted")
    for told in (
        "It is in force.",
        "Put in force by Helen Marsh",
        "Reason It is better",
        "0 of 3 reports reclassified",
        "3 reports wait",
    ):
        assert told in words
    assert (await helen.get(ADOPT)).status_code == 409
    assert (await helen.post(TRIALS)).status_code == 409
    *_, entry = await entries(estate.transactions, RecordKind.TAXONOMY, Kind.EVENT)
    assert entry.who == ("Helen Marsh", "Q9A")
    told = await _words(helen, "/taxonomies/history")
    for line in ("Trial begun", "Version tried", "It is better", "Put in force"):
        assert line in told


@pytest.mark.parametrize("path", ["/versions/plain-9/adopt", "/versions/plain-9/trials"])
async def test_a_version_that_does_not_exist_is_not_found(estate: Running, path: str) -> None:
    helen = await estate.sign_in("helen.marsh")
    values = {"reason": "x", "instead_of": ONE.name}
    assert (await helen.post(path, values)).status_code == 404


async def test_a_verdict_with_a_theme_of_an_older_list_is_shown_agreed_with_and_corrected(
    estate: Running,
) -> None:
    agreed, corrected = await history(estate, "rude", "rude")
    helen = await estate.sign_in("helen.marsh")
    await helen.post(ADOPT, {"instead_of": ONE.name, "reason": "It is better"})
    for each in (agreed, corrected):  # not followed yet
        assert "Staff attitude" in await _words(helen, f"/verdicts/{each.reference}")
        form = (await helen.get(f"/verdicts/{each.reference}/correct")).text
        assert "Not in the list of themes any more" in form
        assert re.search(rf'value="{GONE}"[^>]*checked', form)
    for submitted, themes, reason in (
        (agreed, [GONE], ""),
        (corrected, ["medications"], "It is about a medicine"),
    ):
        sent = await helen.post(
            f"/verdicts/{submitted.reference}/correct",
            {"themes": themes, "tenet": "safety", "revision": "1", "reason": reason},
        )
        assert sent.status_code == 303, sent.text
    assert "Staff attitude" in await _words(helen, f"/verdicts/{agreed.reference}")
    form = (await helen.get(f"/verdicts/{corrected.reference}/correct")).text
    assert "Not in the list of themes any more" not in form
