"""Forgets drafts that nobody came back for."""

import asyncio
from datetime import timedelta

from shared.platform.transaction import Transactions
from shared.web.drafts import repository

_PAUSE_SECONDS = 600.0


class Pruning:
    """A worker of every service. Until it has run, an old draft is in the table and shown to nobody."""

    name = "drafts"

    def __init__(self, keep: timedelta) -> None:
        self._keep = keep

    async def run(self, transactions: Transactions) -> None:
        while True:
            async with transactions.begin() as tx:
                await repository.remove_older_than(tx.connection, self._keep)
            await asyncio.sleep(_PAUSE_SECONDS)
