"""What pages read of the kept counts of organisations, and of actions, equals what the facts say, for every kind of reader and filter."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from statistics import quantiles

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import Facet, Measure, Standing
from services.reporting.domain.filters import Filters
from services.reporting.domain.impact import Impact
from services.reporting.domain.months import Period
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Scope, wider_scope
from services.reporting.repository import actions, organisations
from services.reporting.repository.impact import impact
from services.reporting.repository.participation import participation
from services.reporting.repository.running import running_by
from shared.contracts.cases import ActionCompleted, CaseState
from shared.contracts.reports import Kind
from tests.reporting.histories import PRACTICES
from tests.reporting.reading.told import (
    AREAS,
    BOARDS,
    FACTS,
    ID_OF,
    PERIOD,
    SCOPES,
    TOLD,
    about,
    area_of,
    asked,
    in_period,
    told_as,
)

pytestmark = pytest.mark.integration


async def test_providers_and_practices_compared(connection: AsyncConnection) -> None:
    for question, told in asked():
        expected = Counter(told_as(each, question.filters) for each in in_period(told))
        found = await organisations.providers(connection, question)
        assert {code: at[Measure.REPORTS] for code, at in found.items()} == expected, question
        filters = replace(question.filters, practice=None)
        made = Counter(
            each.standing.reporter
            for each in in_period(TOLD)
            if about(each, wider_scope(None), filters)
            and each.standing.provider in (question.about or {each.standing.provider})
            and each.standing.reporter in PRACTICES
            and "discharge" in each.standing.slugs
        )
        assert (
            await organisations.practices(connection, question, PRACTICES, theme="discharge")
            == made
        )


async def test_peers_count_from_the_month_of_their_first_report_on(
    connection: AsyncConnection,
) -> None:
    first = {
        code: min(each.standing.reported_month for each in TOLD if each.standing.reporter == code)
        for code in PRACTICES
    }
    for filters in (Filters(), Filters(tenet="safety")):
        question = Question(wider_scope(None), filters, Period(min(first.values()), PERIOD.last))
        asked_about = [each for each in TOLD if about(each, question.scope, filters)]
        made = Counter((each.standing.reporter, each.standing.month) for each in asked_about)
        found = await organisations.peers(connection, question, PRACTICES)
        for month in question.period.months:
            numbers = [made[code, month] for code in PRACTICES if first[code] <= month]
            band = found[month]
            assert band.practices == len(numbers)
            if len(numbers) > 1:
                assert [band.lower, band.middle, band.upper] == pytest.approx(
                    quantiles(numbers, n=4, method="inclusive")
                )


async def test_who_reported_in_which_month_and_who_never_did(connection: AsyncConnection) -> None:
    found = await participation(connection, [*PRACTICES, "Y99999"], PERIOD)
    assert (found["Y99999"].first, found["Y99999"].months) == (None, {})
    for code in PRACTICES:
        months = Counter(
            each.standing.reported_month for each in TOLD if each.standing.reporter == code
        )
        assert (found[code].first, found[code].last) == (min(months), max(months))
        assert found[code].months == {
            month: number
            for month, number in months.items()
            if PERIOD.first <= month <= PERIOD.last
        }


async def test_what_became_of_the_reports_of_each_commissioners_practices(
    connection: AsyncConnection,
) -> None:
    """By the commissioner in their records, also the one that another has succeeded, and also where the scope has some of them only."""
    some = Scope("Some", frozenset({"Y90001", "Y90003"}), frozenset())
    for scope in (wider_scope(None), some, *map(area_of, BOARDS)):
        expected = []
        recorded = {AREAS.recorded.get(code) for code in PRACTICES}
        for board, kind in product(sorted(recorded, key=lambda code: code or ""), sorted(Kind)):
            told = [
                each
                for each in TOLD
                if each.standing.reporter in PRACTICES
                and AREAS.recorded.get(each.standing.reporter) == board
                and each.standing.kind == kind
                and (scope.everything or each.standing.reporter in (scope.reporters or ()))
            ]
            days = [each.standing.happened_on for each in told]
            if told:
                expected.append(
                    Impact(
                        board,
                        kind,
                        len(told),
                        min(days),
                        max(days),
                        sum(Measure.ACTION in each.standing.measures for each in told),
                        sum(Measure.OUTCOME in each.standing.measures for each in told),
                    )
                )
        assert await impact(connection, scope) == expected, scope
        assert expected or not scope.reporters


NARROWED: list[tuple[Filters, Callable[[Standing], bool]]] = [
    (Filters(), lambda _: True),
    (Filters(theme="discharge"), lambda at: "discharge" in at.slugs),
    (
        Filters(theme="discharge", sub_theme="summaries"),
        lambda at: ("discharge", "summaries") in at.themes,
    ),
    (
        Filters(theme="discharge", harm="low"),
        lambda at: "discharge" in at.slugs and at.harm == "low",
    ),
    (
        Filters(theme="referral", rating="poor"),
        lambda at: "referral" in at.slugs and (Facet.RATING, "poor") in at.facets,
    ),
]


async def test_completed_actions_are_those_of_the_reports_that_are_asked_for(
    connection: AsyncConnection,
) -> None:
    standings = {ID_OF[each.reference]: each for each in TOLD}
    completed = [fact for fact in FACTS if isinstance(fact, ActionCompleted)]
    period = Period(date(2026, 12, 1), date(2026, 12, 1))
    for (question, _), (also, wanted) in product(asked(), NARROWED):
        filters = replace(
            question.filters,
            theme=also.theme,
            sub_theme=also.sub_theme,
            harm=also.harm,
            rating=also.rating,
        )
        expected = {
            fact.action_id
            for fact in completed
            if fact.report_id in standings
            and fact.provider in (question.about or {fact.provider})
            and about(standings[fact.report_id], question.scope, filters)
            and wanted(standings[fact.report_id].standing)
        }
        narrowed = Question(question.scope, filters, period, question.providers)
        found: list[actions.CompletedAction] = []
        after = None
        while page := await actions.completed_actions(connection, narrowed, limit=9, after=after):
            found += page
            after = page[-1].position
        assert {each.action_id for each in found} == expected, narrowed
        assert len(found) == len(expected)
        assert found == sorted(found, key=lambda each: each.position, reverse=True)
        for fact in completed[:3]:
            one = await actions.completed_action(connection, narrowed, fact.action_id)
            assert (one is not None) == (fact.action_id in expected), narrowed


async def test_response_clocks_that_run_by_provider_and_practice(
    connection: AsyncConnection,
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    found = 0
    for question, told in asked():
        runs = [
            each
            for each in in_period(told)
            if (case := each.known.progress) is not None
            and case.state is CaseState.OPEN
            and case.due_at is not None
            and case.due_at >= now
        ]
        by_provider = Counter(told_as(each, question.filters) for each in runs)
        assert await running_by(connection, question, "provider", now) == by_provider, question
        by_practice = Counter(each.standing.reporter for each in runs)
        assert await running_by(connection, question, "reporter", now) == by_practice, question
        found += len(runs)
    assert found


async def test_an_action_out_of_scope_is_not_there(connection: AsyncConnection) -> None:
    """Nor is one that followed from a withdrawn report there for anybody."""
    counted = {ID_OF[each.reference] for each in TOLD}
    completed = [fact for fact in FACTS if isinstance(fact, ActionCompleted)]
    fact = next(fact for fact in completed if fact.report_id in counted)
    gone = next(fact for fact in completed if fact.report_id not in counted)
    for scope in SCOPES:
        everything = Question(scope, Filters(), PERIOD)
        assert await actions.completed_action(connection, everything, gone.action_id) is None
        found = await actions.completed_action(
            connection, Question(scope, Filters(), PERIOD), fact.action_id
        )
        seen = (
            scope.everything
            or fact.reporter in (scope.reporters or ())
            or fact.provider in (scope.providers or ())
        )
        assert (found is not None) == seen, scope
