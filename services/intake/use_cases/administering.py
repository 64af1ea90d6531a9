"""What administrators do to the directory, one organisation at a time."""

from dataclasses import dataclass

from services.intake import repository
from services.intake.domain.administering import (
    THE_KEY,
    Administrator,
    NotAllowed,
    Part,
    Surroundings,
    last_administrator_leaves,
    problems_of,
)
from services.intake.domain.directory import OrganisationDetails, following, next_record
from services.intake.domain.history import changes_of
from services.intake.domain.organisation_changes import Change
from services.intake.domain.submissions import Problem, london_date
from shared.contracts.directory import OrganisationRecorded
from shared.directory import repository as directory
from shared.directory.use_cases import record_organisations
from shared.platform.errors import Conflict, Forbidden, NotFound
from shared.platform.transaction import Transaction

NO_SUCH_ORGANISATION = "The directory has no organisation with this code, or it is not yours."


@dataclass(frozen=True, slots=True)
class OrganisationSaved:
    organisation: OrganisationRecorded
    created: bool


async def save_organisation(
    code: str, details: OrganisationDetails, tx: Transaction
) -> OrganisationSaved:
    """Makes the directory say this about the organisation; the same again is no change and publishes nothing. For programs with the
    administrator's key. Raises NotAllowed."""
    await repository.lock_directory(tx.connection)
    known = await directory.organisation(tx.connection, code)
    record = next_record(code, details, known, tx.now)
    if record is known:
        return OrganisationSaved(record, created=False)
    await _check(record, known, THE_KEY, tx)
    await publish([(known, record)], tx)
    return OrganisationSaved(record, created=known is None)


async def add_organisation(
    code: str, details: OrganisationDetails, administrator: Administrator, tx: Transaction
) -> OrganisationRecorded:
    """Raises NotAllowed, also when the code is taken by something else; the same once more has been done already."""
    await repository.lock_directory(tx.connection)
    if not administrator.may_change(code, Part.DETAILS):
        raise Forbidden("Only the support unit's administrators add organisations.")
    known = await directory.organisation(tx.connection, code)
    record = next_record(code, details, known, tx.now)
    if record is known:
        return known
    if known is not None:
        raise NotAllowed(Problem("code", f"This code belongs to {known.name}"))
    await _check(record, None, administrator, tx)
    await publish([(None, record)], tx)
    return record


async def change_organisation(
    code: str,
    revision: int,
    part: Part,
    change: Change,
    administrator: Administrator,
    tx: Transaction,
) -> OrganisationRecorded:
    """The organisation after the change, which was made to what the administrator saw: `revision`. Sent twice it is made once.

    Raises NotFound, Forbidden, NotAllowed, and Conflict when somebody else has changed the organisation meanwhile.
    """
    await repository.lock_directory(tx.connection)
    known = await directory.organisation(tx.connection, code)
    if known is None or not administrator.may_see(code):
        raise NotFound(NO_SUCH_ORGANISATION)
    if not administrator.may_change(code, part):
        raise Forbidden("Only the support unit's administrators change this.")
    record = following(change(known), known, tx.now)
    if record is known:
        return known
    if known.revision != revision:
        raise Conflict(
            f"Somebody else has changed {known.name} since you opened the page. Nothing of yours was kept."
            " Open the page again to see it as it is now, and make your change there."
        )
    await _check(record, known, administrator, tx)
    await publish([(known, record)], tx)
    return record


async def check_change(
    known: OrganisationRecorded, change: Change, administrator: Administrator, tx: Transaction
) -> None:
    """Whether the change could be made; nothing is. Raises NotAllowed."""
    await _check(change(known), known, administrator, tx)


async def _check(
    record: OrganisationRecorded,
    known: OrganisationRecorded | None,
    administrator: Administrator,
    tx: Transaction,
) -> None:
    named = {code for code in (record.commissioner, record.successor) if code}
    around = Surroundings(
        today=london_date(tx.now),
        others=await directory.organisations(tx.connection, named),
        stands_for=await directory.stands_for(tx.connection, [record.code]),
    )
    problems = problems_of(record, known, around)
    if known and last_administrator_leaves(administrator, known, record):
        message = (
            "You are the last administrator of this organisation. Make somebody else one first"
        )
        problems.append(Problem("roles", message))
    if problems:
        raise NotAllowed(*problems)


async def publish(
    changes: list[tuple[OrganisationRecorded | None, OrganisationRecorded]], tx: Transaction
) -> None:
    """Each organisation as it was and as it is now: kept, told to everybody and written into the history."""
    records = [record for _, record in changes]
    await record_organisations(records, tx)
    tx.emit_all(records)
    tx.record(*(each for before, after in changes for each in changes_of(before, after)))
