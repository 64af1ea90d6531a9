"""Each report's first verdict."""

from collections.abc import Sequence
from uuid import UUID

from services.classification import domain, repository
from services.classification.model.verdict import Asked, Verdict
from services.classification.model.versions import SHIPPED, Versions
from services.classification.use_cases.versions import in_force
from shared.contracts.reports import ReportSubmitted
from shared.platform.audit import Change, RecordKind
from shared.platform.transaction import Transaction


async def assign_themes(
    reports: Sequence[ReportSubmitted], tx: Transaction, versions: Versions = SHIPPED
) -> None:
    """Each report's first verdict, by the version in force. A report that is known already keeps the one it has, a person's above
    all."""
    current = await in_force(tx, versions)
    models = {kind: versions.load(version.name) for kind, version in current.items()}
    first = {report.report_id: report for report in reversed(reports)}  # of two records of one
    known = list(reversed(first.values()))
    verdicts: dict[UUID, Verdict] = {}
    for kind, model in models.items():
        same = [report for report in known if report.kind is kind]
        asked = [
            Asked(report.text, report.tenet, report.question, report.service, report.harm)
            for report in same
        ]
        ids = [report.report_id for report in same]
        verdicts.update(zip(ids, model.classify_all(asked), strict=True))
    pairs = [(one, domain.first_decision(verdicts[one.report_id], tx.now)) for one in known]
    names = {kind: version.name for kind, version in current.items()}
    new = await repository.add_reports(tx.connection, pairs, names)
    fresh = [(report.report_id, decision) for report, decision in pairs if report.report_id in new]
    await repository.add_decisions(tx.connection, fresh)
    tx.emit_all(domain.themes_assigned(report_id, decision) for report_id, decision in fresh)
    tx.record(
        *(
            Change(
                RecordKind.VERDICT,
                str(report_id),
                "themes assigned",
                {},
                domain.described(decision),
            )
            for report_id, decision in fresh
        )
    )
