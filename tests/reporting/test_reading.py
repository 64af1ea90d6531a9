"""What pages read of the kept counts and lists equals what the facts say, for every kind of reader and filter."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from statistics import quantiles

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.reporting.domain.areas import Areas, Placed, areas_in
from services.reporting.domain.counts import standing_of
from services.reporting.domain.cubes import Facet, Measure, MonthOf, Standing
from services.reporting.domain.filters import Filters
from services.reporting.domain.impact import Impact
from services.reporting.domain.known import NOTHING, Known, Progress, Reported, Verdict
from services.reporting.domain.months import Period
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Overseer, Scope, wider_scope
from services.reporting.repository import actions, organisations, series, trends
from services.reporting.repository.impact import impact
from services.reporting.repository.participation import participation
from services.reporting.repository.records import Behind, ListedReport, reports_behind
from shared.contracts.base import Fact
from shared.contracts.cases import ActionCompleted, CaseFact
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.reports import Kind, ReportSubmitted
from shared.contracts.themes import ThemesAssigned
from shared.directory.domain import Listed, succeeded_by
from shared.platform.transaction import Transactions
from tests.reporting.histories import PRACTICES, directory_history, history
from tests.reporting.support import apply
from tests.support.databases import Databases

pytestmark = pytest.mark.integration

FACTS: list[Fact] = [*history(41, 400), *directory_history(43)]
PERIOD = Period(date(2026, 1, 1), date(2026, 10, 1))


@dataclass(frozen=True)
class Told:
    """A report as the facts tell it."""

    known: Known
    standing: Standing
    reference: str


def _told() -> tuple[list[Told], Areas, dict[str, OrganisationRecorded]]:
    known: dict[object, Known] = {}
    directory: dict[str, OrganisationRecorded] = {}
    for fact in FACTS:
        if isinstance(fact, OrganisationRecorded):
            directory[fact.code] = fact
        elif isinstance(fact, (ReportSubmitted, ThemesAssigned, CaseFact)):
            before = known.get(fact.report_id, NOTHING)
            if isinstance(fact, ReportSubmitted):
                known[fact.report_id] = before.with_report(Reported.of(fact))
            elif isinstance(fact, ThemesAssigned):
                known[fact.report_id] = before.with_verdict(Verdict.of(fact))
            else:
                known[fact.report_id] = before.with_progress(Progress.of(fact))
    areas = areas_in(
        Placed(each.code, each.kind, each.commissioner, succeeded_by(each))
        for each in directory.values()
    )
    told = []
    for each in known.values():
        standing = standing_of(each, areas)
        assert standing is not None
        assert each.reported is not None
        told.append(Told(each, standing, each.reported.reference))
    return told, areas, directory


TOLD, AREAS, DIRECTORY = _told()


def _area(code: str) -> Scope:
    listed = [
        Listed(each.code, each.name, each.kind, each.status, each.commissioner)
        for each in DIRECTORY.values()
        if code in AREAS.practices.get(each.code, ()) or code in AREAS.providers.get(each.code, ())
    ]
    return wider_scope(Overseer(code, code, listed))


BOARDS = sorted(
    {area for side in (AREAS.practices, AREAS.providers) for at in side.values() for area in at}
)
SCOPES = [
    wider_scope(None),
    *map(_area, BOARDS),
    *(replace(_area(code), area=None) for code in BOARDS),
    Scope("a practice", frozenset({PRACTICES[0]}), frozenset()),
    Scope("two practices", frozenset(PRACTICES[:2]), frozenset()),
    Scope("a provider", frozenset(), frozenset({"RZ1"})),
    Scope("a provider that reports", frozenset({"RZ1"}), frozenset({"RZ1", "RZ3"})),
    Scope("nobody", frozenset(), frozenset()),
]
FILTERS = [
    Filters(),
    Filters(tenet="safety"),
    Filters(kind="event"),
    Filters(provider="RZ1"),
    Filters(practice=PRACTICES[1]),
    Filters(practice=PRACTICES[0], provider="RZ2", kind="feedback"),
]


def asked() -> Iterator[tuple[Question, list[Told]]]:
    """Every question, and the reports that it is about."""
    for scope, filters in product(SCOPES, FILTERS):
        yield (
            Question(scope, filters, PERIOD),
            [each for each in TOLD if _about(each, scope, filters)],
        )


def _about(each: Told, scope: Scope, filters: Filters) -> bool:
    at = each.standing
    wanted = (
        (filters.tenet, at.tenet),
        (filters.kind, at.kind),
        (filters.provider, at.provider),
        (filters.practice, at.reporter),
    )
    return all(value in (None, has) for value, has in wanted) and (
        scope.everything
        or at.reporter in (scope.reporters or ())
        or at.provider in (scope.providers or ())
    )


def in_period(told: list[Told]) -> list[Told]:
    return [each for each in told if PERIOD.first <= each.standing.month <= PERIOD.last]


@pytest.fixture(scope="module")
async def read(databases: Databases) -> AsyncIterator[Transactions]:
    url = await databases.fresh("reporting")
    engine = create_async_engine(url)
    transactions = Transactions(engine, source="reporting")
    await apply(FACTS, transactions)
    yield transactions
    await engine.dispose()
    await databases.drop(url)


@pytest.fixture
async def connection(read: Transactions) -> AsyncIterator[AsyncConnection]:
    async with read.read() as connection:
        yield connection


async def test_the_history_has_something_of_everything() -> None:
    assert BOARDS
    assert {each.standing.reporter for each in TOLD} >= {"PG1", "RZ1", *PRACTICES}
    assert {measure for each in TOLD for measure in each.standing.measures} == set(Measure)
    assert AREAS.practices
    assert AREAS.providers


async def test_reports_by_month_theme_provider_and_tenet(connection: AsyncConnection) -> None:
    for question, told in asked():
        expected = Counter(
            (slug, each.standing.provider, each.standing.month, each.standing.tenet)
            for each in in_period(told)
            for slug in each.standing.slugs
            if slug
        )
        found = await trends.by_theme_provider_month_and_tenet(connection, question)
        assert found == expected, question
        whole = Counter((at.standing.month, at.standing.tenet) for at in in_period(told))
        assert await trends.by_month_and_tenet(connection, question) == whole, question


async def test_sub_themes_of_a_theme(connection: AsyncConnection) -> None:
    for question, told in asked():
        expected = Counter(
            (sub, each.standing.tenet)
            for each in in_period(told)
            for slug, sub in set(each.standing.themes)
            if slug == "discharge" and sub
        )
        assert await trends.by_sub_theme(connection, question, "discharge") == expected, question


async def test_stages_by_month_of_the_event_and_of_the_report(connection: AsyncConnection) -> None:
    for question, told in asked():
        for month_of in MonthOf:
            expected: dict[date, Counter[Measure]] = {}
            for each in told:
                at = each.standing
                month = at.month if month_of is MonthOf.EVENT else at.reported_month
                if PERIOD.first <= month <= PERIOD.last:
                    expected.setdefault(month, Counter()).update(at.measures)
            assert await trends.stages_by_month(connection, question, month_of) == expected, (
                question
            )


async def test_harm_rating_source_and_service(connection: AsyncConnection) -> None:
    for question, told in asked():
        for facet, theme in product(Facet, (None, "medication")):
            about = in_period(told)
            if theme and facet in (Facet.HARM, Facet.RATING):
                about = [each for each in about if theme in each.standing.slugs]
            expected = Counter(
                (each.standing.month, value)
                for each in about
                for name, value in each.standing.facets
                if name == facet
            )
            narrowed = replace(question, filters=replace(question.filters, theme=theme))
            assert await trends.by_facet(connection, narrowed, facet) == expected, question


FACETED = (Filters(), Filters(harm="low"), Filters(rating="poor"), Filters(source="form"))


async def test_charts_are_made_of_the_counts_and_days_that_the_facts_tell(
    connection: AsyncConnection,
) -> None:
    for (question, told), faceted in product(asked(), FACETED):
        facet = faceted.facet
        theme = "" if faceted.source else "medication"
        about = [
            each.standing
            for each in in_period(told)
            if theme in each.standing.slugs and (facet is None or facet in each.standing.facets)
        ]
        filters = replace(
            question.filters, harm=faceted.harm, rating=faceted.rating, source=faceted.source
        )
        narrowed = replace(question, filters=filters)
        behind = Behind(theme, facet=facet)
        counts = await series.counts(connection, narrowed, "provider", "month", theme=theme)
        assert counts == Counter((at.provider, at.month) for at in about), narrowed
        days = await series.days(connection, narrowed, {theme: date(2026, 3, 1)}, behind)
        expected = [at.happened_on for at in about if at.happened_on >= date(2026, 3, 1)]
        assert sorted(days[theme]) == sorted(expected), narrowed
        assert await series.number_behind(connection, narrowed, behind) == len(about), narrowed


async def test_themes_and_months_that_there_are(connection: AsyncConnection) -> None:
    for scope, at_least in product(SCOPES, (1, 5, 40)):
        told = [each for each in TOLD if _about(each, scope, Filters())]
        slugs = Counter(slug for each in told for slug in each.standing.slugs if slug)
        titles = await trends.titles_in(connection, scope, at_least)
        assert titles.keys() == {slug for slug, n in slugs.items() if n >= at_least}, scope
        counted = Counter(each.standing.month for each in told)
        months = [month for month, number in counted.items() if number >= at_least]
        ends = (min(months, default=None), max(months, default=None))
        assert await series.first_and_newest(connection, scope, None, at_least) == ends, scope


Wanted = Callable[[Told], bool]
BEHIND: list[tuple[Behind, Wanted]] = [
    (Behind(), lambda _: True),
    (Behind("discharge"), lambda each: "discharge" in each.standing.slugs),
    (
        Behind("discharge", "summaries"),
        lambda each: ("discharge", "summaries") in each.standing.themes,
    ),
    *(
        (Behind(measure=measure), lambda each, m=measure: m in each.standing.measures)
        for measure in Measure
    ),
    (
        Behind("referral", facet=(Facet.HARM, "low")),
        lambda each: (
            "referral" in each.standing.slugs and (Facet.HARM, "low") in each.standing.facets
        ),
    ),
    (
        Behind(facet=(Facet.SERVICE, "discharge")),
        lambda each: (Facet.SERVICE, "discharge") in each.standing.facets,
    ),
]


async def listed(
    connection: AsyncConnection, question: Question, behind: Behind, size: int
) -> list[ListedReport]:
    """The whole list, page by page."""
    found: list[ListedReport] = []
    after = None
    while page := await reports_behind(connection, question, behind, limit=size, after=after):
        found += page
        after = page[-1].position
    return found


ID_OF = {fact.reference: fact.report_id for fact in FACTS if isinstance(fact, ReportSubmitted)}


async def test_behind_every_figure_are_its_reports_newest_first(
    connection: AsyncConnection,
) -> None:
    questions = list(asked())
    for at, (behind, wanted) in enumerate(BEHIND):
        for question, told in questions[at % 7 :: 7]:
            expected = [each for each in in_period(told) if wanted(each)]
            newest = sorted(
                expected,
                key=lambda each: (each.standing.happened_on, ID_OF[each.reference]),
                reverse=True,
            )
            found = await listed(connection, question, behind, size=17)
            assert [each.reference for each in found] == [each.reference for each in newest], (
                question,
                behind,
            )
            assert [each.tenet for each in found] == [each.standing.tenet for each in newest]


async def test_the_reports_of_a_month_of_reporting(connection: AsyncConnection) -> None:
    for question, told in asked():
        expected = {
            each.reference
            for each in told
            if PERIOD.first <= each.standing.reported_month <= PERIOD.last
        }
        behind = Behind(month_of=MonthOf.REPORT)
        found = await listed(connection, question, behind, size=30)
        assert {each.reference for each in found} == expected, question
        assert len(found) == len(expected)


async def test_providers_and_practices_compared(connection: AsyncConnection) -> None:
    for question, told in asked():
        expected = Counter(each.standing.provider for each in in_period(told))
        found = await organisations.providers(connection, question)
        assert {code: at[Measure.REPORTS] for code, at in found.items()} == expected, question
        filters = replace(question.filters, practice=None)
        made = Counter(
            each.standing.reporter
            for each in in_period(TOLD)
            if _about(each, wider_scope(None), filters)
            and each.standing.reporter in PRACTICES
            and "discharge" in each.standing.slugs
        )
        assert (
            await organisations.practices(connection, question, PRACTICES, theme="discharge")
            == made
        )


async def test_peers_count_from_their_first_report_on(connection: AsyncConnection) -> None:
    first = {
        code: min(each.standing.month for each in TOLD if each.standing.reporter == code)
        for code in PRACTICES
    }
    for filters in (Filters(), Filters(tenet="safety")):
        question = Question(wider_scope(None), filters, Period(min(first.values()), PERIOD.last))
        about = [each for each in TOLD if _about(each, question.scope, filters)]
        made = Counter((each.standing.reporter, each.standing.month) for each in about)
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
    for scope in (wider_scope(None), some, *map(_area, BOARDS)):
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


async def test_completed_actions_of_a_theme_and_provider(connection: AsyncConnection) -> None:
    standings = {ID_OF[each.reference]: each for each in TOLD}
    completed = [fact for fact in FACTS if isinstance(fact, ActionCompleted)]
    period = Period(date(2026, 12, 1), date(2026, 12, 1))
    for (question, _), theme in product(asked(), (None, "discharge")):
        filters = replace(question.filters, theme=theme)
        expected = {
            fact.action_id
            for fact in completed
            if _about(standings[fact.report_id], question.scope, filters)
            and theme in (None, *standings[fact.report_id].standing.slugs)
        }
        narrowed = Question(question.scope, filters, period)
        found: list[actions.CompletedAction] = []
        after = None
        while page := await actions.completed_actions(connection, narrowed, limit=9, after=after):
            found += page
            after = page[-1].position
        assert {each.action_id for each in found} == expected, narrowed
        assert len(found) == len(expected)
        assert found == sorted(found, key=lambda each: each.position, reverse=True)


async def test_an_action_out_of_scope_is_not_there(connection: AsyncConnection) -> None:
    fact = next(fact for fact in FACTS if isinstance(fact, ActionCompleted))
    for scope in SCOPES:
        found = await actions.completed_action(
            connection, Question(scope, Filters(), PERIOD), fact.action_id
        )
        seen = (
            scope.everything
            or fact.reporter in (scope.reporters or ())
            or fact.provider in (scope.providers or ())
        )
        assert (found is not None) == seen, scope
