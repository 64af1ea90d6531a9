"""Durable timers: fired once, never early, by any replica, and a timer that cannot fire holds up nobody."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from shared.contracts.themes import ThemesAssigned
from shared.platform.database import insert_rows
from shared.platform.failures import Rejected
from shared.platform.timers import FiredTimer, Timers
from shared.platform.transaction import Timer, Transaction
from tests.platform.probe import Place, Probe, effect, themes_of
from tests.support.facts import Facts
from tests.support.reports import report
from tests.support.waiting import eventually

SECRET = "Mrs Winterbourne"


async def _note(timers: Sequence[FiredTimer], tx: Transaction) -> None:
    """An effect and a fact for each timer."""
    await insert_rows(
        tx.connection,
        effect,
        [
            {"report_id": one.subject, "reference": one.kind, "text": "", "small": 1}
            for one in timers
        ],
    )
    tx.emit_all(themes_of(report(0, one.subject), tx) for one in timers)


async def _schedule(probe: Probe, kind: str, subjects: Sequence[UUID], **due_in: float) -> None:
    async with probe.runtime.transactions.begin() as tx:
        due_at = tx.now + timedelta(**due_in)
        tx.schedule_all(Timer(kind, subject, due_at) for subject in subjects)


async def _fired(probe: Probe, subjects: Sequence[UUID]) -> None:
    """Wait until these, and no others, have fired; each once."""

    async def all_fired() -> bool:
        assert sorted(await probe.effects()) == sorted(subjects)
        return True

    await eventually(all_fired)


async def test_a_timer_fires_once_however_many_replicas_there_are(
    place: Place, facts: Facts
) -> None:
    subjects = [uuid7() for _ in range(1_200)]
    timers = Timers().on("reminder", _note)
    async with place.running(timers=timers) as one, place.running(timers=timers):
        await _schedule(one, "reminder", subjects, seconds=0.2)
        await _fired(one, subjects)
        last = uuid7()
        await _schedule(one, "reminder", [last])
        await _fired(one, [*subjects, last])
        await facts.expect_all(ThemesAssigned, count=1_201)


async def test_a_timer_that_is_not_due_waits_and_one_without_a_handler_is_left_alone(
    place: Place,
) -> None:
    due, later, strange = uuid7(), uuid7(), uuid7()
    async with place.running(timers=Timers().on("reminder", _note)) as probe:
        await _schedule(probe, "reminder", [later], hours=1)
        await _schedule(probe, "of another version", [strange])
        await _schedule(probe, "reminder", [due])
        await _fired(probe, [due])
        async with probe.runtime.transactions.read() as connection:
            rows = await connection.exec_driver_sql("SELECT subject FROM timer")
            assert {row[0] for row in rows} == {later, strange}


async def test_a_timer_is_moved_by_scheduling_it_again_and_removed_by_cancelling_it(
    place: Place,
) -> None:
    moved, cancelled, kept = uuid7(), uuid7(), uuid7()
    async with place.running(timers=Timers().on("reminder", _note)) as probe:
        await _schedule(probe, "reminder", [moved, cancelled, kept], hours=1)
        async with probe.runtime.transactions.begin() as tx:
            tx.cancel("reminder", [cancelled, uuid7()])
            tx.schedule(Timer("reminder", moved, tx.now))
        await _fired(probe, [moved])
        async with probe.runtime.transactions.read() as connection:
            rows = await connection.exec_driver_sql("SELECT subject FROM timer")
            assert [row[0] for row in rows] == [kept]


async def test_in_one_transaction_the_last_word_on_a_timer_counts(place: Place) -> None:
    one, other = uuid7(), uuid7()
    async with place.running(timers=Timers().on("reminder", _note)) as probe:
        async with probe.runtime.transactions.begin() as tx:
            tx.schedule(Timer("reminder", one, tx.now))
            tx.cancel("reminder", [one])
            tx.cancel("reminder", [other])
            tx.schedule(Timer("reminder", other, tx.now))
        await _fired(probe, [other])


async def test_a_timer_that_cannot_fire_is_kept_marked_and_its_neighbours_fire(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    good = [uuid7() for _ in range(5)]
    bad = uuid7()

    async def refuse_one(timers: Sequence[FiredTimer], tx: Transaction) -> None:
        await _note(timers, tx)
        if bad in {one.subject for one in timers}:
            raise ValueError(SECRET)

    timers = Timers().on("reminder", refuse_one)
    caplog.set_level(logging.DEBUG)
    async with place.running(timers=timers) as probe:
        await _schedule(probe, "reminder", [*good[:2], bad, *good[2:]])
        await _fired(probe, good)
        status = await probe.runtime.status()
    assert "1 timers cannot fire" in status.problems
    assert "cannot fire" in caplog.text
    assert SECRET not in caplog.text


async def test_a_timers_rule_may_refuse_it(place: Place) -> None:
    async def refuse(timers: Sequence[FiredTimer], tx: Transaction) -> None:
        raise Rejected("no such case")

    async with place.running(timers=Timers().on("reminder", refuse)) as probe:
        await _schedule(probe, "reminder", [uuid7()])

        async def problem() -> str | None:
            async with probe.runtime.transactions.read() as connection:
                rows = await connection.exec_driver_sql("SELECT problem FROM timer")
                found: str | None = rows.scalar_one()
                return found

        assert await eventually(problem) == "no such case"


async def test_an_outage_while_firing_fires_the_timer_again_later(place: Place) -> None:
    subject = uuid7()
    failures = iter([ConnectionError("down"), TimeoutError("still down")])

    async def down_at_first(timers: Sequence[FiredTimer], tx: Transaction) -> None:
        await _note(timers, tx)
        for failure in failures:
            raise failure

    async with place.running(timers=Timers().on("reminder", down_at_first)) as probe:
        await _schedule(probe, "reminder", [subject])
        await _fired(probe, [subject])
        assert next(failures, None) is None
