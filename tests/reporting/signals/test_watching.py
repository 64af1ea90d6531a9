"""Signals on a real database: raised by the facts that cause them, withdrawn by those that remove them, never twice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.reporting import tables, use_cases
from services.reporting.domain.months import plus
from shared.contracts.directory import OrganisationKind
from shared.contracts.facts import FACTS
from shared.contracts.reports import Tenet
from shared.contracts.signals import (
    SIGNALS_TOPIC,
    Bearing,
    Movement,
    PointOf,
    SignalFact,
    SignalRaised,
    SignalRule,
    SignalWithdrawn,
)
from shared.contracts.themes import AssignedTheme
from shared.platform.tables import outbox
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.reporting.histories import in_any_order, seeded
from tests.reporting.signals.told import LAST, LETTERS, PEAK, USUAL, facts_of, stories, told_by
from tests.reporting.signals.told import told as told_of
from tests.reporting.support import apply
from tests.support.directory import closed, directory, organisation

pytestmark = pytest.mark.integration

PLACES = {("Q9A", None), ("Q9A", "RZ1"), (None, None)}
Told = TypeVar("Told", bound=SignalFact)


@pytest.fixture
async def engine(database_url: DatabaseUrl) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(await database_url("reporting"))
    yield engine
    await engine.dispose()


@pytest.fixture
async def transactions(engine: AsyncEngine) -> Transactions:
    transactions = Transactions(engine, source="reporting")
    await apply(directory(), transactions)
    return transactions


async def look(transactions: Transactions) -> int:
    """Until there is nothing more to look at; how many subjects there were."""
    looked_at = 0
    while True:
        async with transactions.begin() as tx:
            some = await use_cases.look_for_signals(tx, at_once=2)
        if not some:
            return looked_at
        looked_at += some


async def told(transactions: Transactions) -> list[SignalFact]:
    """What has been emitted since this was asked last."""
    async with transactions.begin() as tx:
        rows = await tx.connection.execute(
            select(outbox.c.headers, outbox.c.value)
            .where(outbox.c.topic == SIGNALS_TOPIC)
            .order_by(outbox.c.id)
        )
        facts = [FACTS[row.headers["ce_type"]].model_validate_json(row.value) for row in rows]
        await tx.connection.execute(delete(outbox))
    return [fact for fact in facts if isinstance(fact, SignalFact)]


def of(contract: type[Told], facts: list[SignalFact]) -> list[Told]:
    return [fact for fact in facts if isinstance(fact, contract)]


async def test_a_peak_is_a_signal_in_the_area_of_the_provider_and_everywhere(
    transactions: Transactions,
) -> None:
    await apply(facts_of(stories()), transactions)
    assert await look(transactions) == len(PLACES)
    raised = of(SignalRaised, await told(transactions))
    assert {(fact.area, fact.provider) for fact in raised} == PLACES
    for fact in raised:
        assert (fact.theme, fact.title, fact.tenets) == ("letters", "Clinic letters", ())
        assert (fact.rule, fact.movement) == (SignalRule.BEYOND_LIMITS, Movement.HIGHER)
        assert (fact.point_of, fact.point, fact.revision) == (PointOf.MONTH, LAST, 1)
    assert len({fact.key for fact in raised}) == len({fact.signal_id for fact in raised}) == 3


async def test_nothing_is_raised_twice_however_often_and_in_whatever_order_facts_come(
    transactions: Transactions,
) -> None:
    facts = facts_of(stories())
    await apply(in_any_order(facts, seeded(5)), transactions)
    await look(transactions)
    assert len(await told(transactions)) == len(PLACES)
    await apply(in_any_order(facts, seeded(6)), transactions)
    assert await look(transactions) == 0
    cases = [fact for each in stories() for fact in each.case()]
    await apply(cases, transactions)
    assert await look(transactions) == 0
    assert await told(transactions) == []


async def test_withdrawn_reports_are_looked_at_where_they_counted_and_take_their_peak_with_them(
    transactions: Transactions,
) -> None:
    """The reports of the peak but for what is usual, as when an import was sent twice."""
    some = stories()
    await apply(facts_of(some), transactions)
    await look(transactions)
    raised = of(SignalRaised, await told(transactions))
    await apply([each.withdrawal() for each in some[-PEAK + USUAL[-1] :]], transactions)
    assert await look(transactions) == len(PLACES)
    withdrawn = of(SignalWithdrawn, await told(transactions))
    assert {fact.signal_id for fact in withdrawn} == {fact.signal_id for fact in raised}


async def test_later_data_withdraw_a_signal_and_may_raise_it_again(
    transactions: Transactions,
) -> None:
    some = stories()
    await apply(facts_of(some), transactions)
    await look(transactions)
    raised = await told(transactions)
    peak = some[-PEAK:]
    without = [each.verdict(2, tenet=Tenet.SAFETY, themes=()) for each in peak[2:]]
    await apply(without, transactions)
    await look(transactions)
    withdrawn = await told(transactions)
    assert of(SignalWithdrawn, withdrawn) == withdrawn
    assert {each.signal_id for each in withdrawn} == {each.signal_id for each in raised}
    assert {each.revision for each in withdrawn} == {2}
    await apply(
        [each.verdict(3, tenet=Tenet.SAFETY, themes=LETTERS) for each in peak[2:]], transactions
    )
    await look(transactions)
    again = await told(transactions)
    assert of(SignalRaised, again) == again
    assert {each.signal_id for each in again} == {each.signal_id for each in raised}
    assert {each.revision for each in again} == {3}
    assert len({each.event_id for each in [*raised, *withdrawn, *again]}) == 9


async def test_a_practice_that_joins_moves_all_charts_of_its_area(
    transactions: Transactions,
) -> None:
    """Also of themes that it reports nothing of: limits begin anew, and need points first."""
    await apply(facts_of(stories()), transactions)
    await look(transactions)
    raised = await told(transactions)
    joined = [told_by("Y90002", number) for number in range(30)]
    access = (AssignedTheme(theme="access", title="Access", confidence=0.9),)
    verdicts = [each.verdict(1, tenet=Tenet.SAFETY, themes=access) for each in joined]
    await apply([*(each.report for each in joined), *verdicts], transactions)
    await look(transactions)
    withdrawn = await told(transactions)
    assert of(SignalWithdrawn, withdrawn) == withdrawn
    assert {each.signal_id for each in withdrawn} == {each.signal_id for each in raised}


async def test_one_old_report_moves_nothing(transactions: Transactions) -> None:
    await apply(facts_of(stories()), transactions)
    await look(transactions)
    assert len(await told(transactions)) == len(PLACES)
    old = told_by("Y90001", 900, happened_on=date(2019, 3, 5), historic=True)
    await apply(facts_of([old]), transactions)
    await look(transactions)
    assert await told(transactions) == []


async def test_two_tenets_that_peak_together_are_a_joint_signal_of_their_provider(
    transactions: Transactions,
) -> None:
    both = [*stories(), *stories(first=500, tenet=Tenet.EFFECTIVENESS)]
    await apply(facts_of(both), transactions)
    await look(transactions)
    joint = [each for each in await told(transactions) if each.rule is SignalRule.JOINT]
    [fact] = joint
    assert (fact.area, fact.provider, fact.point) == ("Q9A", "RZ1", LAST)
    assert fact.tenets == (Tenet.EFFECTIVENESS, Tenet.SAFETY)


async def test_whoever_finds_the_same_tells_the_same_facts(
    transactions: Transactions, database_url: DatabaseUrl
) -> None:
    """So that a database made again from Kafka tells nobody anything new."""
    facts = facts_of(stories())
    await apply(facts, transactions)
    await look(transactions)
    other = create_async_engine(await database_url("reporting"))
    again = Transactions(other, source="reporting")
    await apply([*in_any_order(facts, seeded(7)), *directory()], again, batch=200)
    await look(again)
    ids = {(fact.event_id, fact.key) for fact in await told(transactions)}
    assert {(fact.event_id, fact.key) for fact in await told(again)} == ids
    await other.dispose()


async def test_one_looks_at_a_time(transactions: Transactions) -> None:
    await apply(facts_of(stories()), transactions)
    async with transactions.begin() as one:
        assert await use_cases.look_for_signals(one, at_once=2) == 2
        async with transactions.begin() as other:
            assert await use_cases.look_for_signals(other, at_once=2) == 0
    assert await look(transactions) == len(PLACES) - 2


async def _killed_while_looking(transactions: Transactions) -> None:
    async with transactions.begin() as tx:
        await use_cases.look_for_signals(tx, at_once=100)
        raise RuntimeError("killed")


async def test_what_is_interrupted_is_looked_at_again(transactions: Transactions) -> None:
    await apply(facts_of(stories()), transactions)
    with pytest.raises(RuntimeError, match="killed"):
        await _killed_while_looking(transactions)
    assert await told(transactions) == []
    assert await look(transactions) == len(PLACES)
    assert len(await told(transactions)) == len(PLACES)


async def test_a_month_that_becomes_whole_is_looked_at_without_any_fact(
    transactions: Transactions,
) -> None:
    await apply(facts_of(stories((*USUAL, 0, 0))), transactions)
    await look(transactions)
    assert await look(transactions) == 0
    async with transactions.begin() as tx:
        watched = tables.watched_subject
        moved = await tx.connection.execute(
            update(watched).values(whole_month=watched.c.whole_month - func.make_interval(0, 1))
        )
        assert moved.rowcount == len(PLACES)
    assert await look(transactions) == len(PLACES)


async def test_a_provider_of_another_commissioner_takes_its_signals_along(
    transactions: Transactions,
) -> None:
    facts = facts_of(stories())
    await apply(facts, transactions)
    await look(transactions)
    await told(transactions)
    known = {each.code: each for each in directory()}
    board = organisation("QX1", "New Board", OrganisationKind.COMMISSIONER)
    moved = [
        known[code].model_copy(update={"commissioner": "QX1", "revision": 2})
        for code in ("RZ1", "Y90001")
    ]
    await apply([board, *moved], transactions)
    await look(transactions)
    news = await told(transactions)
    assert {(each.area, each.provider) for each in of(SignalWithdrawn, news)} == {
        ("Q9A", None),
        ("Q9A", "RZ1"),
    }
    assert {(each.area, each.provider) for each in of(SignalRaised, news)} == {
        ("QX1", None),
        ("QX1", "RZ1"),
    }


LEVEL = (10, 12, 9, 11, 10, 8, 12, 11, 9, 10, 11, 10, 9, 12, 10, 11, 8, 10, 9, 11, 10, 12, 9, 10)
MERGED_FOR = 5
"""So many of the newest months, the reports go by the successor's code."""


async def test_a_provider_that_is_succeeded_is_watched_as_its_successor(
    transactions: Transactions,
) -> None:
    """What was raised of the code that reports went by is withdrawn, and raised again where the merger was entered wrongly."""
    old = organisation("RZ0", "Old North", OrganisationKind.ACUTE, commissioner="Q9A")
    merged = plus(LAST, 1 - MERGED_FOR)
    months = [plus(LAST, at + 1 - len(LEVEL)) for at in range(len(LEVEL))]
    each = [month for month, number in zip(months, LEVEL, strict=True) for _ in range(number)]
    some = [
        told_of(at, month, provider="RZ1" if month >= merged else "RZ0")
        for at, month in enumerate(each)
    ]
    await apply([old, *facts_of(some)], transactions)
    await look(transactions)
    raised = of(SignalRaised, await told(transactions))
    assert {(fact.provider, fact.bearing) for fact in raised} == {("RZ0", Bearing.BETTER)}
    await apply([closed(old, "RZ1", 2)], transactions)
    assert await look(transactions) == 2, "the old code and the new one"
    withdrawn = await told(transactions)
    assert of(SignalWithdrawn, withdrawn) == withdrawn
    assert {fact.signal_id for fact in withdrawn} == {fact.signal_id for fact in raised}
    assert await watched(transactions) == {"", "RZ1"}
    await apply(facts_of([told_of(900, merged, provider="RZ0")]), transactions)
    await look(transactions)
    assert await told(transactions) == []
    assert await watched(transactions) == {"", "RZ1"}
    await apply([old.model_copy(update={"revision": 3})], transactions)
    await look(transactions)
    again = of(SignalRaised, await told(transactions))
    assert {fact.provider for fact in again} == {"RZ0"}
    assert await watched(transactions) == {"", "RZ0", "RZ1"}


@pytest.mark.parametrize("codes", [("RZ0", "RZ1"), ("RZ0", "RZ0")])
async def test_a_merged_provider_that_peaks_is_raised_of_its_successor_alone(
    transactions: Transactions, codes: tuple[str, str]
) -> None:
    """Whether its peak is of reports by both codes, of which neither has one, or of the old code's."""
    old = organisation("RZ0", "Old North", OrganisationKind.ACUTE, commissioner="Q9A")
    by_code = [
        replace(each, report=each.report.model_copy(update={"provider": codes[number % 2]}))
        for number, each in enumerate(stories())
    ]
    await apply([closed(old, "RZ1", 2), *facts_of(by_code)], transactions)
    await look(transactions)
    raised = of(SignalRaised, await told(transactions))
    assert {(fact.area, fact.provider) for fact in raised} == PLACES


async def watched(transactions: Transactions) -> set[str]:
    """The providers that are."""
    async with transactions.read() as connection:
        rows = await connection.execute(select(tables.watched_subject.c.provider))
        return set(rows.scalars())
