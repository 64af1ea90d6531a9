"""The history that cannot be quietly changed: every change of a record is an entry, and each entry's hash holds the one before.

Use cases say what changed (`Transaction.record`); the entry is written by the transaction that makes the change, so that there
is none without the other. `chain` is the arithmetic, `repository` the statements.
"""

from shared.platform.audit.chain import (
    Author,
    AuthorKind,
    Change,
    RecordKind,
    difference,
    fingerprint,
)

__all__ = ["Author", "AuthorKind", "Change", "RecordKind", "difference", "fingerprint"]
