"""What is done to API keys. Neither a key nor its digest is ever recorded."""

from collections.abc import Mapping
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.domain.keys import KeyDetails, KeyState, NewKey, make_key
from services.intake.repository import KeyLine
from shared.platform.audit import Change, RecordKind
from shared.platform.transaction import Transaction


async def create_key(
    details: KeyDetails, tx: Transaction, key_id: UUID | None = None
) -> NewKey | None:
    """A key that acts for this organisation only, which must be in the directory. None, and nothing done, when the same request
    (`key_id`) came before."""
    key = make_key(key_id or uuid7())
    added = await repository.add_key(
        tx.connection,
        key_id=key.key_id,
        digest=key.digest,
        details=details,
        made_by=tx.author.name,
        now=tx.now,
    )
    if not added:
        return None
    told = {
        "organisation": details.organisation,
        "label": details.label,
        "scopes": sorted(details.scopes),
        "last_day": details.last_day,
    }
    tx.record(_change(key.key_id, details.organisation, "made", {}, told))
    return key


async def revoke_key(key_id: UUID, tx: Transaction, *, within: str | None) -> KeyLine | None:
    """The key opens nothing from now on; revoking it again changes nothing. None when there never was such a key, or, for those
    who see only one organisation's (`within`), not of that one."""
    key = await repository.key_line(tx.connection, key_id, within=within)
    if key and await repository.revoke_key(tx.connection, key_id, tx.now, within=within):
        before, after = {"state": key.state}, {"state": KeyState.REVOKED}
        tx.record(_change(key_id, key.organisation, "revoked", before, after))
    return key


def _change(
    key_id: UUID,
    organisation: str,
    step: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> Change:
    return Change(RecordKind.KEY, f"{organisation}/{key_id}", step, before, after)
