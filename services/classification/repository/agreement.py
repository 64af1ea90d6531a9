"""What two readers made of the same reports: the model and a person, or two people."""

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    FromClause,
    String,
    and_,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import ChosenFrom, Pair
from services.classification.repository.scope import Scope
from services.classification.tables import reading, report, verdict
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy


@dataclass(frozen=True)
class Compared:
    """What a version of the model, and the first person to decide, made of some reports; and how that person came to them."""

    model_version: str
    chosen_from: ChosenFrom
    pair: Pair


async def model_and_people(connection: AsyncConnection, scope: Scope, kind: Kind) -> list[Compared]:
    """The first person's decision on each report beside the model's verdict that it superseded or confirmed."""
    model, person = verdict.alias("model"), verdict.alias("person")
    # Only the first person's comes right after one of the model's, which never decides after a person.
    superseded = and_(
        model.c.report_id == person.c.report_id,
        model.c.revision == person.c.revision - 1,
        model.c.decided_by == DecidedBy.MODEL,
    )
    rows = await connection.execute(
        select(
            model.c.model_version,
            person.c.chosen_from,
            _keys(model).label("said"),
            _keys(person).label("decided"),
            func.count().label("reports"),
        )
        .select_from(person)
        .join(model, superseded)
        .join(report, report.c.report_id == person.c.report_id)
        .where(person.c.decided_by == DecidedBy.PERSON, report.c.kind == kind, scope.condition())
        .group_by(model.c.model_version, person.c.chosen_from, "said", "decided")
    )
    return [
        Compared(
            row.model_version,
            ChosenFrom(row.chosen_from or ChosenFrom.OTHER),
            Pair(frozenset(row.said), frozenset(row.decided), row.reports),
        )
        for row in rows
    ]


async def people_and_people(connection: AsyncConnection, scope: Scope, kind: Kind) -> list[Pair]:
    """Each decision beside the second readings of it."""
    rows = await connection.execute(
        select(
            _keys(verdict).label("decided"),
            reading.c.themes.label("read"),
            func.count().label("reports"),
        )
        .select_from(reading)
        .join(
            verdict,
            and_(
                verdict.c.report_id == reading.c.report_id,
                verdict.c.revision == reading.c.revision,
            ),
        )
        .join(report, report.c.report_id == reading.c.report_id)
        .where(report.c.kind == kind, scope.condition())
        .group_by("decided", "read")
    )
    return [Pair(frozenset(row.decided), frozenset(row.read), row.reports) for row in rows]


def _keys(decision: FromClause) -> ColumnElement[list[str]]:
    """A verdict's themes as keys of `key_of`, in one order, so that the same themes are one group."""
    theme = (
        func.jsonb_to_recordset(decision.c.themes)
        .table_valued(column("theme", String), column("sub_theme", String))
        .render_derived(with_types=True)
    )
    key = func.concat_ws("/", theme.c.theme, theme.c.sub_theme)
    found = func.jsonb_agg(aggregate_order_by(key, key))
    none: ColumnElement[object] = literal_column("'[]'::jsonb")
    return select(func.coalesce(found, none, type_=JSONB)).select_from(theme).scalar_subquery()
