"""Which versions verdicts are given by: what is in force, and what people put in its place."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import repository
from services.classification.domain.trial import TrialState
from services.classification.model.taxonomy import Taxonomy
from services.classification.model.versions import SHIPPED, Version, Versions, described
from services.classification.repository import reclassifying, trials
from services.classification.repository import versions as kept
from services.classification.repository.versions import PUT_IN_FORCE, Adoption
from shared.contracts.reports import Kind
from shared.platform.audit import Change, RecordKind, difference
from shared.platform.errors import Conflict, NotFound, Unavailable
from shared.platform.failures import Transient
from shared.platform.transaction import Transaction


class VersionNotHere(Transient):
    """A newer release put a version in force that this process does not have: until it is replaced, others do its work."""


async def in_force(tx: Transaction, versions: Versions) -> dict[Kind, Version]:
    """Of every kind, as the database says in this transaction. Raises VersionNotHere."""
    adopted = await kept.adoptions_in_force(tx.connection)
    if len(adopted) < len(Kind):
        await record_what_is_in_force(tx, versions)
        adopted = await kept.adoptions_in_force(tx.connection)
    found = {kind: versions.find(adopted[kind].version) for kind in Kind}
    if missing := [adopted[kind].version for kind, version in found.items() if version is None]:
        raise VersionNotHere(f"{missing} is in force and not in this release")
    return {kind: version for kind, version in found.items() if version is not None}


async def taxonomy_in_force(
    connection: AsyncConnection, kind: Kind, versions: Versions
) -> Taxonomy:
    """What people choose from. Raises Unavailable while this process is older than what is in force."""
    adopted = (await kept.adoptions_in_force(connection)).get(kind)
    version = versions.find(adopted.version) if adopted else versions.newest(kind)
    if version is None:
        raise Unavailable("It is being brought up to date. Try again in a minute.")
    return versions.load(version.name).taxonomy


async def record_what_is_in_force(tx: Transaction, versions: Versions = SHIPPED) -> None:
    """Puts a first version in force where there is none, and writes into the history what verdicts are given by from now on, where its
    last entry says otherwise. Any number of processes may ask at once."""
    await repository.lock_what_is_in_force(tx.connection)
    adopted = await kept.adoptions_in_force(tx.connection)
    said = await repository.said_to_be_in_force(tx.connection)
    for kind in Kind:
        if kind in adopted:
            version = versions.find(adopted[kind].version)
        else:
            version = await _first(kind, said.get(kind, {}), tx, versions)
            await _put_in_force(Adoption(kind, version.name, tx.now), tx)
        if version is None:
            continue  # a newer release's, which has told it
        before, after = difference(said.get(kind, {}), described(version))
        if after:
            tx.record(Change(RecordKind.TAXONOMY, kind, PUT_IN_FORCE, before, after))


async def adopt(
    name: str,
    *,
    instead_of: str,
    reason: str,
    member_id: UUID | None,
    person: str,
    tx: Transaction,
    versions: Versions,
) -> None:
    """Puts a version in force for new reports, and lets history follow.

    Raises NotFound for an unknown version, Conflict when it is in force already, or another one than `instead_of` by now.
    """
    version = versions.find(name)
    if version is None:
        raise NotFound("There is no such version.")
    await repository.lock_what_is_in_force(tx.connection)
    current = (await in_force(tx, versions))[version.kind]
    if current == version:
        raise Conflict("This version is in force already.")
    if current.name != instead_of:
        raise Conflict("Somebody else put another version in force meanwhile. Look at it again.")
    await _put_in_force(Adoption(version.kind, name, tx.now, member_id, person, reason), tx)
    await trials.end_trials(tx.connection, TrialState.STOPPED, tx.now, kind=version.kind)
    before, after = difference(described(current), described(version))
    after |= {"reason": reason}
    tx.record(Change(RecordKind.TAXONOMY, version.kind, PUT_IN_FORCE, before, after))


async def _put_in_force(adopted: Adoption, tx: Transaction) -> None:
    await kept.add_adoption(tx.connection, adopted)
    await reclassifying.begin_asking(tx.connection, adopted.kind, tx.now)


async def _first(
    kind: Kind, said: dict[str, object], tx: Transaction, versions: Versions
) -> Version:
    """What is in force where nobody ever decided: what verdicts have been given by so far, or the newest where there are none."""
    by_history = (said.get("taxonomy_version"), said.get("model_version"))
    for version in versions.of(kind):
        if by_history == (version.taxonomy, version.model):
            return version
    commonest = await kept.commonest_version(tx.connection, kind)
    return versions.find(commonest or "") or versions.newest(kind)
