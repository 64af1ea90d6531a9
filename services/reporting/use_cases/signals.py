"""Signals: looked for wherever counts have moved, told as facts in the transaction that keeps them, and answered by people."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from services.reporting.domain.charted import last_whole
from services.reporting.domain.known import LONDON, month_of
from services.reporting.domain.signals import (
    Changes,
    Counted,
    Kept,
    Sight,
    Signal,
    Subject,
    changes,
    forms_of,
    lines_of,
    needs_days,
    settled_before,
    signals_of,
    watched_from,
)
from services.reporting.repository import signals as repository
from services.reporting.repository import watching
from services.reporting.repository.signals import Answer
from shared.contracts.signals import SignalFact, SignalRaised, SignalWithdrawn
from shared.platform.audit import Change, RecordKind
from shared.platform.errors import Conflict, NotFound
from shared.platform.transaction import Transaction


async def look_for_signals(tx: Transaction, at_once: int) -> int:
    """Look at some of the subjects whose counts have moved, or of which a new month is whole, and tell what is to be told. Returns how
    many were looked at: none when there is nothing to do, or somebody else is at it."""
    if not await watching.take_watch(tx.connection):
        return 0
    today = tx.now.astimezone(LONDON).date()
    taken = await watching.take_touched(tx.connection, at_once)
    if not taken:
        taken = await watching.not_looked_at(tx.connection, last_whole(today), at_once)
    if not taken:
        return 0
    subjects = await watching.with_successors(tx.connection, taken)
    since = watched_from(today)
    known = await watching.counted(tx.connection, subjects, since, month_of(today))
    kept = await repository.kept(tx.connection, subjects, settled_before(today))
    found = await _changes(subjects, known, kept, since, today, tx)
    await _tell(found, kept, tx)
    await watching.looked_at(tx.connection, subjects, known, last_whole(today))
    return len(taken)


async def _changes(
    subjects: Sequence[Subject],
    known: Mapping[Subject, Counted],
    kept: Mapping[Subject, Mapping[UUID, Kept]],
    since: date,
    today: date,
    tx: Transaction,
) -> dict[Subject, Changes]:
    """What there is to tell of each."""
    forms = {each: forms_of(counted, today) for each, counted in known.items()}
    rare = [each for each, held in forms.items() if needs_days(held)]
    days = await watching.days(tx.connection, rare, since, today)
    found = {}
    for each in subjects:
        lines = (
            lines_of(known[each], forms[each], days.get(each, {}), today) if each in known else []
        )
        found[each] = changes(kept[each], signals_of(each, lines), today)
        await asyncio.sleep(0)  # charts take milliseconds each, and others want to get on
    return found


async def _tell(
    found: Mapping[Subject, Changes],
    kept: Mapping[Subject, Mapping[UUID, Kept]],
    tx: Transaction,
) -> None:
    titles = await watching.titles(
        tx.connection, {each.theme for each, news in found.items() if news.raised or news.withdrawn}
    )
    told: list[Kept] = []
    for subject, news in found.items():
        before = kept[subject]
        for signal, raised in news.told:
            revision = before[signal.signal_id].revision + 1 if signal.signal_id in before else 1
            told.append(Kept(signal, revision, raised))
            tx.emit(_fact(told[-1], titles[subject.theme], tx))
        told += [replace(before[each.signal_id], signal=each) for each in news.revised]
    await repository.save(tx.connection, told, tx.now)


def _fact(told: Kept, title: str, tx: Transaction) -> SignalFact:
    """The same step of the same signal is the same fact, whoever tells it."""
    signal = told.signal
    contract = SignalRaised if told.raised else SignalWithdrawn
    return contract(
        event_id=uuid5(signal.signal_id, str(told.revision)),
        occurred_at=tx.now,
        signal_id=signal.signal_id,
        series_id=signal.series_id,
        revision=told.revision,
        area=signal.subject.area or None,
        provider=signal.subject.provider or None,
        theme=signal.subject.theme,
        title=title,
        tenets=signal.tenets,
        rule=signal.rule,
        movement=signal.movement,
        bearing=signal.bearing,
        point_of=signal.point_of,
        point=signal.point,
        since=signal.since,
    )


async def answer_signals(
    subject_id: UUID, seen: frozenset[UUID], words: str, sight: Sight, tx: Transaction
) -> None:
    """Somebody has said what was done about the signals of a subject that they saw; what was raised since stays open. Raises NotFound
    where there are none that are theirs to answer, and Conflict where others have answered them or they were withdrawn."""
    shown = await repository.shown(tx.connection, sight, [subject_id])
    if not shown or not sight.may_answer(shown[subject_id][0].signal.subject):
        raise NotFound("There are no such signals.")
    still_open = await repository.lock_open(tx.connection, subject_id)
    answered = [each for each in still_open if each.signal_id in seen]
    if not answered:
        raise Conflict("These signals have been answered or withdrawn meanwhile.")
    author = tx.author
    answer = Answer(uuid7(), words, author.name, author.acting_for or "", tx.now)
    ids = [each.signal_id for each in answered]
    await repository.add_answer(tx.connection, subject_id, answer, ids)
    tx.record(Change(RecordKind.SIGNAL, str(subject_id), "answered", {}, _told(answered, words)))


def _told(answered: Sequence[Signal], words: str) -> dict[str, object]:
    """An answer as the history tells it."""
    subject = answered[0].subject
    told = {
        "area": subject.area,
        "provider": subject.provider,
        "theme": subject.theme,
        "signals": [str(each.signal_id) for each in answered],
        "what_was_done": words,
    }
    return {name: value for name, value in told.items() if value}
