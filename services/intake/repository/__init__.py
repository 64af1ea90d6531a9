"""Every statement on intake's own tables. Free text goes in and out here and is never part of a statement's words."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.repository.accepting import (
    Kept,
    NewReport,
    draw_numbers,
    holders_of,
    keep_reports,
)
from services.intake.repository.administering import (
    OrganisationLine,
    add_key,
    count_organisations,
    find_organisations,
    live_key,
    lock_directory,
    revoke_key,
)
from services.intake.repository.following import (
    CaseNews,
    Filter,
    MyReport,
    count_reports_of,
    my_report,
    record_news,
    reports_of,
)
from services.intake.tables import report

__all__ = [
    "CaseNews",
    "Filter",
    "Kept",
    "MyReport",
    "NewReport",
    "OrganisationLine",
    "add_key",
    "count_organisations",
    "count_reports_of",
    "counts",
    "draw_numbers",
    "find_organisations",
    "holders_of",
    "keep_reports",
    "live_key",
    "lock_directory",
    "my_report",
    "record_news",
    "reports_of",
    "revoke_key",
]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """What intake has done, for its status."""
    accepted = (await connection.execute(select(func.count()).select_from(report))).scalar_one()
    return {"reports_accepted": accepted}
