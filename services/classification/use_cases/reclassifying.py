"""History follows the version in force: reports whose themes are another version's are asked for, a few at a time and by Kafka, and
given a revision of the newer one.

There is no list of what is to be done and no end that could be missed: what is to be done is whatever has the model's themes by
another version than the one in force. So it may be killed, repeated or overtaken by another decision at any point.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from services.classification import domain, repository
from services.classification.domain.pace import how_many
from services.classification.model.versions import Classifier, Version, Versions
from services.classification.repository import reclassifying
from services.classification.repository.reclassifying import Locked
from services.classification.use_cases.versions import in_force
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.themes import DecidedBy
from shared.platform.audit import Change, RecordKind, difference
from shared.platform.transaction import Transaction

_ASK_AGAIN_AFTER = timedelta(hours=1)
"""What has not been answered by then was lost or set aside."""


async def ask_for_history(
    tx: Transaction, versions: Versions, *, at_once: int, per_second: float
) -> None:
    """The next reports of each kind, as many as may be asked for now."""
    for version in (await in_force(tx, versions)).values():
        await _ask_for(version, tx, versions, at_once=at_once, per_second=per_second)


async def _ask_for(
    version: Version, tx: Transaction, versions: Versions, *, at_once: int, per_second: float
) -> None:
    kind, forgotten = version.kind, tx.now - _ASK_AGAIN_AFTER
    asked_at = await reclassifying.last_asked(tx.connection, kind)
    if asked_at is None:
        return  # another replica is at it
    awaited = await reclassifying.awaited_count(tx.connection, kind, forgotten)
    since = tx.now - asked_at
    room = how_many(awaited=awaited, since=since, at_once=at_once, per_second=per_second)
    if not room:
        return
    others = [each.name for each in versions.of(kind) if each != version]
    wanted = await reclassifying.to_ask_for(
        tx.connection, kind, others, asked_before=forgotten, limit=room
    )
    if wanted:
        await reclassifying.await_reports(tx.connection, kind, wanted, tx.now)
        await reclassifying.asked_now(tx.connection, kind, tx.now)
        tx.emit_all(
            ReclassificationRequested(occurred_at=tx.now, report_id=each, version=version.name)
            for each in wanted
        )


async def reclassify(
    requests: Sequence[ReclassificationRequested], tx: Transaction, versions: Versions
) -> None:
    """A revision by the version in force for each report that was asked for, unless a person has decided on it, it has one already, or
    another version is in force by now."""
    current = await in_force(tx, versions)
    # A report may be asked for by several versions at once, when one was put in force after the other.
    wanted = {(request.report_id, request.version) for request in requests}
    asked = {report_id for report_id, _ in wanted}
    locked = await reclassifying.lock_reports(tx.connection, asked)
    for version in current.values():
        due = [
            one
            for one in locked
            if one.report.kind is version.kind
            and one.current.decided_by is DecidedBy.MODEL
            and one.version != version.name
            and (one.report.report_id, version.name) in wanted
        ]
        await _give_themes_anew(due, version, tx, versions.load(version.name))
    await reclassifying.settle(tx.connection, asked)


async def _give_themes_anew(
    due: Sequence[Locked], version: Version, tx: Transaction, model: Classifier
) -> None:
    asked = [one.report.asked(one.current.tenet) for one in due]
    # In a thread: a new report's turn need not wait for all of them.
    verdicts = await asyncio.to_thread(model.classify_all, asked)
    decided = [
        (one.report.report_id, domain.next_decision(one.current, verdict, tx.now))
        for one, verdict in zip(due, verdicts, strict=True)
    ]
    await repository.add_decisions(tx.connection, decided)
    await reclassifying.make_all_current(tx.connection, decided, version.name)
    tx.emit_all(domain.themes_assigned(*each) for each in decided)
    for one, (report_id, decision) in zip(due, decided, strict=True):
        before, after = difference(domain.described(one.current), domain.described(decision))
        step = "themes assigned anew"
        tx.record(Change(RecordKind.VERDICT, str(report_id), step, before, after))
