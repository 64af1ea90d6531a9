"""What writes: batches by one statement each, and locks before every change of a case."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import RowMapping, bindparam, column, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions.domain.case import (
    ActionItem,
    Case,
    Change,
    LearningResponse,
)
from services.actions.tables import (
    action_item,
    case_,
    case_tally,
    case_themes,
    learning_response,
    withdrawal,
)
from shared.contracts.cases import CaseState, ClosedBecause, ContributoryFactor, LearningMethod
from shared.contracts.reports import Harm, Kind, ReportSubmitted, ReportWithdrawn
from shared.contracts.themes import ThemesAssigned
from shared.platform.database import columns_of, insert_rows
from shared.platform.tables import timer

_FIXED = (
    "report_id",
    "reference",
    "kind",
    "harm",
    "reporter",
    "provider",
    "opened_at",
    "due_at",
    "due_soon_at",
    "close_unanswered_after_days",
)
_CHANGING = (
    "state",
    "revision",
    "due_soon_raised",
    "overdue_raised",
    "acknowledged_at",
    "acknowledged_by",
    "late",
    "owner",
    "next_step",
    "outcome",
    "answered_at",
    "close_at",
    "dispute_reason",
    "disputed_at",
    "closed_at",
    "closed_because",
)


async def insert_cases(
    connection: AsyncConnection, opened: Sequence[tuple[ReportSubmitted, Case]]
) -> set[UUID]:
    """Returns the ids of the cases that were not there: a report that comes again opens nothing."""
    rows = [
        {name: getattr(case, name) for name in (*_FIXED, *_CHANGING)}
        | {
            "tenet": report.tenet,
            "service": report.service,
            "happened_on": report.happened_on,
            "rating": report.rating,
            "question": report.question,
            "report_text": report.text,
            "reported_at": report.occurred_at,
        }
        for report, case in opened
    ]
    new = await insert_rows(
        connection, case_, rows, "ON CONFLICT (report_id) DO NOTHING RETURNING report_id"
    )
    return {UUID(str(row["report_id"])) for row in new}


async def lock_timers(connection: AsyncConnection, report_ids: Collection[UUID]) -> None:
    """Before the cases, as the firing of timers does: two changes that lock in one order cannot block each other for ever."""
    await connection.execute(
        select(timer.c.kind)
        .where(timer.c.subject.in_(report_ids))
        .order_by(timer.c.subject, timer.c.kind)
        .with_for_update()
    )


async def lock_case(connection: AsyncConnection, report_id: UUID) -> Case:
    """Raises LookupError for an unknown id."""
    return (await lock_cases(connection, [report_id]))[report_id]


async def lock_cases(connection: AsyncConnection, report_ids: Collection[UUID]) -> dict[UUID, Case]:
    """The cases as they are once everybody before us has finished; nobody else changes them until we have."""
    rows = await connection.execute(
        select(case_)
        .where(case_.c.report_id.in_(report_ids))
        .order_by(case_.c.report_id)
        .with_for_update()
    )
    cases = {row.report_id: row._mapping for row in rows}  # noqa: SLF001 - SQLAlchemy's public name
    # Read after the lock is held: joined to the locking query it could be from before.
    learned = await _learning_responses(connection, cases)
    return {report_id: to_case(row, learned.get(report_id)) for report_id, row in cases.items()}


async def _learning_responses(
    connection: AsyncConnection, report_ids: Iterable[UUID]
) -> dict[UUID, LearningResponse]:
    rows = await connection.execute(
        select(learning_response).where(learning_response.c.report_id.in_(list(report_ids)))
    )
    return {row.report_id: to_learning(row._mapping) for row in rows}  # noqa: SLF001 - as above


def to_case(row: RowMapping, learning: LearningResponse | None) -> Case:
    values = {name: row[name] for name in (*_FIXED, *_CHANGING)}
    return Case(
        **values
        | {
            "kind": Kind(row["kind"]),
            "harm": row["harm"] and Harm(row["harm"]),
            "state": CaseState(row["state"]),
            "closed_because": row["closed_because"] and ClosedBecause(row["closed_because"]),
            "learning": learning,
        }
    )


def to_learning(row: RowMapping) -> LearningResponse:
    return LearningResponse(
        method=LearningMethod(row["method"]),
        what_happened=row["what_happened"],
        why=row["why"],
        factors=tuple(ContributoryFactor(factor) for factor in row["factors"]),
    )


async def save_cases(connection: AsyncConnection, cases: Sequence[Case]) -> None:
    """The cases were locked before."""
    if not cases:
        return
    names = ("report_id", *_CHANGING)
    values = columns_of([{name: getattr(case, name) for name in names} for case in cases])
    arrays = [bindparam(f"new_{n}", values[n], type_=ARRAY(case_.c[n].type)) for n in names]
    new = func.unnest(*arrays).table_valued(*(column(n, case_.c[n].type) for n in names))
    new = new.render_derived(name="new")
    await connection.execute(
        update(case_)
        .where(case_.c.report_id == new.c.report_id)
        .values({name: new.c[name] for name in _CHANGING})
    )


async def save_learning(
    connection: AsyncConnection, report_id: UUID, learning: LearningResponse
) -> None:
    """The version before stays in the history."""
    values = {
        "method": learning.method,
        "what_happened": learning.what_happened,
        "why": learning.why,
        "factors": list(learning.factors),
    }
    await connection.execute(
        insert(learning_response)
        .values(report_id=report_id, **values)
        .on_conflict_do_update(index_elements=["report_id"], set_=values)
    )


async def action_by_id(
    connection: AsyncConnection, action_id: UUID
) -> tuple[UUID, ActionItem] | None:
    """The action and the case it belongs to."""
    row = (
        await connection.execute(select(action_item).where(action_item.c.action_id == action_id))
    ).one_or_none()
    if row is None:
        return None
    action = ActionItem(row.action_id, row.description, row.owner, row.due_on, row.completed_on)
    return row.report_id, action


async def insert_action(connection: AsyncConnection, report_id: UUID, action: ActionItem) -> None:
    await connection.execute(
        insert(action_item).values(
            action_id=action.action_id,
            report_id=report_id,
            description=action.description,
            owner=action.owner,
            due_on=action.due_on,
        )
    )


async def save_completion(connection: AsyncConnection, action: ActionItem) -> None:
    await connection.execute(
        update(action_item)
        .where(action_item.c.action_id == action.action_id)
        .values(completed_on=action.completed_on)
    )


async def add_to_tally(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    """Last in a transaction, in order of state: the tally's rows are everybody's, and are to be held for a moment only."""
    totals: Counter[str] = Counter()
    for change in changes:
        totals.update(_moved(change.before, -1))
        totals.update(_moved(change.after, 1))
    rows = [{"state": state, "total": total} for state, total in sorted(totals.items()) if total]
    await insert_rows(
        connection,
        case_tally,
        rows,
        "ON CONFLICT (state) DO UPDATE SET total = case_tally.total + excluded.total",
    )


def _moved(side: Mapping[str, object], by: int) -> dict[str, int]:
    return {str(side["state"]): by} if "state" in side else {}


async def save_themes(connection: AsyncConnection, verdicts: Sequence[ThemesAssigned]) -> None:
    """At most one verdict on a report; an older revision than the one kept changes nothing."""
    shown = {"theme", "title", "sub_theme_title"}
    await insert_rows(
        connection,
        case_themes,
        [
            {
                "report_id": verdict.report_id,
                "revision": verdict.revision,
                "tenet": verdict.tenet,
                "themes": to_json([t.model_dump(include=shown) for t in verdict.themes]).decode(),
            }
            for verdict in verdicts
        ],
        "ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision,"
        " tenet = excluded.tenet, themes = excluded.themes"
        " WHERE case_themes.revision < excluded.revision",
    )


_WITHDRAWALS = 3_120_001
"""Advisory lock. A report that is replayed and its withdrawal may come to two processes at once: each would miss what the other has not
committed, and the case would stay open."""


async def save_withdrawals(connection: AsyncConnection, facts: Sequence[ReportWithdrawn]) -> None:
    """Waits until whoever opens cases has done so; who opens any later knows of these."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WITHDRAWALS})
    await insert_rows(
        connection,
        withdrawal,
        [
            {
                "report_id": fact.report_id,
                "reason": fact.reason,
                "withdrawn_at": fact.occurred_at,
            }
            for fact in facts
        ],
        "ON CONFLICT (report_id) DO NOTHING",
    )


async def withdrawn_among(connection: AsyncConnection, report_ids: Collection[UUID]) -> set[UUID]:
    """For opening cases: no other of these is withdrawn until this transaction ends."""
    lock = "SELECT pg_advisory_xact_lock_shared(:key)"
    await connection.execute(text(lock), {"key": _WITHDRAWALS})
    rows = await connection.execute(
        select(withdrawal.c.report_id).where(withdrawal.c.report_id.in_(report_ids))
    )
    return set(rows.scalars())
