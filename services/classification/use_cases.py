"""What classification does: gives each report a verdict, and lets people supersede it."""

from collections.abc import Sequence

from services.classification import domain, repository
from services.classification.model.taxonomy import current_taxonomy
from services.classification.model.verdict import classify, in_force
from services.classification.repository import Scope
from shared.contracts.reports import ReportSubmitted
from shared.platform.audit import Change, RecordKind, difference
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction

_VERDICT = RecordKind.VERDICT


async def assign_themes(reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
    """Each report's first verdict. A report that is known already keeps the one it has, a person's above all."""
    decided = {
        report.report_id: (
            report,
            domain.first_decision(
                classify(report.text, report.kind, report.tenet, report.question), tx.now
            ),
        )
        for report in reversed(reports)  # of two records of one report, the first counts
    }
    pairs = list(reversed(decided.values()))
    new = await repository.add_reports(tx.connection, pairs)
    fresh = [(report.report_id, decision) for report, decision in pairs if report.report_id in new]
    await repository.add_decisions(tx.connection, fresh)
    tx.emit_all(domain.themes_assigned(report_id, decision) for report_id, decision in fresh)
    tx.record(
        *(
            Change(_VERDICT, str(report_id), "themes assigned", {}, domain.described(decision))
            for report_id, decision in fresh
        )
    )


async def correct(
    reference: str, seen: int, correction: domain.Correction, scope: Scope, tx: Transaction
) -> None:
    """A person's verdict supersedes revision `seen`.

    Raises NotFound for a report outside the scope, Conflict when there is a newer revision than the person saw, ValueError for an
    unknown theme.
    """
    report = await repository.report_to_correct(tx.connection, scope, reference)
    if report is None:
        raise NotFound("There is no such report, or it is not one of your organisation's.")
    history = await repository.decisions(tx.connection, report.report_id)
    previous = history[0]
    if previous.revision != seen:
        raise Conflict(
            "Somebody else decided on this report while you were looking at it. Look at it again."
        )
    decision = domain.corrected(previous, correction, current_taxonomy(report.kind), tx.now)
    await repository.add_decisions(tx.connection, [(report.report_id, decision)])
    await repository.make_current(tx.connection, report.report_id, decision)
    tx.emit(domain.themes_assigned(report.report_id, decision))
    agreed = domain.agrees(previous, correction.themes, correction.tenet)
    before, after = difference(domain.described(previous), domain.described(decision))
    step = "agreed with" if agreed else "corrected"
    tx.record(Change(_VERDICT, str(report.report_id), step, before, after))


async def record_what_is_in_force(tx: Transaction) -> None:
    """Which list of themes, words and model new reports get from now on, where the history's last entry says otherwise. Any number
    of processes may ask at once."""
    await repository.lock_what_is_in_force(tx.connection)
    said = await repository.said_to_be_in_force(tx.connection)
    for kind, now in in_force().items():
        before, after = difference(said.get(kind, {}), now)
        if after:
            tx.record(Change(RecordKind.TAXONOMY, kind, "put in force", before, after))
