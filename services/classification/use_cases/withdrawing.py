"""Reports that were taken back."""

from collections.abc import Sequence

from services.classification import repository
from shared.contracts.reports import ReportWithdrawn
from shared.platform.transaction import Transaction


async def leave_out(facts: Sequence[ReportWithdrawn], tx: Transaction) -> None:
    """Of the lists of what waits for a person, whether or not the report has its verdict yet, which stays."""
    await repository.remember_withdrawn(tx.connection, {fact.report_id for fact in facts})
