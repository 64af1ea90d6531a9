"""From a figure to the reports behind it: lists, newest first, read from an index and continued after their last entry.

What a figure counts is known by month, so a list of few among many is looked for in the months that have any.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, Facet, Measure, MonthOf
from services.reporting.domain.known import month_of
from services.reporting.domain.months import plus
from services.reporting.domain.questions import Pairs, Position, Question, Slice
from services.reporting.domain.scope import Scope
from services.reporting.domain.stages import ClockStage, Stage, kept_for, number_at
from services.reporting.repository import cells
from services.reporting.repository.conditions import about, among, array_of
from services.reporting.tables import (
    CASE_IS_OPEN,
    case_fact,
    listed_report,
    report_fact,
    verdict_fact,
)
from shared.contracts.cases import ClosedBecause

_listed = listed_report.c
_case = case_fact.c


@dataclass(frozen=True)
class ListedReport:
    """A report behind a figure: no words of it."""

    report_id: UUID
    reference: str
    happened_on: date
    kind: str
    tenet: str
    provider: str
    reporter: str
    state: str | None
    """How far its case is; none until it is opened."""

    @property
    def position(self) -> Position:
        return Position(self.happened_on, self.report_id)


@dataclass(frozen=True)
class Behind:
    """What the figure counts of a question's reports."""

    theme: str = EVERY
    sub_theme: str = EVERY
    measure: Stage = Measure.REPORTS
    facet: tuple[Facet, str] | None = None
    month_of: MonthOf = MonthOf.EVENT
    """Which month the question's period is of."""
    on: date | None = None
    """Of one day only: of those that happened then."""
    running: Mapping[date, int] = field(default_factory=dict)
    """By month, those whose response clock still runs, for a stage that follows from them (`repository.running`)."""


_RUNS = CASE_IS_OPEN & (_case.due_at >= func.now())
_ASKED = _case.due_at.is_not(None)
_STAGES: Mapping[Stage, ColumnElement[bool]] = {
    Measure.ASKED: _ASKED,
    Measure.IN_TIME: _case.acknowledged_late.is_(False),
    Measure.LATE: _case.acknowledged_late.is_(True),
    Measure.LEARNING: _case.learning_at.is_not(None),
    Measure.ACTION: _case.action_planned_at.is_not(None),
    Measure.COMPLETED: _case.action_completed_on.is_not(None),
    Measure.OUTCOME: _case.outcome_at.is_not(None),
    Measure.DISPUTED: _case.disputed_at.is_not(None),
    Measure.CONFIRMED: _case.closed_because == ClosedBecause.CONFIRMED,
    Measure.UNANSWERED: _case.closed_because == ClosedBecause.UNANSWERED,
    ClockStage.ACKNOWLEDGED: _case.acknowledged_late.is_not(None),
    ClockStage.WAITING: _ASKED & _case.acknowledged_late.is_(None),
    ClockStage.RUNNING: _RUNS,
    ClockStage.OVERDUE: _ASKED & _case.acknowledged_late.is_(None) & not_(_RUNS),
    ClockStage.NOT_IN_TIME: _ASKED & _case.acknowledged_late.is_not(False) & not_(_RUNS),
    ClockStage.SETTLED: _ASKED & not_(_RUNS),
}


_PAST: Mapping[Stage, ColumnElement[bool]] = {
    Measure.ACTION: report_fact.c.past_action_on.is_not(None),
    Measure.OUTCOME: report_fact.c.past_outcome_on.is_not(None),
}


async def reports_behind(
    connection: AsyncConnection,
    question: Question,
    behind: Behind,
    *,
    limit: int,
    after: Position | None = None,
) -> list[ListedReport]:
    """Newest first; those that come after a position, where one is given."""
    oldest = await _oldest_needed(connection, question, behind, limit, after)
    if oldest is None:
        return []
    found: list[ListedReport] = []
    for part in question.slices:
        rows = await connection.execute(_list(part, question, behind, oldest, limit, after))
        found += [ListedReport(**row) for row in rows.mappings()]
    return sorted(found, key=attrgetter("position"), reverse=True)[:limit]


def in_scope(
    scope: Scope, reporter: ColumnElement[str], provider: ColumnElement[str]
) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    sides = ((reporter, scope.reporters), (provider, scope.providers))
    return or_(false(), *(_one_of(column, codes) for column, codes in sides if codes))


def _one_of(column: ColumnElement[str], codes: Collection[str]) -> ColumnElement[bool]:
    """By a hash: a plan that is kept for any array compares each row with all of its values."""
    if len(codes) == 1:
        return among(column, codes)
    return column.in_(select(func.unnest(array_of(column, codes))))


async def _oldest_needed(
    connection: AsyncConnection,
    question: Question,
    behind: Behind,
    limit: int,
    after: Position | None,
) -> date | None:
    """The first day that the list need not go back beyond, by the kept counts of months; none where there is nothing."""
    if behind.on is not None:
        return behind.on
    if behind.month_of is MonthOf.REPORT:
        return date.min
    # Of one harm, rating, source or service it is not kept how many reached a stage.
    known = behind.facet is None or behind.measure is Measure.REPORTS
    found = 0
    oldest = None
    for month, number in sorted((await _by_month(connection, question, behind)).items())[::-1]:
        if after is not None and month > after.day:
            continue
        oldest = month
        # Of the month that the list has come to, nobody knows how many are left.
        found += number if after is None or month != month_of(after.day) else 0
        if known and found >= limit:
            break
    return oldest


async def _by_month(
    connection: AsyncConnection, question: Question, behind: Behind
) -> dict[date, int]:
    if behind.facet is not None:
        facet, value = behind.facet
        found = await cells.facets(
            connection, question, facet, "month", theme=behind.theme, value=value
        )
        return {cast("date", month): number for (month,), number in found.items()}
    told = await cells.numbers(
        connection,
        question,
        "month",
        theme=behind.theme,
        sub_theme=behind.sub_theme,
        measures=kept_for(behind.measure),
    )
    numbers = {
        month: number_at(behind.measure, counted, behind.running.get(month, 0))
        for labels, counted in told.items()
        for month in cast("tuple[date]", labels)
    }
    return {month: number for month, number in numbers.items() if number}


def _list(
    part: Slice,
    question: Question,
    behind: Behind,
    oldest: date,
    limit: int,
    after: Position | None,
) -> Select[tuple[object, ...]]:
    """The newest of a slice. Where it is of certain organisations, of each by its own stretch of the index, and the newest of those."""
    period = question.period
    ids = (
        select(_listed.report_id, _listed.happened_on, _listed.provider, _listed.reporter)
        .add_columns(_listed.tenet, _listed.kind)
        .where(
            _listed.theme == behind.theme,
            _listed.happened_on < plus(period.last, 1),
            _listed.happened_on >= oldest,
            true() if behind.on is None else _listed.happened_on == behind.on,
            true() if after is None else _in_order < tuple_(after.day, after.record_id),
            *belonging(part, question),
            *asked_for(question),
            *looked_up(question, behind),
        )
        .order_by(_listed.happened_on.desc(), _listed.report_id.desc())
        .limit(limit)
    )
    chosen: FromClause
    source: FromClause
    drivers = _drivers(part)
    if drivers is None:
        source = chosen = ids.subquery()
    else:
        column, codes = drivers
        code = func.unnest(array_of(column, codes)).table_valued("code").render_derived()
        chosen = ids.where(column == code.c.code).lateral()
        source = code.join(chosen, true())
    return (
        select(*chosen.c, report_fact.c.reference, _case.state)
        .select_from(source)
        .join(report_fact, report_fact.c.report_id == chosen.c.report_id)
        .outerjoin(case_fact, _case.report_id == chosen.c.report_id)
        .order_by(chosen.c.happened_on.desc(), chosen.c.report_id.desc())
        .limit(limit)
    )


_in_order = tuple_(_listed.happened_on, _listed.report_id)


def _drivers(part: Slice) -> tuple[ColumnElement[str], Collection[str]] | None:
    """The organisations by whose index a slice is read."""
    if isinstance(part, Pairs):
        return _listed.reporter, part.reporters
    return None if part.providers is None else (_listed.provider, part.providers)


def belonging(part: Slice, question: Question) -> list[ColumnElement[bool]]:
    """What belongs to the slice, where its organisations do not say."""
    if isinstance(part, Pairs):
        return about(part, _listed.provider)
    if not part.area:
        return []
    return [in_scope(question.scope, _listed.reporter, _listed.provider)]


def asked_for(question: Question) -> list[ColumnElement[bool]]:
    """The filters that the list's own row answers."""
    asked = [(_listed.tenet, question.filters.tenet), (_listed.kind, question.filters.kind)]
    return [column == value for column, value in asked if value is not None]


def looked_up(question: Question, behind: Behind) -> list[ColumnElement[bool]]:
    """What the list's own row does not say is looked up by the report's key. Harm is written out: a plan that is kept for any cannot use
    the index of grave harm."""
    found = []
    if behind.measure is not Measure.REPORTS:
        reached = _there(case_fact, _STAGES[behind.measure])
        before = _PAST.get(behind.measure)
        found.append(reached if before is None else reached | _there(report_fact, before))
    if behind.sub_theme != EVERY:
        named = {"theme": behind.theme, "sub_theme": behind.sub_theme}
        found.append(_there(verdict_fact, verdict_fact.c.themes.contains([named])))
    if behind.facet is not None:
        facet, value = behind.facet
        found.append(
            _listed.harm == literal(value, literal_execute=True)
            if facet is Facet.HARM
            else _there(report_fact, report_fact.c[facet] == value)
        )
    if behind.month_of is MonthOf.REPORT:
        first, last = question.period.first, question.period.last
        found.append(_there(report_fact, report_fact.c.reported_month.between(first, last)))
    return found


def _there(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A value and not `EXISTS`, which PostgreSQL may answer for all reports at once by reading the whole table."""
    looked_up = select(condition).where(table.c.report_id == _listed.report_id)
    return looked_up.scalar_subquery().is_(True)
