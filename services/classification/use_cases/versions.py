"""Which versions verdicts are given by."""

from services.classification import repository
from services.classification.model.verdict import in_force
from shared.platform.audit import Change, RecordKind, difference
from shared.platform.transaction import Transaction


async def record_what_is_in_force(tx: Transaction) -> None:
    """Which list of themes, words and model new reports get from now on, where the history's last entry says otherwise. Any number
    of processes may ask at once."""
    await repository.lock_what_is_in_force(tx.connection)
    said = await repository.said_to_be_in_force(tx.connection)
    for kind, now in in_force().items():
        before, after = difference(said.get(kind, {}), now)
        if after:
            tx.record(Change(RecordKind.TAXONOMY, kind, "put in force", before, after))
