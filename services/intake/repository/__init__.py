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
    Consequences,
    MemberLine,
    OrganisationLine,
    Wanted,
    add_key,
    consequences,
    count_organisations,
    find_members,
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
from services.intake.repository.importing import (
    ImportLine,
    StagedImport,
    forget_imports,
    keep_import,
    latest_imports,
    mark_applied,
    staged_import,
)
from services.intake.tables import report

__all__ = [
    "CaseNews",
    "Consequences",
    "Filter",
    "ImportLine",
    "Kept",
    "MemberLine",
    "MyReport",
    "NewReport",
    "OrganisationLine",
    "StagedImport",
    "Wanted",
    "add_key",
    "consequences",
    "count_organisations",
    "count_reports_of",
    "counts",
    "draw_numbers",
    "find_members",
    "find_organisations",
    "forget_imports",
    "holders_of",
    "keep_import",
    "keep_reports",
    "latest_imports",
    "live_key",
    "lock_directory",
    "mark_applied",
    "my_report",
    "record_news",
    "reports_of",
    "revoke_key",
    "staged_import",
]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """What intake has done, for its status."""
    accepted = (await connection.execute(select(func.count()).select_from(report))).scalar_one()
    return {"reports_accepted": accepted}
