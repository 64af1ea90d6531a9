"""Since when places have data, and who joined or fell silent when: from the months in which reports came in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, MonthOf
from services.reporting.domain.filters import Filters
from services.reporting.domain.joining import KNOWN_MONTHS, Joining, Member, alone, joining
from services.reporting.domain.months import ALL_TIME
from services.reporting.domain.participation import Attendance, as_one
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Scope
from services.reporting.domain.signals import EVERYWHERE
from services.reporting.repository import cells
from shared.directory.repository import successors


async def months_in(
    connection: AsyncConnection, scope: Scope, practice: str | None, provider: str | None = None
) -> dict[MonthOf, dict[date, int]]:
    """The reports in scope, of the practice and about the provider (its own code alone) where these are given, by month."""
    question = Question(scope, Filters(practice=practice, provider=provider), ALL_TIME)
    counted = await cells.reports(connection, question, "month_of", "month", month_of=None)
    found: dict[MonthOf, dict[date, int]] = {each: {} for each in MonthOf}
    for labels, number in counted.items():
        month_of, month = cast("tuple[str, date]", labels)
        found[MonthOf(month_of)][month] = number
    return found


async def joining_in(
    connection: AsyncConnection,
    scope: Scope,
    practice: str | None,
    reported: Mapping[date, int],
    current: date,
) -> Joining:
    """Of all reports in scope, of the practice where one is given: `reported` are these by month of the report, `current` is the running
    month, or the last with data where they ended. Of reports about a provider, whoever sent them, it is not known who joined or fell silent."""
    if practice is not None:
        return alone(reported, current)
    reporters = scope.reporters if scope.reporters is not None else await _everybody(connection)
    today = await successors(connection, reporters)
    if scope.reporters is not None and len({today.get(code, code) for code in reporters}) < 2:
        return joining(reported, (), current) if scope.providers else alone(reported, current)
    takes_part = await _taking_part(connection, {"": reporters}, today, current)
    return joining(reported, takes_part[""], current)


async def joining_of(
    connection: AsyncConnection, areas: Collection[str], current: date
) -> dict[str, Joining]:
    """Of areas, and of all together."""
    practices = await _practices(connection, areas)
    if EVERYWHERE in areas:
        practices[EVERYWHERE] = await _everybody(connection)
    codes = {code for theirs in practices.values() for code in theirs}
    today = await successors(connection, codes)
    takes_part = await _taking_part(connection, practices, today, current)
    rows = await connection.execute(_REPORTED, {"areas": list(areas)})
    reported = {area: dict(zip(months, numbers, strict=True)) for area, months, numbers in rows}
    return {
        area: joining(reported.get(area, {}), takes_part.get(area, ()), current) for area in areas
    }


_REPORTED = text(f"""
    SELECT area, array_agg(month), array_agg(reports) FROM (
        SELECT area, month, sum(reports) AS reports FROM place_count
        WHERE area = ANY(CAST(:areas AS text[])) AND provider = '{EVERY}' AND month_of = '{MonthOf.REPORT}'
          AND sub_theme = '{EVERY}' AND theme = '{EVERY}'
        GROUP BY area, month
    ) AS each GROUP BY area
""")  # noqa: S608 - our own values


async def _practices(
    connection: AsyncConnection, areas: Collection[str]
) -> dict[str, Sequence[str]]:
    """The practices of each area."""
    rows = await connection.execute(_PRACTICES, {"areas": list(areas)})
    return dict(row for row in rows)


_PRACTICES = text("""
    SELECT area, array_agg(organisation) FROM area_member
    WHERE area = ANY(CAST(:areas AS text[])) AND NOT as_provider GROUP BY area
""")


async def _everybody(connection: AsyncConnection) -> Sequence[str]:
    """Who ever reported: one step in the key for each, instead of all of its rows."""
    return (await connection.execute(_EVERYBODY)).scalars().all()


_EVERYBODY = text("""
    WITH RECURSIVE found(reporter) AS (
        SELECT min(reporter) FROM practice_count
        UNION ALL
        SELECT (SELECT min(reporter) FROM practice_count WHERE reporter > found.reporter) FROM found
        WHERE found.reporter IS NOT NULL
    )
    SELECT reporter FROM found WHERE reporter IS NOT NULL
""")


async def _taking_part(
    connection: AsyncConnection,
    practices: Mapping[str, Collection[str]],
    today: Mapping[str, str],
    current: date,
) -> dict[str, list[Member]]:
    """By area, those of its practices that ever reported. Who was succeeded goes on as the successor (`today`), who joins nothing by
    that."""
    codes = sorted({code for theirs in practices.values() for code in theirs})
    rows = await connection.execute(_ATTENDANCES, {"practices": codes, "end": current})
    told = {
        code: Attendance(first, max(months), dict(zip(months, reports, strict=True)))
        for code, first, months, reports in rows
        if months is not None
    }
    found = {}
    for area, theirs in practices.items():
        # In their order: sums of the same counts are the same in every process.
        attendances = {code: told[code] for code in sorted(told.keys() & set(theirs))}
        found[area] = [Member.of(each, current) for each in as_one(attendances, today).values()]
    return found


_ATTENDANCES = text(f"""
    SELECT practice.code,
        (SELECT min(month) FROM practice_count
         WHERE reporter = practice.code AND month_of = '{MonthOf.REPORT}' AND theme = '{EVERY}'),
        newest.months, newest.reports
    FROM unnest(CAST(:practices AS text[])) AS practice (code) CROSS JOIN LATERAL (
        SELECT array_agg(month) AS months, array_agg(reports) AS reports FROM (
            SELECT month, reports FROM practice_count
            WHERE reporter = practice.code AND month_of = '{MonthOf.REPORT}' AND theme = '{EVERY}' AND month <= :end
            ORDER BY month DESC LIMIT {KNOWN_MONTHS}
        ) AS held
    ) AS newest
""")  # noqa: S608 - our own values
