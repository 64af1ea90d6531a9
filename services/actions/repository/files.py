"""One case with all that belongs to it, and the counts of all."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions.domain.case import ActionItem, Case
from services.actions.repository.changes import to_case, to_learning
from services.actions.repository.scope import Scope
from services.actions.tables import (
    action_item,
    case_,
    case_tally,
    case_themes,
    learning_response,
    withdrawal,
)
from shared.contracts.cases import CaseState
from shared.contracts.reports import Rating, Tenet, WithdrawalReason


@dataclass(frozen=True)
class CaseFile:
    """A case with its report and themes, as the case page shows it."""

    case: Case
    tenet: Tenet
    service: str
    happened_on: date
    rating: Rating | None
    question: str | None
    text: str
    reported_at: datetime
    themes: tuple[str, ...]
    withdrawn_at: datetime | None
    withdrawn_because: WithdrawalReason | None


async def database_time(connection: AsyncConnection) -> datetime:
    now: datetime = (await connection.execute(select(func.now()))).scalar_one()
    return now


async def find_report_id(connection: AsyncConnection, scope: Scope, reference: str) -> UUID | None:
    """None as well when the case is somebody else's: it is not said that it exists."""
    found = await connection.execute(
        select(case_.c.report_id).where(case_.c.reference == reference, scope.condition())
    )
    report_id: UUID | None = found.scalar_one_or_none()
    return report_id


async def case_file(connection: AsyncConnection, scope: Scope, reference: str) -> CaseFile | None:
    row = (
        await connection.execute(
            select(case_)
            .add_columns(
                learning_response.c.method,
                learning_response.c.what_happened,
                learning_response.c.why,
                learning_response.c.factors,
                case_themes.c.themes,
                withdrawal.c.withdrawn_at,
                withdrawal.c.reason.label("withdrawn_because"),
            )
            .select_from(
                with_themes()
                .outerjoin(learning_response, learning_response.c.report_id == case_.c.report_id)
                .outerjoin(withdrawal, withdrawal.c.report_id == case_.c.report_id)
            )
            .where(case_.c.reference == reference, scope.condition())
        )
    ).one_or_none()
    if row is None:
        return None
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return CaseFile(
        case=to_case(values, to_learning(values) if row.method else None),
        tenet=Tenet(row.tenet),
        service=row.service,
        happened_on=row.happened_on,
        rating=row.rating and Rating(row.rating),
        question=row.question,
        text=row.report_text,
        reported_at=row.reported_at,
        themes=tuple(_full_title(theme) for theme in row.themes or ()),
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because and WithdrawalReason(row.withdrawn_because),
    )


async def actions_of(connection: AsyncConnection, report_id: UUID) -> list[ActionItem]:
    rows = await connection.execute(
        select(action_item)
        .where(action_item.c.report_id == report_id)
        .order_by(action_item.c.due_on, action_item.c.action_id)
    )
    return [to_action(row) for row in rows]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """Cases by state, and those past their deadline unacknowledged. Reads a handful of rows and one partial index."""
    rows = await connection.execute(select(case_tally.c.state, case_tally.c.total))
    totals = {f"cases_{state}": 0 for state in CaseState}
    totals |= {f"cases_{state}": total for state, total in rows}
    overdue = select(func.count()).where(
        case_.c.state == CaseState.OPEN, case_.c.due_at <= func.now()
    )
    return totals | {"cases_overdue": (await connection.execute(overdue)).scalar_one()}


def to_action(row: Row[Any]) -> ActionItem:
    return ActionItem(row.action_id, row.description, row.owner, row.due_on, row.completed_on)


def _full_title(theme: dict[str, Any]) -> str:
    sub_theme = theme.get("sub_theme_title")
    return f"{theme['title']}: {sub_theme}" if sub_theme else str(theme["title"])


def with_themes() -> Any:  # a join's type is not exported
    return case_.outerjoin(case_themes, case_themes.c.report_id == case_.c.report_id)
