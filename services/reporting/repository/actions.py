"""Completed actions: what a chart of before and after is rebased at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY
from services.reporting.domain.months import ALL_TIME, plus
from services.reporting.domain.questions import Position, Question
from services.reporting.domain.scope import Scope
from services.reporting.repository import series
from services.reporting.repository.conditions import among
from services.reporting.repository.records import Behind, asked_for, in_scope, looked_up
from services.reporting.tables import action_fact, listed_report, report_fact, withdrawal_fact

_action = action_fact.c
_FEW = 8


@dataclass(frozen=True)
class CompletedAction:
    """An action that was completed, and the report it followed from."""

    action_id: UUID
    report_id: UUID
    reference: str | None
    """None until the report itself has been heard of."""
    reporter: str
    provider: str
    completed_on: date

    @property
    def position(self) -> Position:
        return Position(self.completed_on, self.action_id)


async def completed_actions(
    connection: AsyncConnection,
    question: Question,
    *,
    limit: int,
    after: Position | None = None,
) -> Sequence[CompletedAction]:
    """Those completed in the question's months, newest first, that followed from its reports, and in its scope."""
    if not await _any_reports(connection, question):
        return []
    period = question.period
    conditions = [
        _action.completed_on >= period.first,
        _action.completed_on < plus(period.last, 1),
        *_of_reports(question),
    ]
    if after is not None:
        conditions.append(
            tuple_(_action.completed_on, _action.action_id) < tuple_(after.day, after.record_id)
        )
    found: dict[UUID, CompletedAction] = {}
    for theirs in _parts(question.scope):
        newest = (
            _actions(theirs, *conditions)
            .order_by(_action.completed_on.desc(), _action.action_id.desc())
            .limit(limit)
        )
        found |= {each.action_id: each for each in await _told(connection, newest)}
    return sorted(found.values(), key=attrgetter("position"), reverse=True)[:limit]


async def _any_reports(connection: AsyncConnection, question: Question) -> bool:
    """By the kept counts: to find out that no action is of these reports, each would have to be looked at. Of all reports, or those of a
    theme, there are some."""
    filters = question.filters
    if filters.facet is None and filters.sub_theme is None:
        return True
    theme, sub_theme = filters.theme or EVERY, filters.sub_theme or EVERY
    whenever = replace(question, period=ALL_TIME)
    counted = await series.counts(connection, whenever, theme=theme, sub_theme=sub_theme)
    return any(counted.values())


def _parts(scope: Scope) -> list[ColumnElement[bool]]:
    """Whose actions, in one statement each where these are few: an index is read in its order, newest first, for one organisation only."""
    sides = ((_action.reporter, scope.reporters), (_action.provider, scope.providers))
    single = [column == code for column, codes in sides for code in codes or ()]
    if scope.everything or not 0 < len(single) <= _FEW:
        return [in_scope(scope, _action.reporter, _action.provider)]
    return single


async def completed_action(
    connection: AsyncConnection, question: Question, action_id: UUID
) -> CompletedAction | None:
    """The one, if it is completed, followed from the question's reports, and is in its scope."""
    found = await _told(
        connection,
        _actions(
            _action.action_id == action_id,
            _action.completed_on.is_not(None),
            in_scope(question.scope, _action.reporter, _action.provider),
            *_of_reports(question),
        ),
    )
    return found[0] if found else None


def _of_reports(question: Question) -> list[ColumnElement[bool]]:
    """That the action followed from a report that the question's filters ask for. What the action does not say itself, its report is asked
    for as in the lists."""
    filters = question.filters
    found: list[ColumnElement[bool]] = []
    if question.about is not None:
        found.append(among(_action.provider, question.about))
    if filters.practice is not None:
        found.append(_action.reporter == filters.practice)
    behind = Behind(filters.theme or EVERY, filters.sub_theme or EVERY, facet=filters.facet)
    of_report = [*asked_for(question), *looked_up(question, behind)]
    if filters.theme is not None or of_report:
        found.append(
            exists().where(
                listed_report.c.report_id == _action.report_id,
                listed_report.c.theme == behind.theme,
                *of_report,
            )
        )
    return found


def _actions(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """Of reports that were not withdrawn, as the counts of stages are."""
    return (
        select(
            _action.action_id,
            _action.report_id,
            report_fact.c.reference,
            _action.reporter,
            _action.provider,
            _action.completed_on,
        )
        .select_from(
            action_fact.outerjoin(report_fact, report_fact.c.report_id == _action.report_id)
        )
        .where(*conditions, ~exists().where(withdrawal_fact.c.report_id == _action.report_id))
    )


async def _told(
    connection: AsyncConnection, statement: Select[tuple[object, ...]]
) -> list[CompletedAction]:
    rows = await connection.execute(statement)
    return [CompletedAction(**row) for row in rows.mappings()]
