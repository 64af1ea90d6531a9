"""Reports whose themes are another version's than the one in force: which to ask for next, and those asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import Decision
from services.classification.repository.reports import (
    REPORT,
    StoredReport,
    decision_of,
    stored,
)
from services.classification.tables import awaited, reclassification, report, verdict
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from shared.platform.database import columns_of, insert_rows


@dataclass(frozen=True)
class Locked:
    """A report nobody else can decide on until the transaction ends, with its current verdict and whose it is."""

    report: StoredReport
    current: Decision
    version: str


async def begin_asking(connection: AsyncConnection, kind: Kind, now: datetime) -> None:
    """From now on there may be reports to ask for."""
    await connection.execute(
        text(
            "INSERT INTO reclassification (kind, asked_at) VALUES (:kind, :now)"
            " ON CONFLICT (kind) DO UPDATE SET asked_at = excluded.asked_at"
        ),
        {"kind": kind, "now": now},
    )


async def last_asked(connection: AsyncConnection, kind: Kind) -> datetime | None:
    """When reports were last asked for; locked until the transaction ends. None while another replica is asking, and before anything is
    in force."""
    rows = await connection.execute(
        select(reclassification.c.asked_at)
        .where(reclassification.c.kind == kind)
        .with_for_update(skip_locked=True)
    )
    return rows.scalar_one_or_none()


async def asked_now(connection: AsyncConnection, kind: Kind, now: datetime) -> None:
    await connection.execute(
        update(reclassification).where(reclassification.c.kind == kind).values(asked_at=now)
    )


async def awaited_count(connection: AsyncConnection, kind: Kind, since: datetime) -> int:
    """Reports asked for since then and not answered."""
    counted = await connection.execute(
        select(func.count())
        .select_from(awaited)
        .where(awaited.c.kind == kind, awaited.c.asked_at > since)
    )
    return counted.scalar_one()


async def to_ask_for(
    connection: AsyncConnection,
    kind: Kind,
    versions: Collection[str],
    *,
    asked_before: datetime,
    limit: int,
) -> list[UUID]:
    """Reports with the model's themes by one of these versions, but for those that were asked for after `asked_before`."""
    asked = select(awaited.c.report_id).where(
        awaited.c.report_id == report.c.report_id, awaited.c.asked_at > asked_before
    )
    rows = await connection.execute(
        select(report.c.report_id)
        .where(
            report.c.kind == kind,
            report.c.decided_by == DecidedBy.MODEL,
            report.c.version.in_(versions),
            ~asked.exists(),
        )
        .order_by(report.c.version, report.c.report_id)
        .limit(limit)
    )
    return [UUID(str(report_id)) for report_id in rows.scalars()]


async def await_reports(
    connection: AsyncConnection, kind: Kind, report_ids: Sequence[UUID], now: datetime
) -> None:
    rows = [{"report_id": each, "kind": kind, "asked_at": now} for each in report_ids]
    again = "ON CONFLICT (report_id) DO UPDATE SET asked_at = excluded.asked_at"
    await insert_rows(connection, awaited, rows, again)


async def settle(connection: AsyncConnection, report_ids: Collection[UUID]) -> None:
    """These are answered, whatever the answer."""
    await connection.execute(delete(awaited).where(awaited.c.report_id.in_(report_ids)))


async def lock_reports(connection: AsyncConnection, report_ids: Collection[UUID]) -> list[Locked]:
    """Those there are, in the order of their ids, which is that of the locks: whoever locks several does so."""
    rows = await connection.execute(
        select(*REPORT, report.c.version)
        .where(report.c.report_id.in_(report_ids))
        .order_by(report.c.report_id)
        .with_for_update(of=report)
    )
    found = [(stored(row), row.version) for row in rows]
    # Only now: what was current before the lock may have been superseded while it was waited for.
    current = await connection.execute(
        select(verdict)
        .join(
            report,
            (report.c.report_id == verdict.c.report_id) & (report.c.revision == verdict.c.revision),
        )
        .where(report.c.report_id.in_(report_ids))
    )
    decisions = {row.report_id: decision_of(row) for row in current}
    return [Locked(one, decisions[one.report_id], version) for one, version in found]


async def make_all_current(
    connection: AsyncConnection, decisions: Sequence[tuple[UUID, Decision]], version: str
) -> None:
    """Of reports that are locked: these decisions, by this version's model, are the current ones."""
    rows = [
        {
            "report_id": report_id,
            "revision": decision.revision,
            "certainty": decision.certainty,
        }
        for report_id, decision in decisions
    ]
    if rows:
        await connection.execute(_MAKE_CURRENT, {**columns_of(rows), "version": version})


_MAKE_CURRENT = text(
    "UPDATE report SET revision = new.revision, certainty = new.certainty, version = :version"
    " FROM unnest(CAST(:report_id AS uuid[]), CAST(:revision AS int[]), CAST(:certainty AS float8[]))"
    " AS new (report_id, revision, certainty) WHERE report.report_id = new.report_id"
)
