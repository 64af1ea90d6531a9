"""A database transaction that also publishes facts, sets timers and writes the history, all or nothing.

Only the platform commits. What is emitted, scheduled or recorded is buffered and written by one statement each just before the commit, so
that a use case can emit one fact at a time without paying a round trip for each.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.base import Fact
from shared.platform import repository
from shared.platform.audit import repository as audit
from shared.platform.audit.chain import SYSTEM, Author, Change, Entry, entry_of
from shared.platform.records import headers_of
from shared.platform.telemetry import current_traceparent


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to do about `subject` at `due_at`. A second timer of the same kind and subject replaces the first."""

    kind: str
    subject: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A fact on its way to the outbox."""

    fact: Fact
    traceparent: str | None


WhoAsks = Callable[[], Author]
"""Asked at each change, not before: a request's author is known only once its dependencies have been resolved."""


def the_system() -> Author:
    """The author of what no person and no program of somebody's asked for."""
    return SYSTEM


class Transaction:
    """What a use case gets: the connection for its statements, the time, and ways to tell the world."""

    def __init__(
        self,
        connection: AsyncConnection,
        now: datetime,
        *,
        source: str,
        topic_prefix: str = "",
        traceparents: Mapping[str, str | None] | None = None,
        who_asks: WhoAsks = the_system,
    ) -> None:
        self.connection = connection
        self.now = now
        """The database's clock when the transaction began, in UTC: the only clock a use case knows."""
        self._source = source
        self._topic_prefix = topic_prefix
        self._traceparents = dict(traceparents or {})
        self._who_asks = who_asks
        self._outgoing: list[Outgoing] = []
        self._timers: dict[tuple[str, UUID], tuple[Timer | None, str | None]] = {}
        self._entries: list[Entry] = []

    def traceparent_of(self, key: str) -> str | None:
        """The trace that led here: that of the incoming fact with this key (a report id), else the current span's."""
        return self._traceparents.get(key) or current_traceparent()

    def follow(self, traceparents: Mapping[str, str | None]) -> None:
        """From here on, facts with these keys belong to these traces."""
        self._traceparents.update(traceparents)

    def emit(self, fact: Fact) -> None:
        """Publish the fact once this transaction has committed, in the order of the calls."""
        self._outgoing.append(Outgoing(fact, self.traceparent_of(fact.key)))

    def emit_all(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self.emit(fact)

    @property
    def author(self) -> Author:
        """Whoever asks for what this transaction changes."""
        return self._who_asks()

    def record(self, *changes: Change) -> None:
        """Add the changes to the history, in the name of whoever asked for them."""
        author = self.author
        self._entries += (entry_of(change, author, self.now) for change in changes)

    def schedule(self, timer: Timer) -> None:
        """Set or move the timer."""
        traceparent = self.traceparent_of(str(timer.subject))
        self._timers[timer.kind, timer.subject] = (timer, traceparent)

    def schedule_all(self, timers: Iterable[Timer]) -> None:
        for timer in timers:
            self.schedule(timer)

    def cancel(self, kind: str, subjects: Iterable[UUID]) -> None:
        """Remove the subjects' timers of this kind, where they are still pending."""
        for subject in subjects:
            self._timers[kind, subject] = (None, None)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What happens inside is undone, with what it emitted, scheduled and recorded, if it raises; the rest stays."""
        emitted, recorded, timers = len(self._outgoing), len(self._entries), dict(self._timers)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            del self._outgoing[emitted:], self._entries[recorded:]
            self._timers = timers
            raise

    async def flush(self) -> bool:
        """Write what is buffered; true when there is something to relay."""
        removed = [key for key, (timer, _) in self._timers.items() if timer is None]
        kept = [(timer, trace) for timer, trace in self._timers.values() if timer is not None]
        await repository.remove_timers(self.connection, removed)
        await repository.save_timers(
            self.connection, [(t.kind, t.subject, t.due_at, trace) for t, trace in kept]
        )
        await repository.add_to_outbox(
            self.connection,
            [
                (
                    self._topic_prefix + out.fact.topic,
                    out.fact.key,
                    out.fact.model_dump_json().encode(),
                    headers_of(out.fact, source=self._source, traceparent=out.traceparent),
                )
                for out in self._outgoing
            ],
        )
        await audit.append(self.connection, self._entries)
        emitted = bool(self._outgoing)
        self._outgoing, self._timers, self._entries = [], {}, []
        return emitted


class Transactions:
    """Begins transactions of one service's database."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        source: str,
        topic_prefix: str = "",
        on_emitted: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._source = source
        self._topic_prefix = topic_prefix
        self._on_emitted = on_emitted

    @asynccontextmanager
    async def begin(
        self,
        traceparents: Mapping[str, str | None] | None = None,
        *,
        who_asks: WhoAsks = the_system,
    ) -> AsyncIterator[Transaction]:
        """A transaction that commits when the block ends and rolls back when it raises.

        `traceparents` says, by fact key, which trace the block's work belongs to; without it, the current span's. `who_asks` is
        the author of what the block records in the history.
        """
        async with self._engine.begin() as connection:
            now = (await connection.execute(select(func.now()))).scalar_one()
            tx = Transaction(
                connection,
                now,
                source=self._source,
                topic_prefix=self._topic_prefix,
                traceparents=traceparents,
                who_asks=who_asks,
            )
            yield tx
            emitted = await tx.flush()
        if emitted:
            self._on_emitted()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with; what is written through it is lost."""
        async with self._engine.connect() as connection:
            yield connection
