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
    consequences,
    count_organisations,
    find_members,
    find_organisations,
    lock_directory,
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
    "Consequences",
    "Filter",
    "ImportLine",
    "Kept",
    "KeyLine",
    "KnownKey",
    "MemberLine",
    "MyReport",
    "NewReport",
    "OrganisationLine",
    "StagedImport",
    "Wanted",
    "add_key",
    "consequences",
    "count_keys",
    "count_organisations",
    "count_reports_of",
    "counts",
    "draw_numbers",
    "find_keys",
    "find_members",
    "find_organisations",
    "forget_imports",
    "holders_of",
    "keep_import",
    "keep_reports",
    "key_line",
    "known_key",
    "latest_imports",
    "lock_directory",
    "mark_applied",
    "my_report",
    "record_news",
    "reports_of",
    "revoke_key",
    "staged_import",
    "write_uses",
]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """What intake has done, for its status."""
    accepted = (await connection.execute(select(func.count()).select_from(report))).scalar_one()
    return {"reports_accepted": accepted}
