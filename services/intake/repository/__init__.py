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
    count_organisations,
    find_organisations,
    lock_organisation,
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
from services.intake.repository.keys import (
    KeyLine,
    KnownKey,
    add_key,
    count_keys,
    find_keys,
    key_line,
    known_key,
    revoke_key,
    write_uses,
)
from services.intake.tables import report

__all__ = [
    "CaseNews",
    "Filter",
    "Kept",
    "KeyLine",
    "KnownKey",
    "MyReport",
    "NewReport",
    "OrganisationLine",
    "add_key",
    "count_keys",
    "count_organisations",
    "count_reports_of",
    "counts",
    "draw_numbers",
    "find_keys",
    "find_organisations",
    "holders_of",
    "keep_reports",
    "key_line",
    "known_key",
    "lock_organisation",
    "my_report",
    "record_news",
    "reports_of",
    "revoke_key",
    "write_uses",
]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """What intake has done, for its status."""
    accepted = (await connection.execute(select(func.count()).select_from(report))).scalar_one()
    return {"reports_accepted": accepted}
