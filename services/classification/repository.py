"""Every statement about reports and verdicts. What people may see is decided here, by `Scope`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import Decision
from services.classification.tables import report, verdict
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind
from shared.contracts.reports import Kind, ReportSubmitted, Tenet
from shared.contracts.themes import AssignedTheme, DecidedBy, Hint
from shared.directory.repository import overseen_by
from shared.platform.audit import RecordKind
from shared.platform.audit.repository import entries_of
from shared.platform.database import insert_rows

NOBODY: frozenset[str] = frozenset()
PRACTICES = frozenset({OrganisationKind.PRACTICE})


@dataclass(frozen=True)
class Scope:
    """Whose reports somebody may see, as organisation codes by what the person may do there: an organisation's own and those it
    succeeded. No codes give no access, and nothing at all sees nothing."""

    answers: frozenset[str] = NOBODY
    """As responder: reports about these organisations."""
    reported: frozenset[str] = NOBODY
    """As reporter: reports of these organisations."""
    oversees: frozenset[str] = NOBODY
    """As quality lead: reports of the practices and about the providers of these commissioners."""

    @property
    def to_correct(self) -> "Scope":
        """What of it the person may correct: the quality lead's part only, never the person's own organisation's."""
        return Scope(oversees=self.oversees)

    def condition(self) -> ColumnElement[bool]:
        allowed: list[ColumnElement[bool]] = []
        if self.answers:
            allowed.append(report.c.provider.in_(self.answers))
        if self.reported:
            allowed.append(report.c.reporter.in_(self.reported))
        if self.oversees:
            allowed.append(report.c.reporter.in_(overseen_by(self.oversees, PRACTICES)))
            allowed.append(report.c.provider.in_(overseen_by(self.oversees, PROVIDER_KINDS)))
        return or_(false(), *allowed)


@dataclass(frozen=True)
class StoredReport:
    report_id: UUID
    reference: str
    kind: Kind
    reporter: str
    provider: str
    happened_on: date
    question: str | None
    text: str
    revision: int


@dataclass(frozen=True)
class Entry:
    """A row of the review queue."""

    report: StoredReport
    decided_by: DecidedBy
    certainty: float
    themes: tuple[AssignedTheme, ...]
    hints: tuple[Hint, ...]


@dataclass(frozen=True)
class Filters:
    decided_by: DecidedBy = DecidedBy.MODEL
    kind: Kind | None = None


_REPORT = (
    report.c.report_id,
    report.c.reference,
    report.c.kind,
    report.c.reporter,
    report.c.provider,
    report.c.happened_on,
    report.c.question,
    report.c.text,
    report.c.revision,
)


async def add_reports(
    connection: AsyncConnection, pairs: Sequence[tuple[ReportSubmitted, Decision]]
) -> set[UUID]:
    """Keep reports with their first decisions; returns those that were not known. Another report's reference is an error."""
    rows = [
        {
            "report_id": submitted.report_id,
            "reference": submitted.reference,
            "kind": submitted.kind,
            "reporter": submitted.reporter,
            "provider": submitted.provider,
            "happened_on": submitted.happened_on,
            "question": _storable(submitted.question),
            "text": _storable(submitted.text),
            "revision": decision.revision,
            "decided_by": decision.decided_by,
            "certainty": decision.certainty,
        }
        for submitted, decision in sorted(pairs, key=lambda pair: pair[0].report_id)
    ]
    new = await insert_rows(
        connection, report, rows, "ON CONFLICT (report_id) DO NOTHING RETURNING report_id"
    )
    return {UUID(str(row["report_id"])) for row in new}


async def add_decisions(
    connection: AsyncConnection, decisions: Sequence[tuple[UUID, Decision]]
) -> None:
    await insert_rows(
        connection,
        verdict,
        [
            {
                "report_id": report_id,
                "revision": decision.revision,
                "tenet": decision.tenet,
                "themes": json.dumps([theme.model_dump(mode="json") for theme in decision.themes]),
                "sentiment": decision.sentiment,
                "hints": json.dumps(decision.hints),
                "decided_by": decision.decided_by,
                "member_id": decision.member_id,
                "person": decision.person,
                "reason": decision.reason,
                "taxonomy_version": decision.taxonomy_version,
                "model_version": decision.model_version,
                "decided_at": decision.decided_at,
            }
            for report_id, decision in decisions
        ],
    )


async def make_current(connection: AsyncConnection, report_id: UUID, decision: Decision) -> None:
    await connection.execute(
        update(report)
        .where(report.c.report_id == report_id)
        .values(
            revision=decision.revision,
            decided_by=decision.decided_by,
            certainty=decision.certainty,
        )
    )


async def find_report(
    connection: AsyncConnection, scope: Scope, reference: str
) -> StoredReport | None:
    rows = await connection.execute(
        select(*_REPORT).where(report.c.reference == reference, scope.condition())
    )
    row = rows.one_or_none()
    return _stored(row) if row else None


async def report_to_correct(
    connection: AsyncConnection, scope: Scope, reference: str
) -> StoredReport | None:
    """Locks the report until the transaction ends, so that two people's corrections come one after the other."""
    rows = await connection.execute(
        select(*_REPORT)
        .where(report.c.reference == reference, scope.condition())
        .with_for_update(of=report)
    )
    row = rows.one_or_none()
    return _stored(row) if row else None


async def decisions(connection: AsyncConnection, report_id: UUID) -> list[Decision]:
    """All revisions, the current one first."""
    rows = await connection.execute(
        select(verdict).where(verdict.c.report_id == report_id).order_by(verdict.c.revision.desc())
    )
    return [
        Decision(
            revision=row.revision,
            tenet=Tenet(row.tenet),
            themes=_themes(row.themes),
            sentiment=row.sentiment,
            hints=tuple(Hint(hint) for hint in row.hints),
            decided_by=DecidedBy(row.decided_by),
            taxonomy_version=row.taxonomy_version,
            model_version=row.model_version,
            decided_at=row.decided_at,
            member_id=row.member_id,
            person=row.person,
            reason=row.reason,
        )
        for row in rows
    ]


async def queue(
    connection: AsyncConnection, scope: Scope, filters: Filters, *, page: int, size: int
) -> list[Entry]:
    """One page (from 1) of reports, the least certain first."""
    rows = await connection.execute(
        select(*_REPORT, report.c.decided_by, report.c.certainty, verdict.c.themes, verdict.c.hints)
        .join(
            verdict,
            (verdict.c.report_id == report.c.report_id) & (verdict.c.revision == report.c.revision),
        )
        .where(*_conditions(scope, filters))
        .order_by(report.c.certainty, report.c.report_id)
        .offset((page - 1) * size)
        .limit(size)
    )
    return [
        Entry(
            report=_stored(row),
            decided_by=DecidedBy(row.decided_by),
            certainty=row.certainty,
            themes=_themes(row.themes),
            hints=tuple(Hint(hint) for hint in row.hints),
        )
        for row in rows
    ]


async def queue_length(connection: AsyncConnection, scope: Scope, filters: Filters) -> int:
    counted = await connection.execute(
        select(func.count()).select_from(report).where(*_conditions(scope, filters))
    )
    return counted.scalar_one()


async def lock_what_is_in_force(connection: AsyncConnection) -> None:
    """Until the transaction ends: of two processes that start at once, one says what is new."""
    await connection.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended("what is in force", 0)))
    )


async def said_to_be_in_force(connection: AsyncConnection) -> dict[str, dict[str, object]]:
    """By kind of report, as the history's entries tell it, each of which holds what changed."""
    kept = await entries_of(connection, [RecordKind.TAXONOMY], limit=100_000)
    said: dict[str, dict[str, object]] = {}
    for one in reversed(kept):
        said.setdefault(one.entry.record_id, {}).update(json.loads(one.entry.after))
    return said


async def counts(connection: AsyncConnection) -> dict[str, int]:
    counted = await connection.execute(
        select(
            func.count(),
            func.count().filter(report.c.decided_by == DecidedBy.PERSON),
        ).select_from(report)
    )
    classified, corrected = counted.one()
    return {"reports_classified": classified, "verdicts_corrected": corrected}


def _conditions(scope: Scope, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [report.c.decided_by == filters.decided_by, scope.condition()]
    if filters.kind is not None:
        conditions.append(report.c.kind == filters.kind)
    return conditions


def _stored(row: Row[*tuple[object, ...]]) -> StoredReport:
    values = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
    return StoredReport(
        report_id=values["report_id"],
        reference=values["reference"],
        kind=Kind(values["kind"]),
        reporter=values["reporter"],
        provider=values["provider"],
        happened_on=values["happened_on"],
        question=values["question"],
        text=values["text"],
        revision=values["revision"],
    )


def _themes(value: Sequence[object]) -> tuple[AssignedTheme, ...]:
    # By way of JSON: the strict contract takes lists for tuples only there.
    return tuple(AssignedTheme.model_validate_json(json.dumps(theme)) for theme in value)


def _storable(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL; another character of the same width keeps the evidence in its place."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if text else text
