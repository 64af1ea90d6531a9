"""What runs beside the consumers."""

import asyncio
import time

from services.reporting import use_cases
from shared.platform.transaction import Transactions

_LOOK_SECONDS = 1.0
"""How often there is a look for something to do: a signal is raised within seconds of its data."""
_AT_ONCE = 100
"""Subjects in one transaction: a part of a second."""
_SHARE = 10
"""Looking may take one part in this many of the time: under load the same subjects are touched again and again."""


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
                (_SHARE - 1) * took if more else max(_LOOK_SECONDS, (_SHARE - 1) * took)
            )
