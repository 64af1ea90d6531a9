"""Reports with every decision on them: kept, found, and locked to be decided anew."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.domain import ChosenFrom, Decision
from services.classification.model.verdict import Asked
from services.classification.repository.scope import Scope
from services.classification.tables import report, verdict, withdrawn_report
from shared.contracts.reports import Harm, Kind, ReportSubmitted, Tenet
from shared.contracts.themes import AssignedTheme, DecidedBy, Hint
from shared.platform.database import insert_rows


@dataclass(frozen=True)
class StoredReport:
    report_id: UUID
    reference: str
    kind: Kind
    reporter: str
    provider: str
    happened_on: date
    service: str | None
    harm: Harm | None
    question: str | None
    text: str
    revision: int

    def asked(self, tenet: Tenet) -> Asked:
        """The report as a model takes it. The reporter's choice of tenet stands."""
        return Asked(self.text, tenet, self.question, self.service, self.harm)


REPORT = (
    report.c.report_id,
    report.c.reference,
    report.c.kind,
    report.c.reporter,
    report.c.provider,
    report.c.happened_on,
    report.c.service,
    report.c.harm,
    report.c.question,
    report.c.text,
    report.c.revision,
)


async def add_reports(
    connection: AsyncConnection,
    pairs: Sequence[tuple[ReportSubmitted, Decision]],
    versions: Mapping[Kind, str],
) -> set[UUID]:
    """Keep reports with their first decisions, which are those of these versions; returns those that were not known. Another
    report's reference is an error."""
    rows = [
        {
            "report_id": submitted.report_id,
            "reference": submitted.reference,
            "kind": submitted.kind,
            "reporter": submitted.reporter,
            "provider": submitted.provider,
            "happened_on": submitted.happened_on,
            "service": submitted.service,
            "harm": submitted.harm,
            "question": _storable(submitted.question),
            "text": _storable(submitted.text),
            "revision": decision.revision,
            "decided_by": decision.decided_by,
            "certainty": decision.certainty,
            "version": versions[submitted.kind],
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
                "chosen_from": decision.chosen_from,
            }
            for report_id, decision in decisions
        ],
    )


async def remember_withdrawn(connection: AsyncConnection, report_ids: Collection[UUID]) -> None:
    await insert_rows(
        connection,
        withdrawn_report,
        [{"report_id": one} for one in sorted(report_ids)],
        "ON CONFLICT DO NOTHING",
    )


def still_stands() -> ColumnElement[bool]:
    """The report was not withdrawn."""
    return ~exists().where(withdrawn_report.c.report_id == report.c.report_id)


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
        select(*REPORT).where(report.c.reference == reference, scope.condition())
    )
    row = rows.one_or_none()
    return stored(row) if row else None


async def report_to_correct(
    connection: AsyncConnection, scope: Scope, reference: str
) -> StoredReport | None:
    """Locks the report until the transaction ends, so that two people's corrections come one after the other."""
    rows = await connection.execute(
        select(*REPORT)
        .where(report.c.reference == reference, scope.condition())
        .with_for_update(of=report)
    )
    row = rows.one_or_none()
    return stored(row) if row else None


async def decisions(connection: AsyncConnection, report_id: UUID) -> list[Decision]:
    """All revisions, the current one first."""
    rows = await connection.execute(
        select(verdict).where(verdict.c.report_id == report_id).order_by(verdict.c.revision.desc())
    )
    return [decision_of(row) for row in rows]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    counted = await connection.execute(
        select(
            func.count(),
            func.count().filter(report.c.decided_by == DecidedBy.PERSON),
        ).select_from(report)
    )
    classified, corrected = counted.one()
    return {"reports_classified": classified, "verdicts_corrected": corrected}


def stored(row: Row[*tuple[object, ...]]) -> StoredReport:
    values = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
    return StoredReport(
        report_id=values["report_id"],
        reference=values["reference"],
        kind=Kind(values["kind"]),
        reporter=values["reporter"],
        provider=values["provider"],
        happened_on=values["happened_on"],
        service=values["service"],
        harm=Harm(values["harm"]) if values["harm"] else None,
        question=values["question"],
        text=values["text"],
        revision=values["revision"],
    )


def decision_of(row: Row[*tuple[Any, ...]]) -> Decision:
    """A row of `verdict`."""
    return Decision(
        revision=row.revision,
        tenet=Tenet(row.tenet),
        themes=themes_of(row.themes),
        sentiment=row.sentiment,
        hints=tuple(Hint(hint) for hint in row.hints),
        decided_by=DecidedBy(row.decided_by),
        taxonomy_version=row.taxonomy_version,
        model_version=row.model_version,
        decided_at=row.decided_at,
        member_id=row.member_id,
        person=row.person,
        reason=row.reason,
        chosen_from=ChosenFrom(row.chosen_from) if row.chosen_from else None,
    )


def themes_of(value: Sequence[object]) -> tuple[AssignedTheme, ...]:
    # By way of JSON: the strict contract takes lists for tuples only there.
    return tuple(AssignedTheme.model_validate_json(json.dumps(theme)) for theme in value)


def _storable(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL; another character of the same width keeps the evidence in its place."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if text else text
