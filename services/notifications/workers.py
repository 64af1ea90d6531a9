"""What runs all the time: `Delivery` sends what waits, `Watch` looks after what is held or lost.

Nothing is sent inside a transaction. A message is claimed (commit), marked as begun (commit), sent, and recorded (commit), so
that whatever is killed in between leaves a row that says how far it came.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.notifications import use_cases
from services.notifications.domain import Outcome, PutOff
from services.notifications.mail import Composer
from services.notifications.mail_server import Delivered, Limits, Mail, MailServer
from services.notifications.repository.messages import Claimed
from services.notifications.settings import Settings
from services.notifications.use_cases import Batch
from shared.platform.failures import DATABASE_AWAY
from shared.platform.points import Point, reach
from shared.platform.transaction import Transactions

log = logging.getLogger(__name__)

_LONGEST_OUTAGE_PAUSE = 5.0
_WATCH_SECONDS = 1.0


class Pause:
    """Waits that double up to a longest one, and begin anew when somebody rings."""

    def __init__(self, shortest: float, longest: float) -> None:
        self._shortest, self._longest = shortest, longest
        self._seconds = shortest
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There is, or will be in a moment, something to do."""
        self._rung.set()

    def begin_anew(self) -> None:
        self._seconds = self._shortest

    async def wait(self) -> None:
        try:
            # Not `wait_for`: Python 3.11's can lose a cancellation.
            async with asyncio.timeout(self._seconds):
                await self._rung.wait()
        except TimeoutError:
            self._seconds = min(self._seconds * 2, self._longest)
        else:
            self._rung.clear()
            self.begin_anew()


class Delivery:
    """Sends messages as they are due. Any number of processes may do so; each message is one's alone."""

    name = "mail-delivery"

    def __init__(self, settings: Settings, idle: Pause) -> None:
        """`idle` is rung when messages have been added: just before the commit, hence its short first waits."""
        self._settings = settings
        self._idle = idle
        self._outage = Pause(0.25, _LONGEST_OUTAGE_PAUSE)
        self._composer = Composer(
            mail_from=settings.mail_from, sender=settings.sender, public_url=settings.public_url
        )

    async def run(self, transactions: Transactions) -> None:
        server = MailServer(
            self._settings.smtp.get_secret_value(),
            sender=self._settings.sender,
            connections=self._settings.mail_connections,
            limits=Limits.within(self._settings.lease_seconds),
        )
        try:
            while True:
                await self._uninterrupted(server, transactions)
        finally:
            await server.close()

    async def _uninterrupted(self, server: MailServer, transactions: Transactions) -> None:
        """One round and the pause after it. When the process is to end, mails on their way are still recorded."""
        round_ = asyncio.create_task(self.deliver_once(server, transactions))
        try:
            delivered = await asyncio.shield(round_)
        except asyncio.CancelledError:
            server.stop()
            await asyncio.gather(round_, return_exceptions=True)
            raise
        if any(one.outcome == PutOff() for one in delivered):
            await self._outage.wait()  # nobody there: the others need not find out one by one
        elif delivered:
            self._outage.begin_anew()
            self._idle.begin_anew()
        else:
            await self._idle.wait()

    async def deliver_once(self, server: MailServer, transactions: Transactions) -> list[Delivered]:
        """Claims, sends and records one batch; returns what became of it, nothing when nothing was due."""
        async with transactions.begin() as tx:
            batch = await use_cases.claim(tx, self._settings.mail_batch)
            composed_at = tx.now
            if batch.messages:
                reach(Point.MAIL_CLAIM_WRITTEN)
        if not batch.messages:
            return []
        reach(Point.MAIL_CLAIMED)
        mails = self._compose(batch, composed_at)
        begun_at = asyncio.get_running_loop().time()
        async with transactions.begin() as tx:
            ours = await use_cases.begin_sending(batch, tx)
        reach(Point.MAIL_BEGUN)
        delivered = await server.deliver([mails[one] for one in mails if one in ours], begun_at)
        await self._record(batch, delivered, transactions)
        return delivered

    def _compose(self, batch: Batch, at: datetime) -> Mapping[UUID, Mail]:
        traces = {one.message_id: one.traceparent for one in batch.messages}
        return {
            letter.message_id: Mail(
                letter.message_id,
                letter.address,
                self._composer.compose(letter, at),
                traces[letter.message_id],
            )
            for letter in batch.letters
        }

    async def _record(
        self, batch: Batch, delivered: list[Delivered], transactions: Transactions
    ) -> None:
        """Tries for as long as the lease lasts: what is known must not become unknown for a moment's outage."""
        messages: dict[UUID, Claimed] = {one.message_id: one for one in batch.messages}
        outcomes: list[tuple[Claimed, Outcome, str | None]] = [
            (messages[one.message_id], one.outcome, one.traceparent) for one in delivered
        ]
        pause = Pause(0.1, 2)
        last = asyncio.get_running_loop().time() + self._settings.lease_seconds
        while True:
            try:
                async with transactions.begin() as tx:
                    await use_cases.record_outcomes(outcomes, tx)
                    reach(Point.MAIL_OUTCOME_WRITTEN)
            except DATABASE_AWAY as error:
                if asyncio.get_running_loop().time() > last:
                    raise
                log.warning("outcomes not recorded yet: %s", type(error).__name__)
                await pause.wait()
            else:
                return


class Watch:
    """Sends on what was held once there is a contact, and settles what a vanished worker left behind."""

    name = "mail-watch"

    def __init__(self, settings: Settings) -> None:
        self._lease = settings.lease

    async def run(self, transactions: Transactions) -> None:
        while True:
            await self.look(transactions)
            await asyncio.sleep(_WATCH_SECONDS)

    async def look(self, transactions: Transactions) -> int:
        """Returns how many messages it had to do something about."""
        async with transactions.begin() as tx:
            lost = await use_cases.give_up_lost(tx, self._lease)
        async with transactions.begin() as tx:
            return lost + await use_cases.release_held(tx)
