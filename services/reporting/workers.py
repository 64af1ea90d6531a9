"""What runs beside the consumers: the look for signals, and the check that every accepted report is accounted for."""

import asyncio
import logging
import time
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge

from services.reporting import use_cases
from services.reporting.domain.reconciliation import Reconciliation, Stage, Told, reconcile
from services.reporting.health_board import HealthBoard
from services.reporting.repository import reconciliation as repository
from services.reporting.repository.trends import now as database_time
from shared.contracts.operations import Waiting
from shared.platform.connecting import give_way
from shared.platform.failures import DATABASE_AWAY
from shared.platform.transaction import Transactions

_LET_THROUGH = timedelta(minutes=1)
"""Without a word from intake, reports younger than this are taken to be on their way."""
_FIRST_AFTER_SECONDS = 5.0
"""By then each living process has been heard from."""
_CHECKING_SHARE = 20
"""Checking may take one part in this many of the time, however large the tables grow."""
_LOOK_SECONDS = 1.0
"""How often there is a look for something to do: a signal is raised within seconds of its data."""
_AT_ONCE = 25
"""Subjects in one transaction: a tenth of a second or so, in which facts and pages of the same process wait."""
_LOOKING_SHARE = 10
"""Looking may take one part in this many of the time: under load the same subjects are touched again and again."""

log = logging.getLogger(__name__)


class SignalWatch:
    """Looks for signals wherever counts have moved. Of several processes one looks at a time."""

    name = "signal-watch"

    async def run(self, transactions: Transactions) -> None:
        while True:
            began = time.monotonic()
            async with transactions.begin() as tx:
                looked_at = await use_cases.look_for_signals(tx, _AT_ONCE)
            took = time.monotonic() - began
            more = looked_at == _AT_ONCE
            await asyncio.sleep(
                (_LOOKING_SHARE - 1) * took
                if more
                else max(_LOOK_SECONDS, (_LOOKING_SHARE - 1) * took)
            )


class Reconciler:
    """Every minute or so, one replica at a time. What it finds is kept in the database, for every replica's page and status."""

    name = "reconciler"

    def __init__(self, board: HealthBoard, seconds: float, registry: CollectorRegistry) -> None:
        self._board = board
        self._seconds = seconds
        self._reports = Gauge(
            "insight_reconciliation_reports",
            "Accepted reports that wait at a stage for longer than is usual",
            ["stage"],
            registry=registry,
        )
        self._age = Gauge(
            "insight_reconciliation_age_seconds",
            "How long the oldest of them waits",
            ["stage"],
            registry=registry,
        )
        self._difference = Gauge(
            "insight_reconciliation_difference_reports",
            "Reports accepted that are not open, closed, imported or set aside",
            registry=registry,
        )
        self._checked = Gauge(
            "insight_reconciliation_checked_timestamp_seconds",
            "When it was checked last",
            registry=registry,
        )

    async def run(self, transactions: Transactions) -> None:
        await asyncio.sleep(min(self._seconds, _FIRST_AFTER_SECONDS))
        while True:
            began = time.monotonic()
            try:
                await self.check(transactions)
            except DATABASE_AWAY as error:
                give_way(error)
                log.warning("not reconciled: %s", type(error).__name__)
            took = time.monotonic() - began
            await asyncio.sleep(max(self._seconds, _CHECKING_SHARE * took))

    async def check(self, transactions: Transactions) -> Reconciliation | None:
        """What is found now, or what another replica has found just before. Raises what the database raises."""
        async with transactions.read() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            before = await repository.newest(connection)
            now = await database_time(connection)
            recent = before and now - before.checked_at < timedelta(seconds=self._seconds) / 2
            if recent or not await repository.take_turn(connection):
                self._measure(before)
                return before
            told = self.told()
            until = told.accepted.until if told.accepted else now - _LET_THROUGH
            accepted = told.accepted.number if told.accepted else None
            found = await repository.look(connection, until, accepted)
            since = {one.stage: one.since for one in before.waiting} if before else {}
            after = reconcile(found, told, until, now, since)
            async with transactions.begin() as tx:
                await repository.keep(tx.connection, after)
        self._measure(after)
        return after

    def told(self) -> Told:
        """By the newest heartbeats of the processes that live."""
        living = [
            (one.silent_seconds, one.heartbeat)
            for one in self._board.processes()
            if one.heartbeat is not None and not one.is_down
        ]
        beats = [beat for _, beat in sorted(living, key=lambda one: one[0])]
        intake = next((beat for beat in beats if beat.accepted is not None), None)
        waiting: list[Waiting] = list(intake.waiting) if intake else []
        held = (beat.counts.get("alerts_held") for beat in beats if beat.service == "notifications")
        return Told(
            accepted=intake.accepted if intake else None,
            outbox=next((one for one in waiting if one.stage == Stage.INTAKE), None),
            alerts_held=next((number for number in held if number is not None), 0),
            behind=frozenset(
                (beat.service, self._board.topic(name))
                for beat in beats
                for name, records in beat.lag.items()
                if records
            ),
            unpublished=frozenset(beat.service for beat in beats if beat.outbox_rows),
        )

    def _measure(self, found: Reconciliation | None) -> None:
        if found is None:
            return
        waiting = {one.stage: one for one in found.waiting}
        for stage in Stage:
            one = waiting.get(stage)
            self._reports.labels(stage).set(one.number if one else 0)
            age = (found.checked_at - one.since).total_seconds() if one else 0
            self._age.labels(stage).set(age)
        self._difference.set(found.difference or 0)
        self._checked.set(found.checked_at.timestamp())
