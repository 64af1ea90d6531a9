"""What runs beside the consumers."""

import asyncio

from services.classification import use_cases
from shared.platform.transaction import Transactions


class InForce:
    """Writes into the history what this process classifies by, if that is new, and rests. A database that is away is asked again,
    since whoever runs this starts it again when it fails."""

    name = "what-is-in-force"

    async def run(self, transactions: Transactions) -> None:
        async with transactions.begin() as tx:
            await use_cases.record_what_is_in_force(tx)
        await asyncio.Event().wait()
