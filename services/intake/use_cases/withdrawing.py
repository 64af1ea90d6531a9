"""Taking back what was reported."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.intake import repository
from services.intake.repository import TakenBack
from shared.contracts.reports import WITHDRAWN_BECAUSE, ReportWithdrawn, WithdrawalReason
from shared.platform.audit import Change, RecordKind
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction


class WithdrawnOtherwise(Conflict):
    title = "This report is withdrawn already"


async def withdraw_report(
    reference: str,
    reason: WithdrawalReason,
    tx: Transaction,
    *,
    reporters: Collection[str] | None,
    by: UUID | None = None,
) -> datetime:
    """Takes it back for good, and tells everybody once: the same again changes nothing. Says when it was. Raises NotFound for a report
    that none of these organisations sent (None: of anybody's), WithdrawnOtherwise where it was withdrawn for another reason."""
    taken = await repository.withdraw(
        tx.connection, reference, reason, reporters=reporters, by=by, now=tx.now
    )
    if taken is None:
        return await _before(reference, reason, tx, reporters)
    tx.emit(_withdrawn(taken, reason, by, tx))
    told = {"withdrawn_because": reason}
    tx.record(Change(RecordKind.REPORT, str(taken.report_id), "withdrawn", before={}, after=told))
    return tx.now


async def _before(
    reference: str, reason: WithdrawalReason, tx: Transaction, reporters: Collection[str] | None
) -> datetime:
    """When it was withdrawn before, if for the same reason."""
    found = await repository.my_report(tx.connection, reference, reporters=reporters)
    if found is None or found.withdrawn_at is None or found.withdrawn_because is None:
        raise NotFound("Your organisation has no report with this reference.")
    if found.withdrawn_because is not reason:
        words = WITHDRAWN_BECAUSE[found.withdrawn_because].lower()
        raise WithdrawnOtherwise(
            f"{found.reference} was withdrawn before, because {words}. That cannot be changed."
        )
    return found.withdrawn_at


def _withdrawn(
    taken: TakenBack, reason: WithdrawalReason, by: UUID | None, tx: Transaction
) -> ReportWithdrawn:
    return ReportWithdrawn(
        occurred_at=tx.now,
        report_id=taken.report_id,
        reference=taken.reference,
        reporter=taken.reporter,
        provider=taken.provider,
        reason=reason,
        withdrawn_by=by,
    )
