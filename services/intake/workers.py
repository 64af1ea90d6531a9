"""What intake does all the time besides answering: it writes down when keys were last used."""

import asyncio
import logging

from services.intake import repository
from services.intake.domain.keys import KeysUsed
from shared.platform.connecting import give_way
from shared.platform.failures import DATABASE_AWAY
from shared.platform.transaction import Transactions

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 2.0


class KeyUseWriter:
    """Apart from the requests that use the keys: they neither wait for it nor fail with it. What a crash loses is less than
    these seconds; what an outage keeps from being written is dropped, since the key will be used again."""

    name = "key uses"

    def __init__(self, used: KeysUsed) -> None:
        self._used = used

    async def run(self, transactions: Transactions) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if uses := self._used.take():
                try:
                    async with transactions.begin() as tx:
                        await repository.write_uses(tx.connection, uses)
                except DATABASE_AWAY as error:
                    give_way(error)
                    log.info("uses of keys not written: %s", type(error).__name__)
