"""What is in force is a fact of the database, and history follows it without ever taking back what a person decided."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from services.classification import repository, use_cases
from services.classification.app import create_app
from services.classification.domain import Decision, key_of
from services.classification.model.versions import Versions
from services.classification.repository import versions as kept
from services.classification.settings import Settings
from services.classification.tables import awaited
from services.classification.use_cases.versions import VersionNotHere, in_force
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import Kind, ReportSubmitted
from shared.contracts.themes import DecidedBy
from shared.platform.audit import RecordKind
from shared.platform.errors import Conflict, NotFound, Unavailable
from shared.platform.failures import is_poison
from tests.classification.other_versions import (
    AREA,
    BOTH,
    GONE,
    OLD,
    ONE,
    TWO,
    begin_with_the_first,
    decide,
)
from tests.conftest import DatabaseUrl
from tests.support.apps import Running
from tests.support.directory import directory
from tests.support.entries import entries, findings, steps
from tests.support.reports import report
from tests.support.settings import settings_of

pytestmark = pytest.mark.integration

FAST = 1_000_000.0
TEXTS = ("no medicine", "rude", "a letter late", "nothing of note")


@pytest.fixture
async def fresh(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """Classification that has never started, with nothing running."""
    settings = settings_of(Settings, database_url=await database_url("classification"))
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings, BOTH), stack)
        await service.seed(directory())
        yield service
    await service.runtime.engine.dispose()


@pytest.fixture
async def estate(fresh: Running) -> Running:
    """After an upgrade: the first version is in force."""
    await begin_with_the_first(fresh)
    return fresh


async def _in_force(service: Running, versions: Versions = BOTH) -> str:
    async with service.transactions.begin() as tx:
        return (await in_force(tx, versions))[Kind.EVENT].name


async def _assign(service: Running, *reports: ReportSubmitted, versions: Versions = BOTH) -> None:
    async with service.transactions.begin() as tx:
        await use_cases.assign_themes(reports, tx, versions)


async def _history(estate: Running, *texts: str) -> list[ReportSubmitted]:
    reports = [report(number, text=words) for number, words in enumerate(texts or TEXTS)]
    await _assign(estate, *reports, versions=OLD)
    return reports


async def _adopt(estate: Running, name: str = TWO.name, instead_of: str = ONE.name) -> None:
    async with estate.transactions.begin() as tx:
        await use_cases.adopt(
            name,
            instead_of=instead_of,
            reason="It finds letters",
            member_id=None,
            person="Helen Marsh",
            tx=tx,
            versions=BOTH,
        )


async def _ask(
    estate: Running, *, at_once: int = 100, per_second: float = FAST, versions: Versions = BOTH
) -> list[ReclassificationRequested]:
    """What was asked for, taken from the outbox as the relay would."""
    async with estate.transactions.begin() as tx:
        await use_cases.ask_for_history(tx, versions, at_once=at_once, per_second=per_second)
    async with estate.transactions.begin() as tx:
        rows = await tx.connection.execute(
            text("DELETE FROM outbox WHERE topic LIKE '%reclassifications%' RETURNING value")
        )
        return [ReclassificationRequested.model_validate_json(bytes(value)) for (value,) in rows]


async def _answer(
    estate: Running, *requests: ReclassificationRequested, versions: Versions = BOTH
) -> None:
    async with estate.transactions.begin() as tx:
        await use_cases.reclassify(requests, tx, versions)


async def _follow(estate: Running) -> int:
    """Until there is nothing more to ask for; how many there were."""
    asked = 0
    while requests := await _ask(estate, at_once=2):
        await _answer(estate, *requests)
        asked += len(requests)
    return asked


async def _decisions(estate: Running, submitted: ReportSubmitted) -> list[Decision]:
    async with estate.transactions.read() as connection:
        return await repository.decisions(connection, submitted.report_id)


async def _themes(estate: Running, *reports: ReportSubmitted) -> list[set[str]]:
    return [
        {key_of(theme) for theme in (await _decisions(estate, each))[0].themes} for each in reports
    ]


async def test_a_fresh_estate_begins_with_the_newest_version(fresh: Running) -> None:
    assert await _in_force(fresh) == TWO.name
    assert await _in_force(fresh) == TWO.name
    assert await steps(fresh.transactions, RecordKind.TAXONOMY) == ["put in force"] * 2


async def test_processes_that_start_at_once_put_it_in_force_once(fresh: Running) -> None:
    await asyncio.gather(*(_in_force(fresh) for _ in range(5)))
    async with fresh.transactions.read() as connection:
        rows = await connection.execute(text("SELECT kind FROM adoption ORDER BY kind"))
        assert list(rows.scalars()) == ["event", "feedback"]


async def test_an_estate_keeps_its_version_after_an_upgrade_that_brings_a_newer_one(
    estate: Running,
) -> None:
    await _assign(estate, report(text="a letter late"))
    assert await _in_force(estate) == ONE.name
    async with estate.transactions.begin() as tx:
        await use_cases.record_what_is_in_force(tx, BOTH)
    assert await _in_force(estate) == ONE.name


async def _forget_adoptions(service: Running) -> None:
    async with service.transactions.begin() as tx:
        await tx.connection.execute(text("DELETE FROM adoption"))


async def test_an_estate_from_before_this_was_kept_goes_on_with_what_its_history_says(
    fresh: Running,
) -> None:
    await begin_with_the_first(fresh)
    await _forget_adoptions(fresh)
    assert await _in_force(fresh) == ONE.name


async def test_an_estate_whose_history_names_no_version_goes_on_with_that_of_its_verdicts(
    fresh: Running,
) -> None:
    *others, one = OLD.listed
    renamed = Versions(
        (*others, replace(one, taxonomy="experience-1", model="experience-1")), OLD.load
    )
    await _assign(fresh, report(text="rude"), versions=renamed)
    await _forget_adoptions(fresh)
    assert await _in_force(fresh) == ONE.name


async def test_an_adoption_counts_at_once_and_says_who_and_why(estate: Running) -> None:
    before, after = report(1, text="a letter late"), report(2, text="a letter late")
    await _assign(estate, before)
    await _adopt(estate)
    await _assign(estate, after)
    assert await _themes(estate, before, after) == [set(), {"clinic-letters"}]
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
        await _adopt(estate, name, instead_of)
    assert await _in_force(estate) == ONE.name


async def test_two_people_who_adopt_at_once_do_it_once(estate: Running) -> None:
    outcomes = await asyncio.gather(*(_adopt(estate) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 3 + ["NoneType"]


async def test_a_release_older_than_what_is_in_force_leaves_the_work_to_others(
    estate: Running,
) -> None:
    [submitted] = await _history(estate, "rude")
    await _adopt(estate)
    for work in (
        _assign(estate, report(5), versions=OLD),
        _ask(estate, versions=OLD),
        _answer(estate, versions=OLD),
    ):
        with pytest.raises(VersionNotHere) as refused:
            await work
        assert not is_poison(refused.value)
    with pytest.raises(Unavailable):
        await decide(estate, submitted, "medications", versions=OLD)


async def test_history_follows_and_each_report_has_one_revision_more(estate: Running) -> None:
    reports = await _history(estate)
    await _adopt(estate)
    assert await _follow(estate) == 4
    assert await _themes(estate, *reports) == [{"medications"}, set(), {"clinic-letters"}, set()]
    for each in reports:
        newest, first = await _decisions(estate, each)
        assert (newest.revision, newest.decided_by) == (2, DecidedBy.MODEL)
        assert (newest.model_version, first.model_version) == (TWO.model, ONE.model)
        assert newest.tenet is first.tenet
    told = await entries(estate.transactions, RecordKind.VERDICT, reports[1].report_id)
    assert [one.step for one in told] == ["themes assigned", "themes assigned anew"]
    assert (told[1].before["themes"], told[1].after["themes"]) == ([GONE], [])
    async with estate.transactions.read() as connection:
        assert await findings(connection) == []


async def test_what_a_person_decided_before_and_meanwhile_stays(estate: Running) -> None:
    before, meanwhile, other = await _history(estate, "rude", "rude", "rude")
    await decide(estate, before, "medications")
    await _adopt(estate)
    requests = await _ask(estate)
    assert {each.report_id for each in requests} == {meanwhile.report_id, other.report_id}
    await decide(estate, meanwhile, "medications")
    await _answer(estate, *requests)
    assert await _themes(estate, before, meanwhile, other) == [
        {"medications"},
        {"medications"},
        set(),
    ]
    assert [len(await _decisions(estate, each)) for each in (before, meanwhile, other)] == [2, 2, 2]
    assert await _ask(estate) == []


async def test_a_person_who_decides_while_the_report_is_classified_anew_is_told(
    estate: Running,
) -> None:
    [submitted] = await _history(estate, "rude")
    await _adopt(estate)
    async with estate.transactions.begin() as tx:
        request = ReclassificationRequested(
            occurred_at=tx.now, report_id=submitted.report_id, version=TWO.name
        )
        await use_cases.reclassify([request], tx, BOTH)
        deciding = asyncio.create_task(decide(estate, submitted, "medications"))
    with pytest.raises(Conflict, match="classified anew while you were looking"):
        await deciding
    await decide(estate, submitted, "medications", seen=2)
    await _answer(estate, request)
    assert await _themes(estate, submitted) == [{"medications"}]


async def test_a_request_that_comes_again_or_too_late_changes_nothing(estate: Running) -> None:
    [submitted] = await _history(estate, "rude")
    await _adopt(estate)
    [request] = await _ask(estate)
    await _answer(estate, request, request)
    await _answer(estate, request)
    assert len(await _decisions(estate, submitted)) == 2
    await _adopt(estate, ONE.name, TWO.name)
    await _answer(estate, request)  # of a version that is in force no more
    assert len(await _decisions(estate, submitted)) == 2
    unknown = request.model_copy(update={"report_id": UUID(int=7)})
    await _answer(estate, unknown)


async def test_going_back_is_adopting_the_earlier_version_again(estate: Running) -> None:
    reports = await _history(estate)
    before = await _themes(estate, *reports)
    await _adopt(estate)
    await _answer(estate, *(await _ask(estate, at_once=2)))  # half of them
    await _adopt(estate, ONE.name, TWO.name)
    assert await _follow(estate) == 2
    assert await _themes(estate, *reports) == before
    assert sorted([len(await _decisions(estate, each)) for each in reports]) == [1, 1, 3, 3]


async def test_no_more_are_asked_for_than_are_answered_and_no_faster_than_is_set(
    estate: Running,
) -> None:
    await _history(estate, *["rude"] * 7)
    await _adopt(estate)
    first = await _ask(estate, at_once=3)
    assert len(first) == 3
    assert await _ask(estate, at_once=3) == []
    await _answer(estate, first[0])
    [second] = await _ask(estate, at_once=3)
    assert second.report_id not in {each.report_id for each in first}
    assert await _ask(estate, per_second=0.001) == []


async def test_two_replicas_ask_for_each_report_once(estate: Running) -> None:
    reports = await _history(estate, *["rude"] * 20)
    await _adopt(estate)
    asked = [
        each.report_id
        for batch in await asyncio.gather(*(_ask(estate, at_once=5) for _ in range(8)))
        for each in batch
    ]
    assert len(asked) == len(set(asked)) == 5
    await asyncio.gather(
        *(
            _answer(
                estate,
                *(
                    ReclassificationRequested(
                        occurred_at=each.occurred_at, report_id=each.report_id, version=TWO.name
                    )
                    for each in reports
                ),
            )
            for _ in range(3)
        )
    )
    assert {len(await _decisions(estate, each)) for each in reports} == {2}


async def test_what_was_lost_is_asked_for_again_and_who_is_killed_has_asked_for_nothing(
    estate: Running,
) -> None:
    await _history(estate, "rude", "rude")
    await _adopt(estate)
    assert len(await _ask(estate)) == 2
    assert await _ask(estate) == []
    async with estate.transactions.begin() as tx:
        long_ago = tx.now - timedelta(hours=2)
        await tx.connection.execute(update(awaited).values(asked_at=long_ago))
    again = await _ask(estate)
    assert len(again) == 2
    await _answer(estate, *again)
    assert await _ask(estate) == []


async def test_a_report_that_the_older_version_got_after_all_is_found(estate: Running) -> None:
    """Classified by a process that had read what was in force just before the adoption."""
    await _history(estate, "rude")
    await _adopt(estate)
    await _follow(estate)
    late = report(77, text="a letter late")
    await _assign(estate, late)
    async with estate.transactions.begin() as tx:
        await tx.connection.execute(
            text("UPDATE report SET version = :old WHERE report_id = :late"),
            {"old": ONE.name, "late": late.report_id},
        )
    assert await _follow(estate) == 1


async def test_a_theme_that_the_new_list_lacks_can_be_kept_and_taken_off(estate: Running) -> None:
    kept_, taken = await _history(estate, "rude", "rude")
    for each in (kept_, taken):
        await decide(estate, each, GONE)
    await _adopt(estate)
    await _follow(estate)
    await decide(estate, kept_, GONE, "medications", seen=2)
    await decide(estate, taken, "medications", seen=2)
    assert await _themes(estate, kept_, taken) == [{GONE, "medications"}, {"medications"}]
    newest = (await _decisions(estate, kept_))[0]
    assert {theme.confidence for theme in newest.themes} == {1.0}
    with pytest.raises(ValueError, match="not in care-interface"):
        await decide(estate, taken, GONE, seen=3)
    async with estate.transactions.read() as connection:
        found = await repository.find_report(connection, AREA, kept_.reference)
    assert found is not None
    assert found.revision == 3
