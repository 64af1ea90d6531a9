"""Durable timers: rows with a due time, each fired once, by any replica, in the transaction that deletes it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Self

from shared.platform import repository
from shared.platform.connecting import give_way
from shared.platform.failures import DATABASE_AWAY, describe, is_poison
from shared.platform.metrics import Metrics
from shared.platform.points import Point, reach
from shared.platform.repository import TimerRow as FiredTimer
from shared.platform.transaction import Transaction, Transactions

__all__ = ["FiredTimer", "TimerHandler", "TimerRunner", "Timers"]

_BATCH = 500
_POLL_SECONDS = 0.5
_BACKOFF_SECONDS = 1.0

TimerHandler = Callable[[Sequence[FiredTimer], Transaction], Awaitable[None]]

log = logging.getLogger(__name__)


class Timers:
    """A service's timer handlers, by kind."""

    def __init__(self) -> None:
        self.handlers: dict[str, TimerHandler] = {}

    def on(self, kind: str, handler: TimerHandler) -> Self:
        """Let `handler` have batches of fired timers of this kind, earliest first."""
        self.handlers[kind] = handler
        return self


class TimerRunner:
    """Fires what is due by the database's clock; a worker's own clock is never asked."""

    def __init__(self, timers: Timers, transactions: Transactions, metrics: Metrics) -> None:
        self._handlers = timers.handlers
        self._transactions = transactions
        self._metrics = metrics

    async def run(self) -> None:
        while True:
            try:
                fired = await self.fire_due()
            except DATABASE_AWAY as error:
                give_way(error)
                log.warning("timers wait: %s", type(error).__name__)
                await asyncio.sleep(_BACKOFF_SECONDS)
            else:
                if fired < _BATCH:
                    await asyncio.sleep(_POLL_SECONDS)

    async def fire_due(self) -> int:
        """One batch of due timers; how many there were. Raises for an outage, and then none has fired."""
        try:
            return await self._fire(isolate=False)
        except Exception as error:
            if not is_poison(error):
                raise
            return await self._fire(isolate=True)

    async def _fire(self, *, isolate: bool) -> int:
        async with self._transactions.begin() as tx:
            due = await repository.take_due_timers(tx.connection, list(self._handlers), _BATCH)
            tx.follow({str(timer.subject): timer.traceparent for timer in due})
            for kind, same in groupby(sorted(due, key=lambda t: t.kind), lambda t: t.kind):
                await self._handle(self._handlers[kind], list(same), tx, isolate=isolate)
            if due:
                reach(Point.TIMERS_WRITTEN)
        if due:
            reach(Point.TIMERS_COMMITTED)
        for timer in due:
            self._metrics.timers_fired.labels(timer.kind).inc()
        return len(due)

    async def _handle(
        self, handler: TimerHandler, timers: list[FiredTimer], tx: Transaction, *, isolate: bool
    ) -> None:
        if not isolate:
            await handler(timers, tx)
            return
        for timer in timers:
            try:
                async with tx.savepoint():
                    await handler([timer], tx)
            except Exception as error:
                if not is_poison(error):
                    raise
                # Not the error itself: a database's message may hold the row's words.
                problem = describe(error)
                log.error("timer %s of %s cannot fire: %s", timer.kind, timer.subject, problem)  # noqa: TRY400
                await repository.keep_failed_timer(tx.connection, timer, problem)
