"""What became of reports: written from the cases' facts, read by "my reports"."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import case_status, report
from shared.contracts.cases import CaseState
from shared.contracts.reports import Harm, WithdrawalReason
from shared.platform.database import insert_rows


@dataclass(frozen=True, slots=True)
class CaseNews:
    """What a fact says about a case's status; None is "says nothing about it"."""

    report_id: UUID
    revision: int
    state: CaseState
    changed_at: datetime
    due_at: datetime | None = None
    overdue: bool | None = None
    late: bool | None = None
    owner: str | None = None
    next_step: str | None = None
    outcome: str | None = None
    outcome_revision: int | None = None


_SAID = ("due_at", "overdue", "late", "owner", "next_step", "outcome", "outcome_revision")
_WHAT_BOTH_SAY = """
ON CONFLICT (report_id) DO UPDATE SET
    revision = greatest(excluded.revision, known.revision),
    state = CASE WHEN excluded.revision > known.revision THEN excluded.state ELSE known.state END,
    changed_at = CASE WHEN excluded.revision > known.revision THEN excluded.changed_at ELSE known.changed_at END,
    due_at = coalesce(excluded.due_at, known.due_at),
    overdue = coalesce(excluded.overdue AND known.overdue, excluded.overdue, known.overdue),
    late = coalesce(excluded.late, known.late),
    owner = coalesce(excluded.owner, known.owner),
    next_step = coalesce(excluded.next_step, known.next_step),
    outcome = CASE WHEN excluded.outcome_revision > coalesce(known.outcome_revision, 0)
        THEN excluded.outcome ELSE known.outcome END,
    outcome_revision = greatest(excluded.outcome_revision, known.outcome_revision)
""".replace("known.", "case_status.")
"""The state is the newest fact's. What only some facts say is kept whenever they come, since one that was set aside is replayed
after its successors: a case is acknowledged once, which ends its being overdue, and answered anew after a dispute."""


async def record_news(connection: AsyncConnection, news: Sequence[CaseNews]) -> None:
    """One statement; at most one piece of news of a report."""
    columns = ("report_id", "revision", "state", "changed_at", *_SAID)
    rows = [{name: getattr(each, name) for name in columns} for each in news]
    await insert_rows(connection, case_status, rows, _WHAT_BOTH_SAY)


@dataclass(frozen=True, slots=True)
class MyReport:
    """A report as its own organisation sees it, with what became of it; without case fields until actions has opened it."""

    id: UUID
    reference: str
    reporter: str
    provider: str
    kind: str
    tenet: str
    harm: Harm | None
    service: str
    happened_on: date
    historic: bool
    submitted_at: datetime
    masked: Mapping[str, int]
    state: CaseState | None
    due_at: datetime | None
    overdue: bool
    late: bool
    owner: str | None
    next_step: str | None
    outcome: str | None
    withdrawn_at: datetime | None
    withdrawn_because: WithdrawalReason | None


_MINE = select(
    report.c.id,
    report.c.reference,
    report.c.reporter,
    report.c.provider,
    report.c.kind,
    report.c.tenet,
    report.c.harm,
    report.c.service,
    report.c.happened_on,
    report.c.historic,
    report.c.submitted_at,
    report.c.masked,
    case_status.c.state,
    case_status.c.due_at,
    func.coalesce(case_status.c.overdue, False).label("overdue"),
    func.coalesce(case_status.c.late, False).label("late"),
    case_status.c.owner,
    case_status.c.next_step,
    case_status.c.outcome,
    report.c.withdrawn_at,
    report.c.withdrawn_because,
).outerjoin(case_status, case_status.c.report_id == report.c.id)


def _mine(row: RowMapping) -> MyReport:
    state, harm, because = row["state"], row["harm"], row["withdrawn_because"]
    known = {
        "state": CaseState(state) if state else None,
        "harm": Harm(harm) if harm else None,
        "withdrawn_because": WithdrawalReason(because) if because else None,
    }
    return MyReport(**{**row, **known})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of an organisation's reports to show."""

    states: frozenset[CaseState] = frozenset()
    """Empty: any. A report whose case is not open yet counts as open; a withdrawn one has no state that anybody waits for."""
    withdrawn: bool = False
    """Only those that were."""
    provider: str | None = None
    reference: str | None = None


def _conditions(reporters: Collection[str], wanted: Filter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [report.c.reporter.in_(reporters)]
    if wanted.states:
        of_states = case_status.c.state.in_(wanted.states)
        waiting = CaseState.OPEN in wanted.states
        conditions.append(or_(of_states, case_status.c.state.is_(None)) if waiting else of_states)
        conditions.append(report.c.withdrawn_at.is_(None))
    if wanted.withdrawn:
        conditions.append(report.c.withdrawn_at.is_not(None))
    if wanted.provider:
        conditions.append(report.c.provider == wanted.provider)
    if wanted.reference:
        conditions.append(report.c.reference == wanted.reference)
    return and_(*conditions)


async def reports_of(
    connection: AsyncConnection,
    reporters: Collection[str],
    wanted: Filter,
    *,
    limit: int,
    offset: int,
) -> list[MyReport]:
    """The reports of an organisation, which are those of all its codes, newest first."""
    rows = await connection.execute(
        _MINE.where(_conditions(reporters, wanted))
        .order_by(report.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_mine(row) for row in rows.mappings()]


async def count_reports_of(
    connection: AsyncConnection, reporters: Collection[str], wanted: Filter
) -> int:
    return (
        await connection.execute(
            select(func.count())
            .select_from(report.outerjoin(case_status, case_status.c.report_id == report.c.id))
            .where(_conditions(reporters, wanted))
        )
    ).scalar_one()


async def my_report(
    connection: AsyncConnection, reference: str, *, reporters: Collection[str] | None
) -> MyReport | None:
    """The report, if it is one of these organisations'; any organisation's for None, which is for administrators' keys only."""
    condition = report.c.reference == reference
    if reporters is not None:
        condition = and_(condition, report.c.reporter.in_(reporters))
    row = (await connection.execute(_MINE.where(condition))).mappings().one_or_none()
    return _mine(row) if row is not None else None
