"""A person supersedes a verdict."""

from services.classification import domain, repository
from services.classification.model.versions import SHIPPED, Versions
from services.classification.repository import Scope
from services.classification.use_cases.versions import taxonomy_in_force
from shared.contracts.themes import DecidedBy
from shared.platform.audit import Change, RecordKind, difference
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction


async def correct(
    reference: str,
    seen: int,
    correction: domain.Correction,
    scope: Scope,
    tx: Transaction,
    versions: Versions = SHIPPED,
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
    check_unchanged(previous, seen)
    taxonomy = await taxonomy_in_force(tx.connection, report.kind, versions)
    decision = domain.corrected(previous, correction, taxonomy, tx.now)
    await repository.add_decisions(tx.connection, [(report.report_id, decision)])
    await repository.make_current(tx.connection, report.report_id, decision)
    tx.emit(domain.themes_assigned(report.report_id, decision))
    agreed = domain.agrees(previous, correction.themes, correction.tenet)
    before, after = difference(domain.described(previous), domain.described(decision))
    step = "agreed with" if agreed else "corrected"
    tx.record(Change(RecordKind.VERDICT, str(report.report_id), step, before, after))


def check_unchanged(current: domain.Decision, seen: int) -> None:
    """Raises Conflict where the person saw another revision than the current one."""
    if current.revision != seen:
        what = (
            "Somebody else decided on this report"
            if current.decided_by is DecidedBy.PERSON
            else "This report was classified anew"
        )
        raise Conflict(f"{what} while you were looking at it. Look at it again.")
