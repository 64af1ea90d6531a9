"""Open cases whose response clock still runs. Not a kept count: time alone ends it.

They are as many as come in while a clock runs, however many there have been, and however many have run out since: those pile up where
nobody answers, and are what the kept counts have as waiting without these.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Select, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY, Measure, MonthOf
from services.reporting.domain.months import plus
from services.reporting.domain.questions import Question
from services.reporting.repository.conditions import among
from services.reporting.repository.records import Behind, asked_for, in_scope, looked_up
from services.reporting.repository.succession import told_as
from services.reporting.tables import CASE_IS_OPEN, case_fact, listed_report, report_fact

_listed = listed_report.c
_case = case_fact.c
_reported = report_fact.alias("reported")


async def running(connection: AsyncConnection, question: Question, now: datetime) -> int:
    """Open cases of these reports whose clock still runs."""
    behind = Behind(question.filters.theme or EVERY)
    return sum((await running_by_month(connection, question, behind, now)).values())


async def running_by_month(
    connection: AsyncConnection, question: Question, behind: Behind, now: datetime
) -> dict[date, int]:
    """Of the reports that a figure counts, whatever their stage: by the month that the figure is of."""
    theirs = _of_open_case(question, behind)
    if behind.month_of is MonthOf.REPORT:
        month = _reported.c.reported_month.label("month")
        theirs = theirs.join(_reported, _reported.c.report_id == _listed.report_id)
    else:
        month = cast(func.date_trunc("month", _listed.happened_on), Date).label("month")
        theirs = theirs.where(*_happened(question))
    found = theirs.with_only_columns(month).lateral()
    rows = await connection.execute(
        select(found.c.month, func.count())
        .select_from(case_fact.join(found, true()))
        .where(*_is_running(question, now))
        .group_by(found.c.month)
    )
    return {on: int(number) for on, number in rows}


async def running_by(
    connection: AsyncConnection,
    question: Question,
    column: Literal["provider", "reporter"],
    now: datetime,
) -> dict[str, int]:
    """The same for each provider or practice, by month of the event."""
    behind = Behind(question.filters.theme or EVERY)
    theirs = _of_open_case(question, behind).where(*_happened(question)).lateral()
    rows = await connection.execute(
        select(_case[column], func.count())
        .select_from(case_fact.join(theirs, true()))
        .where(*_is_running(question, now))
        .group_by(_case[column])
    )
    found = Counter({code: int(number) for code, number in rows})
    if column == "reporter":
        return found
    told = await told_as(connection, question, found.keys())
    merged: Counter[str] = Counter()
    for code, number in found.items():
        merged[told.get(code, code)] += number
    return merged


def _happened(question: Question) -> tuple[ColumnElement[bool], ...]:
    period = question.period
    return _listed.happened_on >= period.first, _listed.happened_on < plus(period.last, 1)


def _is_running(question: Question, now: datetime) -> list[ColumnElement[bool]]:
    about, practice = question.about, question.filters.practice
    return [
        CASE_IS_OPEN,
        _case.due_at >= now,
        true() if about is None else among(_case.provider, about),
        true() if practice is None else _case.reporter == practice,
        in_scope(question.scope, _case.reporter, _case.provider),
    ]


def _of_open_case(question: Question, behind: Behind) -> Select[Any]:
    """The listed report of a case, if the figure counts it. At most one, which is said so that it is looked up for each open case: these are
    few, and a plan that begins with the list reads all of it."""
    return (
        select(listed_report)
        .where(
            _listed.report_id == _case.report_id,
            _listed.theme == behind.theme,
            *asked_for(question),
            *looked_up(question, replace(behind, measure=Measure.REPORTS)),
        )
        .limit(1)
        .correlate(case_fact)
    )
