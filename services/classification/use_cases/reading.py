"""A person reads a report that another has decided, without seeing the decision."""

from uuid import UUID

from services.classification import domain, repository
from services.classification.repository import Scope, readings
from shared.contracts.reports import Tenet
from shared.platform.audit import Change, RecordKind
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction


async def read_again(
    reference: str,
    themes: frozenset[str],
    tenet: Tenet,
    member_id: UUID,
    scope: Scope,
    tx: Transaction,
) -> None:
    """Keeps the reading beside the decision, which stands. A second one of the same person changes nothing.

    Raises NotFound for a report outside the scope, Conflict where there is no other person's decision to compare it with.
    """
    report = await repository.report_to_correct(tx.connection, scope, reference)
    if report is None:
        raise NotFound("There is no such report, or it is not one of your organisation's.")
    history = await repository.decisions(tx.connection, report.report_id)
    if await readings.find_reading(tx.connection, report.report_id, member_id):
        return
    if why_not := domain.why_not_read(history, member_id):
        raise Conflict(why_not)
    reading = domain.Reading(member_id, history[0].revision, themes, tenet, tx.now)
    await readings.add_reading(tx.connection, report.report_id, reading)
    tx.record(
        Change(
            RecordKind.VERDICT,
            str(report.report_id),
            "read a second time",
            {},
            domain.described_reading(reading),
        )
    )
