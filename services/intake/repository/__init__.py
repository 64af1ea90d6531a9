"""Every statement on intake's own tables. Free text goes in and out here and is never part of a statement's words."""

from datetime import timedelta

from sqlalchemy import Uuid, cast, func, select
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
from services.intake.repository.withdrawing import TakenBack, withdraw
from services.intake.tables import report
from shared.contracts.operations import Accepted, Waiting
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.platform.account import Account
from shared.platform.tables import outbox

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
    "TakenBack",
    "Wanted",
    "account",
    "add_key",
    "consequences",
    "count_keys",
    "count_organisations",
    "count_reports_of",
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
    "withdraw",
    "write_uses",
]


_COME_THROUGH = timedelta(minutes=1)
"""Transactions of so long ago have ended, and what was accepted so long ago has usually come through the whole chain."""
_MOST_REFERENCES = 5


async def account(connection: AsyncConnection) -> Account:
    """How many reports intake has accepted, by now and by a moment ago, and those that its outbox holds up."""
    moment = func.now() - _COME_THROUGH
    rows = await connection.execute(
        select(
            func.count(),
            func.count().filter(report.c.submitted_at <= moment),
            moment,
        ).select_from(report)
    )
    accepted, by_then, until = rows.one()
    return Account(
        {"reports_accepted": accepted},
        Accepted(number=by_then, until=until),
        await _held_up(connection),
    )


async def _held_up(connection: AsyncConnection) -> tuple[Waiting, ...]:
    """Reports that are in the outbox and should have left long ago: none, unless Kafka or the relay is away."""
    row = outbox.c
    late = (
        row.topic.endswith(REPORTS_TOPIC),
        row.headers["ce_type"].astext == ReportSubmitted.type,
        row.created_at <= func.now() - _COME_THROUGH,
    )
    number, since = (
        await connection.execute(select(func.count(), func.min(row.created_at)).where(*late))
    ).one()
    if not number:
        return ()
    oldest = (
        select(row.id, row.key).where(*late).order_by(row.id).limit(_MOST_REFERENCES).subquery()
    )
    references = await connection.execute(
        select(report.c.reference)
        .join(oldest, report.c.id == cast(func.convert_from(oldest.c.key, "UTF8"), Uuid))
        .order_by(oldest.c.id)
    )
    told = tuple(references.scalars())
    return (Waiting(stage="intake", number=number, since=since, references=told),)
