"""What runs beside the consumers."""

import asyncio
import time

from services.classification import use_cases
from services.classification.model.versions import Versions
from services.classification.settings import Settings
from shared.platform.transaction import Transactions

_LOOK_SECONDS = 1.0
"""How often there is a look for something to do. Reports are asked for in bunches of a second: every service on their way pays for a
bunch, and hardly for its size."""
_TRIAL_BATCH = 200
_TRIAL_SHARE = 4
"""A trial may take one part in this many of the time: it has all of it that new reports leave, and no need of it."""


class InForce:
    """Sees to it that a version is in force, writes into the history what this process classifies by, if that is new, and rests. A
    database that is away is asked again, since whoever runs this starts it again when it fails."""

    name = "what-is-in-force"

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    async def run(self, transactions: Transactions) -> None:
        async with transactions.begin() as tx:
            await use_cases.record_what_is_in_force(tx, self._versions)
        await asyncio.Event().wait()


class Reclassification:
    """Asks for the reports whose themes are another version's than the one in force, for as long as there are any."""

    name = "reclassification"

    def __init__(self, settings: Settings, versions: Versions) -> None:
        self._settings = settings
        self._versions = versions

    async def run(self, transactions: Transactions) -> None:
        while True:
            async with transactions.begin() as tx:
                await use_cases.ask_for_history(
                    tx,
                    self._versions,
                    at_once=self._settings.reclassify_at_once,
                    per_second=self._settings.reclassify_per_second,
                )
            await asyncio.sleep(_LOOK_SECONDS)


class Trials:
    """Works on trials that are under way, batch by batch with pauses."""

    name = "trials"

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    async def run(self, transactions: Transactions) -> None:
        while True:
            began = time.monotonic()
            async with transactions.begin() as tx:
                moved = await use_cases.advance_trial(tx, self._versions, at_once=_TRIAL_BATCH)
            took = time.monotonic() - began
            await asyncio.sleep((_TRIAL_SHARE - 1) * took if moved else _LOOK_SECONDS)
