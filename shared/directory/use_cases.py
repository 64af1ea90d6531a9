"""What a service does with the directory's facts."""

from collections.abc import Sequence

from shared.contracts.directory import OrganisationRecorded
from shared.directory import repository
from shared.platform.transaction import Transaction


async def record_organisations(events: Sequence[OrganisationRecorded], tx: Transaction) -> None:
    """Keeps each organisation's highest revision, whatever the order and however often they come."""
    newest: dict[str, OrganisationRecorded] = {}
    for event in events:
        known = newest.get(event.code)
        if known is None or known.revision < event.revision:
            newest[event.code] = event
    await repository.save(tx.connection, list(newest.values()))
