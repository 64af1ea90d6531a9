"""What is in force is a fact of the database, before and after somebody puts another version there."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from services.classification import use_cases
from services.classification.model.versions import Versions
from services.classification.repository import versions as kept
from services.classification.use_cases.versions import VersionNotHere
from shared.contracts.reports import Kind
from shared.platform.audit import RecordKind
from shared.platform.errors import Conflict, NotFound, Unavailable
from shared.platform.failures import is_poison
from tests.classification.adopting import (
    adopt,
    answer,
    ask,
    assign,
    history,
    themes_of,
    version_in_force,
)
from tests.classification.other_versions import (
    BOTH,
    OLD,
    ONE,
    TWO,
    begin_with_the_first,
    decide,
)
from tests.support.apps import Running
from tests.support.entries import entries, steps
from tests.support.reports import report

pytestmark = pytest.mark.integration


async def test_a_fresh_estate_begins_with_the_newest_version(fresh: Running) -> None:
    assert await version_in_force(fresh) == TWO.name
    assert await version_in_force(fresh) == TWO.name
    assert await steps(fresh.transactions, RecordKind.TAXONOMY) == ["put in force"] * 2


async def test_processes_that_start_at_once_put_it_in_force_once(fresh: Running) -> None:
    await asyncio.gather(*(version_in_force(fresh) for _ in range(5)))
    async with fresh.transactions.read() as connection:
        rows = await connection.execute(text("SELECT kind FROM adoption ORDER BY kind"))
        assert list(rows.scalars()) == ["event", "feedback"]


async def test_an_estate_keeps_its_version_after_an_upgrade_that_brings_a_newer_one(
    estate: Running,
) -> None:
    await assign(estate, report(text="a letter late"))
    assert await version_in_force(estate) == ONE.name
    async with estate.transactions.begin() as tx:
        await use_cases.record_what_is_in_force(tx, BOTH)
    assert await version_in_force(estate) == ONE.name


async def _forget_adoptions(service: Running) -> None:
    async with service.transactions.begin() as tx:
        await tx.connection.execute(text("DELETE FROM adoption"))


async def test_an_estate_from_before_this_was_kept_goes_on_with_what_its_history_says(
    fresh: Running,
) -> None:
    await begin_with_the_first(fresh)
    await _forget_adoptions(fresh)
    assert await version_in_force(fresh) == ONE.name


async def test_an_estate_whose_history_names_no_version_goes_on_with_that_of_its_verdicts(
    fresh: Running,
) -> None:
    *others, one = OLD.listed
    renamed = Versions(
        (*others, replace(one, taxonomy="experience-1", model="experience-1")), OLD.load
    )
    await assign(fresh, report(text="rude"), versions=renamed)
    await _forget_adoptions(fresh)
    assert await version_in_force(fresh) == ONE.name


async def test_an_adoption_counts_at_once_and_says_who_and_why(estate: Running) -> None:
    before, after = report(1, text="a letter late"), report(2, text="a letter late")
    await assign(estate, before)
    await adopt(estate)
    await assign(estate, after)
    assert await themes_of(estate, before, after) == [set(), {"clinic-letters"}]
    *_, told = await entries(estate.transactions, RecordKind.TAXONOMY)
    assert (told.step, told.record_id) == ("put in force", Kind.EVENT)
    assert (told.before["version"], told.after["version"]) == (ONE.name, TWO.name)
    assert told.after["reason"] == "It finds letters"
    async with estate.transactions.read() as connection:
        adopted = (await kept.adoptions_in_force(connection))[Kind.EVENT]
    assert (adopted.version, adopted.person) == (TWO.name, "Helen Marsh")


@pytest.mark.parametrize(
    ("name", "instead_of", "error"),
    [
        ("plain-9", ONE.name, NotFound),
        (ONE.name, ONE.name, Conflict),
        (TWO.name, "plain-0", Conflict),  # somebody was quicker
    ],
)
async def test_what_cannot_be_put_in_force_is_not(
    estate: Running, name: str, instead_of: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await adopt(estate, name, instead_of)
    assert await version_in_force(estate) == ONE.name


async def test_two_people_who_adopt_at_once_do_it_once(estate: Running) -> None:
    outcomes = await asyncio.gather(*(adopt(estate) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 3 + ["NoneType"]


async def test_a_release_older_than_what_is_in_force_leaves_the_work_to_others(
    estate: Running,
) -> None:
    [submitted] = await history(estate, "rude")
    await adopt(estate)
    for work in (
        assign(estate, report(5), versions=OLD),
        ask(estate, versions=OLD),
        answer(estate, versions=OLD),
    ):
        with pytest.raises(VersionNotHere) as refused:
            await work
        assert not is_poison(refused.value)
    with pytest.raises(Unavailable):
        await decide(estate, submitted, "medications", versions=OLD)
