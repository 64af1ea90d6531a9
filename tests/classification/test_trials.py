"""A trial compares every report once, changes none of them, and survives whatever ends a process."""

import asyncio
from uuid import UUID, uuid4

import pytest

from services.classification import use_cases
from services.classification.domain.trial import Agreement, Findings, ThemeCount, TrialState, add_up
from services.classification.repository import Scope, trials
from services.classification.repository.trials import Trial
from shared.platform.audit import RecordKind
from shared.platform.errors import Conflict, NotFound
from tests.classification.adopting import history
from tests.classification.other_versions import (
    AREA,
    BOTH,
    OLD,
    ONE,
    TWO,
    decide,
)
from tests.permissions.rest import contents_of
from tests.support.apps import Running
from tests.support.entries import steps
from tests.support.reports import report

pytestmark = pytest.mark.integration

TEXTS = ("no medicine", "rude", "a letter late", "nothing of note", "rude about the medicine")
ALL_BUT_TRIALS = ("trial", "trial_report", "audit_entry", "audit_head")


async def _start(estate: Running, name: str = TWO.name) -> UUID:
    async with estate.transactions.begin() as tx:
        return await use_cases.start_trial(name, "Helen Marsh", tx, BOTH)


async def _advance(estate: Running, at_once: int = 2) -> bool:
    async with estate.transactions.begin() as tx:
        return await use_cases.advance_trial(tx, BOTH, at_once=at_once)


async def _run(estate: Running, at_once: int = 2) -> None:
    while await _advance(estate, at_once):
        pass


async def _found(estate: Running, trial_id: UUID, scope: Scope | None = None) -> Findings:
    async with estate.transactions.read() as connection:
        return add_up(await trials.comparisons(connection, trial_id, scope))


async def _trial(estate: Running, trial_id: UUID) -> Trial:
    async with estate.transactions.read() as connection:
        found = await trials.find_trial(connection, trial_id)
    assert found is not None
    return found


async def test_a_trial_says_what_would_change_and_changes_nothing(estate: Running) -> None:
    await history(estate, *TEXTS)
    before = await contents_of(estate, without=ALL_BUT_TRIALS)
    trial_id = await _start(estate)
    await _run(estate)
    found = await _found(estate, trial_id)
    assert (found.compared, found.changed) == (5, 3)
    assert found.themes == {
        "medications": ThemeCount(before=2, after=2),
        "staff-attitude": ThemeCount(before=2, lost=2),
        "clinic-letters": ThemeCount(after=1, gained=1),
    }
    one = await _trial(estate, trial_id)
    assert (one.state, one.compared, one.percent) == (TrialState.FINISHED, 5, 100)
    assert (one.candidate, one.against, one.person) == (TWO.name, ONE.name, "Helen Marsh")
    assert await contents_of(estate, without=ALL_BUT_TRIALS) == before
    assert await steps(estate.transactions, RecordKind.TAXONOMY) == [
        "put in force",
        "put in force",
        "trial begun",
    ]


async def test_what_people_decided_is_compared_with_both_versions_apart(estate: Running) -> None:
    rude, letter = (await history(estate, "rude", "a letter late", "no medicine"))[:2]
    await decide(estate, rude, "staff-attitude")
    await decide(estate, letter, "clinic-letters", "medications")
    trial_id = await _start(estate)
    await _run(estate)
    found = await _found(estate, trial_id)
    assert (found.compared, found.changed, found.decided) == (1, 0, 2)
    assert found.in_force == Agreement(right=1, missed=2)
    assert found.candidate == Agreement(right=1, missed=2)
    assert not found.enough_decided


async def test_a_trial_of_no_history_ends_at_once(estate: Running) -> None:
    trial_id = await _start(estate)
    await _run(estate)
    one = await _trial(estate, trial_id)
    assert (one.state, one.total, one.percent) == (TrialState.FINISHED, 0, 100)
    assert await _found(estate, trial_id) == Findings()


class Killed(Exception):
    """The process is gone in the middle of a batch."""


async def _killed_at_the_end(estate: Running) -> None:
    async with estate.transactions.begin() as tx:
        assert await use_cases.advance_trial(tx, BOTH, at_once=2)
        raise Killed


async def test_a_kill_between_and_within_batches_loses_and_repeats_nothing(
    estate: Running,
) -> None:
    await history(estate, *TEXTS)
    trial_id = await _start(estate)
    await _advance(estate)
    for _ in range(2):
        with pytest.raises(Killed):
            await _killed_at_the_end(estate)
        assert (await _trial(estate, trial_id)).compared == 2
    await _run(estate, at_once=1)
    one = await _trial(estate, trial_id)
    assert (one.state, one.compared) == (TrialState.FINISHED, 5)
    assert (await _found(estate, trial_id)).compared == 5


async def test_of_two_replicas_one_is_at_a_trial_at_a_time(estate: Running) -> None:
    await history(estate, *TEXTS)
    trial_id = await _start(estate)
    async with estate.transactions.begin() as tx:
        assert await use_cases.advance_trial(tx, BOTH, at_once=2)
        assert not await _advance(estate)
    await asyncio.gather(*(_run(estate, at_once=1) for _ in range(4)))
    await _run(estate)
    assert (await _trial(estate, trial_id)).compared == 5
    assert (await _found(estate, trial_id)).compared == 5


async def test_a_release_without_the_candidate_leaves_the_trial_to_others(estate: Running) -> None:
    await history(estate, *TEXTS)
    trial_id = await _start(estate)
    async with estate.transactions.begin() as tx:
        assert not await use_cases.advance_trial(tx, OLD, at_once=2)
    assert (await _trial(estate, trial_id)).compared == 0


async def test_reports_that_come_and_are_decided_while_it_runs_count_as_they_then_are(
    estate: Running,
) -> None:
    reports = await history(estate, *TEXTS)
    trial_id = await _start(estate)
    await _advance(estate)
    await decide(estate, reports[0], "medications")  # compared already
    await decide(estate, reports[4], "medications")
    async with estate.transactions.begin() as tx:
        await use_cases.assign_themes([report(99, text="one more letter")], tx, BOTH)
    await _run(estate)
    found = await _found(estate, trial_id)
    assert (found.compared, found.decided) == (5, 1)
    assert (await _trial(estate, trial_id)).percent == 100


async def test_one_trial_of_a_kind_at_a_time_which_can_be_stopped(estate: Running) -> None:
    await history(estate, *TEXTS)
    trial_id = await _start(estate)
    await _advance(estate)
    with pytest.raises(Conflict, match="being tried"):
        await _start(estate)
    async with estate.transactions.begin() as tx:
        await use_cases.stop_trial(trial_id, tx)
    assert not await _advance(estate)
    assert (await _trial(estate, trial_id)).state is TrialState.STOPPED
    assert (await _found(estate, trial_id)).compared == 2
    for unknown, error in ((uuid4(), NotFound), (trial_id, Conflict)):
        with pytest.raises(error):
            async with estate.transactions.begin() as tx:
                await use_cases.stop_trial(unknown, tx)
    assert (await steps(estate.transactions, RecordKind.TAXONOMY))[-2:] == [
        "trial begun",
        "trial stopped",
    ]


@pytest.mark.parametrize(("name", "error"), [("plain-9", NotFound), (ONE.name, Conflict)])
async def test_what_does_not_exist_or_is_in_force_is_not_tried(
    estate: Running, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await _start(estate, name)


async def test_a_second_trial_of_a_version_takes_the_place_of_the_first(estate: Running) -> None:
    reports = await history(estate, *TEXTS)
    first = await _start(estate)
    await _run(estate)
    second = await _start(estate)
    await _run(estate)
    async with estate.transactions.read() as connection:
        assert await trials.find_trial(connection, first) is None
        assert [each.trial_id for each in (await trials.newest_trials(connection)).values()] == [
            second
        ]
    assert (await _found(estate, second)).compared == len(reports)


async def test_examples_are_of_the_scope_few_for_each_theme_and_of_both_directions(
    estate: Running,
) -> None:
    await history(estate, *["rude"] * 9, *["a letter late"] * 3)
    async with estate.transactions.begin() as tx:
        elsewhere = [
            report(100 + n, text="rude", reporter="Y99999", provider="RX9") for n in range(3)
        ]
        await use_cases.assign_themes(elsewhere, tx, OLD)
    trial_id = await _start(estate)
    await _run(estate, at_once=50)
    async with estate.transactions.read() as connection:
        found = await trials.examples(connection, trial_id, AREA, for_each=5)
    told = [(one.theme, one.gained) for one in found]
    assert told == [("clinic-letters", True)] * 3 + [("staff-attitude", False)] * 5
    assert {one.report.reporter for one in found} == {"Y90001"}
    of_area = await _found(estate, trial_id, AREA)
    assert (of_area.compared, of_area.changed) == (12, 12)
    assert (await _found(estate, trial_id)).compared == 15
