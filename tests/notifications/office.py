"""The service's insides without Kafka, for tests to take step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifications import use_cases
from services.notifications.consumers import build_timers
from services.notifications.domain import Status
from services.notifications.mail_server import Limits, MailServer
from services.notifications.repository import delivery_log
from services.notifications.settings import Settings
from services.notifications.tables import message
from services.notifications.workers import Delivery, Pause, Watch
from shared.contracts.cases import CaseClosed, CaseFact
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.messages import MessageSettled, MessageState
from shared.contracts.signals import SignalFact
from shared.directory.use_cases import record_organisations
from shared.platform.metrics import Metrics
from shared.platform.tables import outbox, timer
from shared.platform.timers import TimerRunner
from shared.platform.transaction import Transactions
from tests.support.settings import settings_of

LONG = 60.0


@dataclass
class Office:
    """The service's insides without Kafka: facts go in by hand, workers take a step when told."""

    url: str
    smtp: str
    engine: AsyncEngine
    transactions: Transactions
    servers: list[MailServer] = field(default_factory=list)

    def settings(self, lease: float = LONG) -> Settings:
        return settings_of(Settings, database_url=self.url, smtp=self.smtp, lease_seconds=lease)

    async def know(self, *organisations: OrganisationRecorded) -> None:
        async with self.transactions.begin() as tx:
            await record_organisations(organisations, tx)

    async def tell(self, *facts: CaseFact) -> None:
        async with self.transactions.begin() as tx:
            await use_cases.notify(facts, tx)

    async def tell_closed(self, *facts: CaseClosed) -> None:
        async with self.transactions.begin() as tx:
            await use_cases.stop_telling(facts, tx)

    async def tell_signals(self, *facts: SignalFact) -> None:
        async with self.transactions.begin() as tx:
            await use_cases.follow_signals(facts, tx, self.settings().digest_at)

    async def digests_due(self) -> list[datetime]:
        """When the timers of digests are due, earliest first."""
        async with self.transactions.read() as connection:
            rows = await connection.execute(
                select(timer.c.due_at)
                .where(timer.c.kind == use_cases.DIGEST)
                .order_by(timer.c.due_at)
            )
            return list(rows.scalars())

    async def send_digest(self) -> int:
        """As if it were time for every digest that is set; how many were."""
        async with self.transactions.begin() as tx:
            await tx.connection.execute(update(timer).values(due_at=func.now()))
        runner = TimerRunner(
            build_timers(lambda: None), self.transactions, Metrics("notifications")
        )
        return await runner.fire_due()

    def worker(self, lease: float = LONG) -> tuple[Delivery, MailServer]:
        settings = self.settings(lease)
        server = MailServer(
            self.smtp,
            sender=settings.sender,
            connections=2,
            limits=Limits(handover=lease / 4, reply=2, final_reply=5),
        )
        self.servers.append(server)
        return Delivery(settings, Pause(0.01, 0.1)), server

    async def deliver(self) -> int:
        delivery, server = self.worker()
        return len(await delivery.deliver_once(server, self.transactions))

    async def watch(self, lease: float = LONG) -> int:
        return await Watch(self.settings(lease)).look(self.transactions)

    async def log(self) -> Sequence[delivery_log.Entry]:
        async with self.transactions.read() as connection:
            return await delivery_log.entries(
                connection, status=None, kind=None, before=None, limit=1000
            )

    async def statuses(self) -> list[Status]:
        return sorted(one.status for one in await self.log())

    async def counts(self) -> dict[str, int]:
        async with self.transactions.read() as connection:
            found = await delivery_log.counts(connection)
        told = {name: number for name, number in found.items() if name.startswith("messages_")}
        return {name.removeprefix("messages_"): number for name, number in told.items() if number}

    async def settled(self) -> list[MessageSettled]:
        async with self.transactions.read() as connection:
            values = await connection.execute(select(outbox.c.value).order_by(outbox.c.id))
        return [MessageSettled.model_validate_json(value) for value in values.scalars()]

    async def all_due(self) -> None:
        """As if the time of every next attempt had come."""
        async with self.transactions.begin() as tx:
            await tx.connection.execute(
                update(message)
                .where(message.c.state == MessageState.PENDING)
                .values(next_attempt_at=func.now())
            )

    async def age_claims(self) -> None:
        """As if every claim had been taken two leases ago."""
        async with self.transactions.begin() as tx:
            await tx.connection.execute(
                text("UPDATE message SET claimed_at = now() - interval '120 seconds'")
            )
