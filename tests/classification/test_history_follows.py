"""History follows what is in force without ever taking back what a person decided."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from services.classification import repository, use_cases
from services.classification.tables import awaited
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.themes import DecidedBy
from shared.platform.audit import RecordKind
from shared.platform.errors import Conflict
from tests.classification.adopting import (
    adopt,
    answer,
    ask,
    assign,
    decisions_on,
    follow,
    history,
    themes_of,
)
from tests.classification.other_versions import (
    AREA,
    BOTH,
    GONE,
    ONE,
    TWO,
    decide,
)
from tests.support.apps import Running
from tests.support.entries import entries, findings
from tests.support.reports import report

pytestmark = pytest.mark.integration

TEXTS = ("no medicine", "rude", "a letter late", "nothing of note")


async def test_history_follows_and_each_report_has_one_revision_more(estate: Running) -> None:
    reports = await history(estate, *TEXTS)
    await adopt(estate)
    assert await follow(estate) == 4
    assert await themes_of(estate, *reports) == [{"medications"}, set(), {"clinic-letters"}, set()]
    for each in reports:
        newest, first = await decisions_on(estate, each)
        assert (newest.revision, newest.decided_by) == (2, DecidedBy.MODEL)
        assert (newest.model_version, first.model_version) == (TWO.model, ONE.model)
        assert newest.tenet is first.tenet
    told = await entries(estate.transactions, RecordKind.VERDICT, reports[1].report_id)
    assert [one.step for one in told] == ["themes assigned", "themes assigned anew"]
    assert (told[1].before["themes"], told[1].after["themes"]) == ([GONE], [])
    async with estate.transactions.read() as connection:
        assert await findings(connection) == []


async def test_what_a_person_decided_before_and_meanwhile_stays(estate: Running) -> None:
    before, meanwhile, other = await history(estate, "rude", "rude", "rude")
    await decide(estate, before, "medications")
    await adopt(estate)
    requests = await ask(estate)
    assert {each.report_id for each in requests} == {meanwhile.report_id, other.report_id}
    await decide(estate, meanwhile, "medications")
    await answer(estate, *requests)
    assert await themes_of(estate, before, meanwhile, other) == [
        {"medications"},
        {"medications"},
        set(),
    ]
    assert [len(await decisions_on(estate, each)) for each in (before, meanwhile, other)] == [
        2,
        2,
        2,
    ]
    assert await ask(estate) == []


async def test_a_person_who_decides_while_the_report_is_classified_anew_is_told(
    estate: Running,
) -> None:
    [submitted] = await history(estate, "rude")
    await adopt(estate)
    async with estate.transactions.begin() as tx:
        request = ReclassificationRequested(
            occurred_at=tx.now, report_id=submitted.report_id, version=TWO.name
        )
        await use_cases.reclassify([request], tx, BOTH)
        deciding = asyncio.create_task(decide(estate, submitted, "medications"))
    with pytest.raises(Conflict, match="classified anew while you were looking"):
        await deciding
    await decide(estate, submitted, "medications", seen=2)
    await answer(estate, request)
    assert await themes_of(estate, submitted) == [{"medications"}]


async def test_a_request_that_comes_again_or_too_late_changes_nothing(estate: Running) -> None:
    [submitted] = await history(estate, "rude")
    await adopt(estate)
    [request] = await ask(estate)
    await answer(estate, request, request)
    await answer(estate, request)
    assert len(await decisions_on(estate, submitted)) == 2
    await adopt(estate, ONE.name, TWO.name)
    await answer(estate, request)  # of a version that is in force no more
    assert len(await decisions_on(estate, submitted)) == 2
    unknown = request.model_copy(update={"report_id": UUID(int=7)})
    await answer(estate, unknown)


async def test_going_back_is_adopting_the_earlier_version_again(estate: Running) -> None:
    reports = await history(estate, *TEXTS)
    before = await themes_of(estate, *reports)
    await adopt(estate)
    await answer(estate, *(await ask(estate, at_once=2)))  # half of them
    await adopt(estate, ONE.name, TWO.name)
    assert await follow(estate) == 2
    assert await themes_of(estate, *reports) == before
    assert sorted([len(await decisions_on(estate, each)) for each in reports]) == [1, 1, 3, 3]


async def test_no_more_are_asked_for_than_are_answered_and_no_faster_than_is_set(
    estate: Running,
) -> None:
    await history(estate, *["rude"] * 7)
    await adopt(estate)
    first = await ask(estate, at_once=3)
    assert len(first) == 3
    assert await ask(estate, at_once=3) == []
    await answer(estate, first[0])
    [second] = await ask(estate, at_once=3)
    assert second.report_id not in {each.report_id for each in first}
    assert await ask(estate, per_second=0.001) == []


async def test_two_replicas_ask_for_each_report_once(estate: Running) -> None:
    reports = await history(estate, *["rude"] * 20)
    await adopt(estate)
    asked = [
        each.report_id
        for batch in await asyncio.gather(*(ask(estate, at_once=5) for _ in range(8)))
        for each in batch
    ]
    assert len(asked) == len(set(asked)) == 5
    await asyncio.gather(
        *(
            answer(
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
    assert {len(await decisions_on(estate, each)) for each in reports} == {2}


async def test_what_was_lost_is_asked_for_again_and_who_is_killed_has_asked_for_nothing(
    estate: Running,
) -> None:
    await history(estate, "rude", "rude")
    await adopt(estate)
    assert len(await ask(estate)) == 2
    assert await ask(estate) == []
    async with estate.transactions.begin() as tx:
        long_ago = tx.now - timedelta(hours=2)
        await tx.connection.execute(update(awaited).values(asked_at=long_ago))
    again = await ask(estate)
    assert len(again) == 2
    await answer(estate, *again)
    assert await ask(estate) == []


async def test_a_report_that_the_older_version_got_after_all_is_found(estate: Running) -> None:
    """Classified by a process that had read what was in force just before the adoption."""
    await history(estate, "rude")
    await adopt(estate)
    await follow(estate)
    late = report(77, text="a letter late")
    await assign(estate, late)
    async with estate.transactions.begin() as tx:
        await tx.connection.execute(
            text("UPDATE report SET version = :old WHERE report_id = :late"),
            {"old": ONE.name, "late": late.report_id},
        )
    assert await follow(estate) == 1


async def test_a_theme_that_the_new_list_lacks_can_be_kept_and_taken_off(estate: Running) -> None:
    kept_, taken = await history(estate, "rude", "rude")
    for each in (kept_, taken):
        await decide(estate, each, GONE)
    await adopt(estate)
    await follow(estate)
    await decide(estate, kept_, GONE, "medications", seen=2)
    await decide(estate, taken, "medications", seen=2)
    assert await themes_of(estate, kept_, taken) == [{GONE, "medications"}, {"medications"}]
    newest = (await decisions_on(estate, kept_))[0]
    assert {theme.confidence for theme in newest.themes} == {1.0}
    with pytest.raises(ValueError, match="not in care-interface"):
        await decide(estate, taken, GONE, seen=3)
    async with estate.transactions.read() as connection:
        found = await repository.find_report(connection, AREA, kept_.reference)
    assert found is not None
    assert found.revision == 3
