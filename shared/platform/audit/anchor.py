"""The history's anchor: what its head is, told to Kafka, where whoever rewrites the database does not reach it."""

import asyncio
import logging
from datetime import UTC, datetime

from aiokafka.errors import KafkaError

from shared.contracts.operations import AuditHead
from shared.platform.audit import repository
from shared.platform.connecting import give_way
from shared.platform.failures import DATABASE_AWAY
from shared.platform.relay import Relay
from shared.platform.settings import ServiceSettings
from shared.platform.transaction import Transactions

_EVERY_SECONDS = 5.0
"""What was added since the last telling could be rewritten unseen by somebody who owns the database: for so long at most."""

log = logging.getLogger(__name__)


class Anchor:
    """Tells of the head when it has moved. Each replica does; the same head told twice says the same."""

    def __init__(self, settings: ServiceSettings, transactions: Transactions, relay: Relay) -> None:
        self._service = settings.service
        self._topic = settings.topic_prefix + AuditHead.topic
        self._transactions = transactions
        self._relay = relay
        self._told = 0

    async def run(self) -> None:
        while True:
            try:
                await self.tell()
            except (*DATABASE_AWAY, KafkaError) as error:
                give_way(error)
                log.info("history's head not told: %s", type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def tell(self) -> None:
        """Raises for an outage; the next telling makes up for it."""
        async with self._transactions.read() as connection:
            number, hash_ = await repository.head(connection)
        if number == self._told:
            return
        head = AuditHead(
            service=self._service, number=number, hash=hash_.hex(), at=datetime.now(UTC)
        )
        if await self._relay.send_past_outbox(
            self._topic,
            self._service.encode(),
            head.model_dump_json().encode(),
            {"ce_type": AuditHead.type, "content-type": "application/json"},
        ):
            self._told = number
