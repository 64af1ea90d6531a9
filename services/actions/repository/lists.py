"""Lists of cases and of actions, a page at a time, and what in them is urgent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    column,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions.domain.case import ActionItem
from services.actions.repository.files import to_action, with_themes
from services.actions.repository.scope import Scope
from services.actions.tables import (
    action_item,
    case_,
    case_themes,
)
from shared.contracts.cases import CaseState
from shared.contracts.reports import Harm, Kind, Rating, Tenet

PAGE_SIZE = 25
MOST_COUNTED = 1_000
"""Nobody needs to know whether a list has 40,000 or 40,001 rows, and counting them all would take its time."""
_THEMES_OF = 500
"""The themes to filter by are those of this many of the newest cases."""


class View(StrEnum):
    """Which cases a list shows."""

    WAITING_FOR_PROVIDER = "waiting-for-provider"
    OVERDUE = "overdue"
    WAITING_FOR_PRACTICE = "waiting-for-practice"
    CLOSED = "closed"
    HISTORY = "history"
    ALL = "all"


@dataclass(frozen=True)
class Filter:
    view: View
    theme: str | None = None
    page: int = 1


@dataclass(frozen=True)
class Theme:
    slug: str
    title: str


@dataclass(frozen=True)
class CaseRow:
    """A case in a list. No free text but the theme's title."""

    reference: str
    reporter: str
    provider: str
    state: CaseState
    due_at: datetime | None
    late: bool | None
    tenet: Tenet
    kind: Kind
    harm: Harm | None
    rating: Rating | None
    theme: str | None
    reported_at: datetime


@dataclass(frozen=True)
class Listing:
    rows: list[CaseRow]
    total: int
    """At most `MOST_COUNTED` + 1, which means "more"."""
    page: int

    @property
    def has_next(self) -> bool:
        return self.total > self.page * PAGE_SIZE


@dataclass(frozen=True)
class Urgency:
    overdue: int
    due_soon: int
    to_confirm: int


@dataclass(frozen=True)
class Action:
    item: ActionItem
    reference: str
    provider: str


async def list_cases(
    connection: AsyncConnection, scope: Scope, wanted: Filter, now: datetime
) -> Listing:
    """One page, least time left first where a clock runs, else newest first."""
    chosen = _chosen(scope, wanted, now)
    counted = select(literal(1)).select_from(with_themes()).where(chosen)
    total = await connection.execute(
        select(func.count()).select_from(counted.limit(MOST_COUNTED + 1).subquery())
    )
    rows = await connection.execute(
        _rows()
        .where(chosen)
        .order_by(*_order(wanted.view))
        .limit(PAGE_SIZE)
        .offset((wanted.page - 1) * PAGE_SIZE)
    )
    return Listing([_case_row(row) for row in rows], total.scalar_one(), wanted.page)


async def theme_choices(
    connection: AsyncConnection, scope: Scope, view: View, now: datetime
) -> list[Theme]:
    newest = (
        select(case_themes.c.themes)
        .select_from(with_themes())
        .where(_chosen(scope, Filter(view), now), case_themes.c.report_id.is_not(None))
        .order_by(case_.c.report_id.desc())
        .limit(_THEMES_OF)
        .subquery()
    )
    each = func.jsonb_array_elements(newest.c.themes).table_valued(column("value", JSONB))
    slug, title = each.c.value["theme"].astext, each.c.value["title"].astext
    rows = await connection.execute(
        select(slug, func.min(title))
        .select_from(newest.join(each, true()))
        .group_by(slug)
        .order_by(func.min(title))
    )
    return [Theme(*row) for row in rows]


async def urgency(
    connection: AsyncConnection, scope: Scope, now: datetime, within: timedelta
) -> Urgency:
    """What a person must not miss. `to_confirm` counts the answers that wait for the reporting organisation."""
    is_open = case_.c.state == CaseState.OPEN
    deadlines = (
        await connection.execute(
            select(
                func.count().filter(case_.c.due_at <= now),
                func.count().filter(case_.c.due_at > now),
            ).where(is_open, case_.c.due_at <= now + within, scope.condition())
        )
    ).one()
    waiting = select(func.count()).where(
        case_.c.reporter.in_(scope.reported), case_.c.state == CaseState.ANSWERED
    )
    to_confirm = (await connection.execute(waiting)).scalar_one() if scope.reported else 0
    return Urgency(deadlines[0], deadlines[1], to_confirm)


async def outstanding_actions(
    connection: AsyncConnection, scope: Scope, page: int
) -> tuple[list[Action], bool]:
    """Planned and not completed, earliest due first; and whether there are more after this page."""
    rows = await connection.execute(
        select(action_item, case_.c.reference, case_.c.provider)
        .join(case_, case_.c.report_id == action_item.c.report_id)
        .where(action_item.c.completed_on.is_(None), scope.condition())
        .order_by(action_item.c.due_on, action_item.c.action_id)
        .limit(PAGE_SIZE + 1)
        .offset((page - 1) * PAGE_SIZE)
    )
    found = [Action(to_action(row), row.reference, row.provider) for row in rows]
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def _rows() -> Select[Any]:
    return select(
        case_.c.reference,
        case_.c.reporter,
        case_.c.provider,
        case_.c.state,
        case_.c.due_at,
        case_.c.late,
        func.coalesce(case_themes.c.tenet, case_.c.tenet).label("tenet"),
        case_.c.kind,
        case_.c.harm,
        case_.c.rating,
        case_themes.c.themes[0]["title"].astext.label("theme"),
        case_.c.reported_at,
    ).select_from(with_themes())


def _case_row(row: Row[Any]) -> CaseRow:
    return CaseRow(
        reference=row.reference,
        reporter=row.reporter,
        provider=row.provider,
        state=CaseState(row.state),
        due_at=row.due_at,
        late=row.late,
        tenet=Tenet(row.tenet),
        kind=Kind(row.kind),
        harm=row.harm and Harm(row.harm),
        rating=row.rating and Rating(row.rating),
        theme=row.theme,
        reported_at=row.reported_at,
    )


def _chosen(scope: Scope, wanted: Filter, now: datetime) -> ColumnElement[bool]:
    conditions = [scope.condition(), _in_view(wanted.view, now)]
    if wanted.theme is not None:
        conditions.append(case_themes.c.themes.contains([{"theme": wanted.theme}]))
    return and_(*conditions)


def _in_view(view: View, now: datetime) -> ColumnElement[bool]:
    states: dict[View, Collection[CaseState]] = {
        View.WAITING_FOR_PROVIDER: (
            CaseState.OPEN,
            CaseState.ACKNOWLEDGED,
            CaseState.DISPUTED,
        ),
        View.WAITING_FOR_PRACTICE: (CaseState.ANSWERED,),
        View.CLOSED: (CaseState.CLOSED,),
        View.HISTORY: (CaseState.HISTORY,),
    }
    if view is View.OVERDUE:
        return and_(case_.c.state == CaseState.OPEN, case_.c.due_at <= now)
    return case_.c.state.in_(states[view]) if view in states else true()


def _order(view: View) -> Sequence[ColumnElement[Any]]:
    """Where the provider's clock runs it leads; then come the disputed and the acknowledged, by the same clock."""
    if view in {View.WAITING_FOR_PROVIDER, View.OVERDUE}:
        urgent = case(
            (case_.c.state == CaseState.OPEN, 0),
            (case_.c.state == CaseState.DISPUTED, 1),
            else_=2,
        )
        return urgent, case_.c.due_at, case_.c.report_id
    return (case_.c.report_id.desc(),)
