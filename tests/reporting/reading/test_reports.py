"""What pages read of the kept counts and lists equals what the facts say, for every kind of reader and filter."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, GRADES, Facet, Measure, MonthOf
from services.reporting.domain.filters import Filters
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import wider_scope
from services.reporting.repository import cells, joining, series, trends
from services.reporting.repository.records import Behind, ListedReport, reports_behind
from tests.reporting.histories import PRACTICES
from tests.reporting.reading.told import (
    AREAS,
    BOARDS,
    ID_OF,
    PERIOD,
    SCOPES,
    TOLD,
    Told,
    about,
    area_of,
    asked,
    in_period,
    stands_for,
    told_as,
)

pytestmark = pytest.mark.integration


async def test_the_history_has_something_of_everything() -> None:
    assert BOARDS
    assert {each.standing.reporter for each in TOLD} >= {"PG1", "RZ1", *PRACTICES}
    assert {measure for each in TOLD for measure in each.standing.measures} == set(Measure)
    assert AREAS.practices
    assert AREAS.providers


async def test_reports_by_month_and_tenet(connection: AsyncConnection) -> None:
    for question, told in asked():
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
        found = await cells.reports(
            connection, question, "sub_theme", "tenet", theme="discharge", sub_theme=None
        )
        assert found == expected, question


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
            if theme and facet in GRADES:
                about = [each for each in about if theme in each.standing.slugs]
            expected = Counter(
                (each.standing.month, value)
                for each in about
                for name, value in each.standing.facets
                if name == facet
            )
            of = theme if theme and facet in GRADES else EVERY
            found = await cells.facets(connection, question, facet, "month", "value", theme=of)
            assert found == expected, question


FACETED = (
    Filters(),
    Filters(harm="low"),
    Filters(rating="poor"),
    Filters(source="form"),
    Filters(service="discharge"),
)


def of_facet(question: Question, faceted: Filters) -> Question:
    """The same question of one harm, rating, source or service."""
    told = {facet.value: getattr(faceted, facet) for facet in Facet}
    return replace(question, filters=replace(question.filters, **told))


async def test_months_of_each_theme_provider_tenet_and_kind(connection: AsyncConnection) -> None:
    for (question, told), faceted in product(asked(), FACETED):
        facet = faceted.facet
        expected: dict[cells.Labels, Counter[date]] = {}
        for each in in_period(told):
            at, provider = each.standing, told_as(each, question.filters)
            if faceted.unthemed is None and (facet is None or facet in at.facets):
                for slug in filter(None, at.slugs):
                    of = expected.setdefault((slug, provider, at.tenet, at.kind), Counter())
                    of[at.month] += 1
        narrowed = of_facet(question, faceted)
        columns = ("theme", "provider", "tenet", "kind")
        found = await cells.monthly(connection, narrowed, *columns, theme=None)
        assert found == {
            labels: tuple(zip(*sorted(of.items()), strict=True)) for labels, of in expected.items()
        }, narrowed


async def test_charts_are_made_of_the_counts_and_days_that_the_facts_tell(
    connection: AsyncConnection,
) -> None:
    for (question, told), faceted in product(asked(), FACETED):
        facet = faceted.facet
        theme = "" if faceted.unthemed else "medication"
        about = [
            each
            for each in in_period(told)
            if theme in each.standing.slugs and (facet is None or facet in each.standing.facets)
        ]
        narrowed = of_facet(question, faceted)
        behind = Behind(theme, facet=facet)
        counts = await series.counts(connection, narrowed, "provider", "month", theme=theme)
        assert counts == Counter(
            (told_as(each, question.filters), each.standing.month) for each in about
        ), narrowed
        days = await series.days(connection, narrowed, {theme: date(2026, 3, 1)}, behind)
        expected = [
            each.standing.happened_on
            for each in about
            if each.standing.happened_on >= date(2026, 3, 1)
        ]
        assert sorted(days[theme]) == sorted(expected), narrowed
        assert await series.number_behind(connection, narrowed, behind) == len(about), narrowed


async def test_days_of_themes_at_providers(connection: AsyncConnection) -> None:
    places = [("discharge", "RZ1"), ("medication", "RZ1"), ("medication", "RZ2")]
    for question, told in asked():
        found = await series.days_at(connection, question, places)
        read = [
            (*at, tenet, day)
            for at, by_tenet in found.items()
            for tenet, each in by_tenet.items()
            for day in each
        ]
        expected = [
            (theme, provider, at.tenet, at.happened_on)
            for at in (each.standing for each in in_period(told))
            for theme, provider in places
            if theme in at.slugs and at.provider in stands_for(provider)
        ]
        assert sorted(read) == sorted(expected), question


async def test_themes_and_months_that_there_are(connection: AsyncConnection) -> None:
    for scope, at_least in product(SCOPES, (1, 5, 40)):
        told = [each for each in TOLD if about(each, scope, Filters())]
        slugs = Counter(slug for each in told for slug in each.standing.slugs if slug)
        titles = await trends.titles_in(connection, scope, at_least)
        assert titles.keys() == {slug for slug, n in slugs.items() if n >= at_least}, scope


async def test_months_of_the_event_and_of_the_report(connection: AsyncConnection) -> None:
    for scope, practice in product(SCOPES, (None, PRACTICES[1])):
        told = [each.standing for each in TOLD if about(each, scope, Filters(practice=practice))]
        found = await joining.months_in(connection, scope, practice)
        assert found[MonthOf.EVENT] == Counter(at.month for at in told), scope
        assert found[MonthOf.REPORT] == Counter(at.reported_month for at in told), scope


ALL = wider_scope(None)


async def test_who_joined_is_the_same_by_area_as_by_its_practices(
    connection: AsyncConnection,
) -> None:
    current = PERIOD.last
    by_area = await joining.joining_of(connection, ["", *BOARDS], current)
    assert by_area[""].first is not None
    for code, found in by_area.items():
        for scope in (area_of(code), replace(area_of(code), area=None)) if code else (ALL,):
            reported = (await joining.months_in(connection, scope, None))[MonthOf.REPORT]
            told = await joining.joining_in(connection, scope, None, reported, current)
            assert told == found, scope


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
