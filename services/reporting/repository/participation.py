"""Who reports, and who has fallen silent: by month of the report."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, MonthOf
from services.reporting.domain.months import Period
from services.reporting.domain.participation import Attendance


async def participation(
    connection: AsyncConnection, practices: Collection[str], period: Period
) -> dict[str, Attendance]:
    """Of each of these practices, those that never reported included. The caller decides whom the reader may see."""
    rows = await connection.execute(
        _PARTICIPATION,
        {
            "practices": sorted(practices),
            "month_of": MonthOf.REPORT,
            "theme": EVERY,
            "begin": period.first,
            "end": period.last,
        },
    )
    return {
        code: Attendance(first, last, dict(zip(months or (), reports or (), strict=True)))
        for code, first, last, months, reports in rows
    }


_PARTICIPATION = text("""
    SELECT practice.code,
        (SELECT min(month) FROM practice_count
         WHERE reporter = practice.code AND month_of = :month_of AND theme = :theme),
        (SELECT max(month) FROM practice_count
         WHERE reporter = practice.code AND month_of = :month_of AND theme = :theme),
        told.months, told.reports
    FROM unnest(CAST(:practices AS text[])) AS practice (code) CROSS JOIN LATERAL (
        SELECT array_agg(month ORDER BY month) AS months, array_agg(reports ORDER BY month) AS reports
        FROM practice_count
        WHERE reporter = practice.code AND month_of = :month_of AND theme = :theme AND month BETWEEN :begin AND :end
    ) AS told
""")
