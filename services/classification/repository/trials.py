"""Trials of versions on history, and what they found."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, insert, literal, select, true, union_all, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import Decision
from services.classification.domain.trial import Comparison, TrialState
from services.classification.repository.reports import REPORT, StoredReport, decision_of, stored
from services.classification.repository.scope import Scope
from services.classification.tables import report, trial, trial_report, verdict
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from shared.platform.database import insert_rows


@dataclass(frozen=True)
class Trial:
    """A version tried on all reports of its kind, beside what they have."""

    trial_id: UUID
    kind: Kind
    candidate: str
    against: str
    """The version in force when it began."""
    state: TrialState
    total: int
    compared: int
    cursor: UUID | None
    """The last report compared."""
    began_at: datetime
    ended_at: datetime | None
    person: str

    @property
    def under_way(self) -> bool:
        return self.state is TrialState.UNDER_WAY

    @property
    def percent(self) -> int:
        """How far it is. Reports that came after it began are compared, too."""
        return min(100, 100 * self.compared // self.total) if self.total else 100


@dataclass(frozen=True)
class Example:
    """A report that would gain the theme of this key, or lose it."""

    theme: str
    gained: bool
    report: StoredReport


async def add_trial(connection: AsyncConnection, one: Trial) -> None:
    """In the place of earlier trials of the same candidate: their findings go. Raises IntegrityError while another one of the kind is
    under way."""
    earlier = select(trial.c.trial_id).where(trial.c.candidate == one.candidate)
    await connection.execute(delete(trial_report).where(trial_report.c.trial_id.in_(earlier)))
    await connection.execute(delete(trial).where(trial.c.candidate == one.candidate))
    await connection.execute(
        insert(trial).values({column.name: getattr(one, column.name) for column in trial.c})
    )


async def count_reports(connection: AsyncConnection, kind: Kind) -> int:
    counted = await connection.execute(
        select(func.count()).select_from(report).where(report.c.kind == kind)
    )
    return counted.scalar_one()


async def find_trial(connection: AsyncConnection, trial_id: UUID) -> Trial | None:
    rows = await connection.execute(select(trial).where(trial.c.trial_id == trial_id))
    return next((_trial(row) for row in rows.mappings()), None)


async def newest_trials(connection: AsyncConnection) -> dict[str, Trial]:
    """By candidate."""
    rows = await connection.execute(
        select(trial)
        .ext(distinct_on(trial.c.candidate))
        .order_by(trial.c.candidate, trial.c.began_at.desc())
    )
    return {row["candidate"]: _trial(row) for row in rows.mappings()}


async def take_trial(connection: AsyncConnection, candidates: Collection[str]) -> Trial | None:
    """One that is under way and that nobody else is at, of these versions; locked until the transaction ends."""
    rows = await connection.execute(
        select(trial)
        .where(trial.c.state == TrialState.UNDER_WAY, trial.c.candidate.in_(candidates))
        .order_by(trial.c.began_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return next((_trial(row) for row in rows.mappings()), None)


async def next_reports(
    connection: AsyncConnection, one: Trial, limit: int
) -> list[tuple[StoredReport, Decision]]:
    """Those after the trial's cursor with their current verdicts, in the order of their ids."""
    rows = await connection.execute(
        select(*REPORT, verdict)
        .join(
            verdict,
            (verdict.c.report_id == report.c.report_id) & (verdict.c.revision == report.c.revision),
        )
        .where(
            report.c.kind == one.kind,
            report.c.report_id > one.cursor if one.cursor is not None else true(),
        )
        .order_by(report.c.report_id)
        .limit(limit)
    )
    return [(stored(row), decision_of(row)) for row in rows]


async def save_comparisons(
    connection: AsyncConnection, one: Trial, found: Sequence[tuple[UUID, Comparison]]
) -> None:
    """And how far the trial is by them."""
    rows = [
        {
            "trial_id": one.trial_id,
            "report_id": report_id,
            "decided_by": comparison.decided_by,
            "before": _json(comparison.before),
            "gained": _json(comparison.gained),
            "lost": _json(comparison.lost),
            "against": None if comparison.against is None else _json(comparison.against),
            "tenet_changed": comparison.tenet_changed,
            "sentiment_changed": comparison.sentiment_changed,
            "hints_changed": comparison.hints_changed,
        }
        for report_id, comparison in found
    ]
    await insert_rows(connection, trial_report, rows)
    await connection.execute(
        update(trial)
        .where(trial.c.trial_id == one.trial_id)
        .values(compared=trial.c.compared + len(found), cursor=found[-1][0])
    )


async def end_trials(
    connection: AsyncConnection,
    state: TrialState,
    now: datetime,
    *,
    trial_id: UUID | None = None,
    kind: Kind | None = None,
) -> list[Trial]:
    """The one of this id, or whichever is under way for the kind. Returns those that were under way until now."""
    which = trial.c.trial_id == trial_id if trial_id is not None else trial.c.kind == kind
    rows = await connection.execute(
        update(trial)
        .where(which, trial.c.state == TrialState.UNDER_WAY)
        .values(state=state, ended_at=now)
        .returning(trial)
    )
    return [_trial(row) for row in rows.mappings()]


async def comparisons(
    connection: AsyncConnection, trial_id: UUID, scope: Scope | None
) -> list[tuple[Comparison, int]]:
    """Each sort of outcome with its number of reports: of the scope's, or of all."""
    told = (
        trial_report.c.decided_by,
        trial_report.c.before,
        trial_report.c.gained,
        trial_report.c.lost,
        trial_report.c.against,
        trial_report.c.tenet_changed,
        trial_report.c.sentiment_changed,
        trial_report.c.hints_changed,
    )
    rows = await connection.execute(
        select(*told, func.count().label("reports"))
        .join(report, report.c.report_id == trial_report.c.report_id)
        .where(
            trial_report.c.trial_id == trial_id,
            scope.condition() if scope is not None else true(),
        )
        .group_by(*told)
    )
    return [
        (
            Comparison(
                decided_by=DecidedBy(row.decided_by),
                before=frozenset(row.before),
                gained=frozenset(row.gained),
                lost=frozenset(row.lost),
                against=None if row.against is None else frozenset(row.against),
                tenet_changed=row.tenet_changed,
                sentiment_changed=row.sentiment_changed,
                hints_changed=row.hints_changed,
            ),
            row.reports,
        )
        for row in rows
    ]


async def examples(
    connection: AsyncConnection, trial_id: UUID, scope: Scope, *, for_each: int
) -> list[Example]:
    """Of the scope's reports, the newest first: for each theme at most so many, some that would gain it and some that would lose it."""
    sides = []
    for column, gained in ((trial_report.c.gained, True), (trial_report.c.lost, False)):
        theme = func.jsonb_array_elements_text(column)
        sides.append(
            select(
                trial_report.c.report_id, theme.label("theme"), literal(gained).label("gained")
            ).where(
                trial_report.c.trial_id == trial_id,
                trial_report.c.decided_by == DecidedBy.MODEL,
            )
        )
    moved = union_all(*sides).subquery()
    placed = (
        select(
            *REPORT,
            moved.c.theme,
            moved.c.gained,
            func.row_number()
            .over(
                partition_by=(moved.c.theme, moved.c.gained),
                order_by=report.c.report_id.desc(),
            )
            .label("place"),
        )
        .join(report, report.c.report_id == moved.c.report_id)
        .where(scope.condition())
        .subquery()
    )
    # The first gain, the first loss, the second gain ...
    turn = func.row_number().over(
        partition_by=placed.c.theme, order_by=(placed.c.place, placed.c.gained.desc())
    )
    taken = select(placed, turn.label("turn")).subquery()
    rows = await connection.execute(
        select(taken)
        .where(taken.c.turn <= for_each)
        .order_by(taken.c.theme, taken.c.gained.desc(), taken.c.place)
    )
    return [Example(row.theme, row.gained, stored(row)) for row in rows]


def _trial(row: RowMapping) -> Trial:
    return Trial(**{**row, "kind": Kind(row["kind"]), "state": TrialState(row["state"])})


def _json(keys: Collection[str]) -> str:
    """In one order, so that outcomes that are alike are one when they are counted."""
    return json.dumps(sorted(keys))
