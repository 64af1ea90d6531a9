"""Open cases whose response clock still runs. Not a kept count: time alone ends it.

They are as many as come in while a clock runs, however many there have been, and however many have run out since: those pile up where
nobody answers, and are what the kept counts have as waiting without these.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY
from services.reporting.domain.months import plus
from services.reporting.domain.questions import Question
from services.reporting.repository.cells import among
from services.reporting.repository.records import asked_for, in_scope
from services.reporting.tables import CASE_IS_OPEN, case_fact, listed_report, report_fact

_listed = listed_report.c
_case = case_fact.c


async def running(connection: AsyncConnection, question: Question, now: datetime) -> int:
    """Open cases of these reports whose clock still runs."""
    period = question.period
    of_months = (_listed.happened_on >= period.first, _listed.happened_on < plus(period.last, 1))
    theirs = _of_open_case(question).with_only_columns(literal(1)).where(*of_months).lateral()
    statement = select(func.count()).select_from(case_fact.join(theirs, true()))
    return int(
        (await connection.execute(statement.where(*_is_running(question, now)))).scalar_one()
    )


async def running_by_month(
    connection: AsyncConnection, question: Question, now: datetime
) -> dict[date, int]:
    """The same by month of the report."""
    theirs = (
        _of_open_case(question)
        .join(report_fact, report_fact.c.report_id == _listed.report_id)
        .with_only_columns(report_fact.c.reported_month)
        .where(report_fact.c.reported_month.between(question.period.first, question.period.last))
        .lateral()
    )
    rows = await connection.execute(
        select(theirs.c.reported_month, func.count())
        .select_from(case_fact.join(theirs, true()))
        .where(*_is_running(question, now))
        .group_by(theirs.c.reported_month)
    )
    return {month: int(number) for month, number in rows}


def _is_running(question: Question, now: datetime) -> list[ColumnElement[bool]]:
    about, practice = question.about, question.filters.practice
    return [
        CASE_IS_OPEN,
        _case.due_at >= now,
        true() if about is None else among(_case.provider, about),
        true() if practice is None else _case.reporter == practice,
        in_scope(question.scope, _case.reporter, _case.provider),
    ]


def _of_open_case(question: Question) -> Select[Any]:
    """The listed report of a case, if the question is about it. At most one, which is said so that it is looked up for each open case:
    these are few, and a plan that begins with the list reads all of it."""
    return (
        select(listed_report)
        .where(
            _listed.report_id == _case.report_id,
            _listed.theme == (question.filters.theme or EVERY),
            *asked_for(question),
        )
        .limit(1)
        .correlate(case_fact)
    )
