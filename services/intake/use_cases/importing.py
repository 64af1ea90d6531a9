"""Organisations from a file of the Organisation Data Service: worked out and kept, shown, and applied as they were shown."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.domain.directory import following
from services.intake.domain.directory_import import (
    Options,
    Plan,
    Sort,
    What,
    applied,
    kinds_of,
    make_plan,
    sort_of,
)
from services.intake.domain.ods import read_file
from services.intake.domain.submissions import london_date
from services.intake.repository import ImportLine, StagedImport
from services.intake.use_cases.administering import publish
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.directory import repository as directory
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction

SHOWN_FOR = timedelta(hours=24)
"""How long a preview can be applied: the directory goes on."""
KEPT_FOR = timedelta(days=90)
_AT_ONCE = 1_000
"""Organisations that one statement reads or writes."""


class ManyClosures(Conflict):
    title = "This would close many organisations"


async def preview_import(
    content: bytes,
    file_name: str,
    sort: Sort | None,
    options: Options,
    author: str,
    tx: Transaction,
) -> StagedImport:
    """What the file would change, kept to be applied. Without `sort` the file tells which one it is. Raises UnusableFile."""
    today = london_date(tx.now)
    # Some 16,000 rows take a second of arithmetic: in a thread, so that the service answers others meanwhile.
    rows, bad = await asyncio.to_thread(read_file, content, today)
    options = replace(options, sort=sort or sort_of(rows))
    known = await _known(tx, [row.code for row in rows])
    expected = await directory.listed(tx.connection, kinds_of(options.sort))
    commissioners = await directory.listed(
        tx.connection, {OrganisationKind.COMMISSIONER}, closed=True
    )
    plan = await asyncio.to_thread(
        make_plan,
        rows,
        bad,
        options,
        known,
        [each.code for each in expected],
        {each.code for each in commissioners},
    )
    line = ImportLine(uuid7(), file_name[:200], tx.now, author[:200], tx.now + SHOWN_FOR, None)
    staged = StagedImport(line, options.sort, plan)
    await repository.forget_imports(tx.connection, tx.now, tx.now - KEPT_FOR)
    await repository.keep_import(tx.connection, staged)
    return staged


async def find_import(import_id: UUID, connection: AsyncConnection) -> StagedImport:
    """Raises NotFound."""
    return _found(await repository.staged_import(connection, import_id))


async def apply_import(import_id: UUID, *, allow_closures: bool, tx: Transaction) -> StagedImport:
    """Makes the directory say what the preview showed, all of it or nothing. Once more is no change.

    Raises NotFound, ManyClosures, and Conflict when the preview has expired or an organisation has changed since.
    """
    await repository.lock_directory(tx.connection)
    staged = _found(await repository.staged_import(tx.connection, import_id, lock=True))
    if staged.line.applied_at is not None:
        return staged
    if staged.line.expires_at < tx.now:
        raise Conflict(
            "This preview has expired. Upload the file again to see what it changes now."
        )
    plan = staged.plan
    if plan.many_closures and not allow_closures:
        raise ManyClosures(
            f"{len(plan.of(What.CLOSED)):,} of the {plan.named_open:,} open organisations that the file names would close."
            " If that is right, say so and apply it again."
        )
    known = await _known(tx, [step.code for step in plan.steps])
    _nothing_has_changed(plan, known)
    for start in range(0, len(plan.steps), _AT_ONCE):
        changes = []
        for step in plan.steps[start : start + _AT_ONCE]:
            before = known.get(step.code)
            after = following(applied(step, before, tx.now), before, tx.now)
            changes.append((before, after))
        await publish(changes, tx)
        await asyncio.sleep(0)  # others are answered between batches
    await repository.mark_applied(tx.connection, import_id, tx.now)
    return await find_import(import_id, tx.connection)


def _nothing_has_changed(plan: Plan, known: dict[str, OrganisationRecorded]) -> None:
    for step in plan.steps:
        organisation = known.get(step.code)
        revision = organisation.revision if organisation else 0
        if revision != step.revision:
            name = organisation.name if organisation else step.name
            raise Conflict(
                f"{name} ({step.code}) has changed since this preview was made. Nothing was applied."
                " Upload the file again to see what it changes now."
            )


async def _known(tx: Transaction, codes: list[str]) -> dict[str, OrganisationRecorded]:
    found: dict[str, OrganisationRecorded] = {}
    for start in range(0, len(codes), _AT_ONCE):
        found |= await directory.organisations(tx.connection, codes[start : start + _AT_ONCE])
    return found


def _found(staged: StagedImport | None) -> StagedImport:
    if staged is None:
        raise NotFound("There is no such import, or it has expired.")
    return staged
