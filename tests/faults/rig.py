"""One estate under load, what is done to it, and the account at the end."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiokafka.errors import KafkaError
from asyncpg import PostgresError

from deploy.local.estate import Estate
from deploy.local.people import organisations
from deploy.local.settings import EstateSettings, free_ports
from tests.faults.databases import (
    bring_forward_reminders,
    read_effects,
    read_mailbox,
    unfinished,
)
from tests.faults.kills import until_all_are_well
from tests.faults.ledger import REMINDED, Account, Books, draw_up
from tests.faults.load import Load
from tests.faults.poison import Poisoner
from tests.faults.wire import read_wire, unread

QUIET_WITHIN_SECONDS = 120
LOOK_SECONDS = 0.5
QUIET_LOOKS = 3
"""One look sees one place after the other; only what stays quiet is."""
REMIND_EVERY_SECONDS = 1.0
OUTAGES = (OSError, KafkaError, PostgresError)
"""Asking a server that is being killed: asked again."""


class Rig:
    """Start it by `running`. The account covers everything since then."""

    def __init__(self, estate: Estate, seed: int) -> None:
        self.estate = estate
        self._load = Load(estate.url, estate.administrator_key, seed)
        self._poisoner = Poisoner(estate.settings.bootstrap, seed)

    @contextlib.asynccontextmanager
    async def under_load(self) -> AsyncIterator[None]:
        """Reports, poison and reminders go on while the block runs; what has begun by its end is carried through."""
        stop = asyncio.Event()
        jobs = (self._load.run, self._poisoner.run, self._remind)
        tasks = [asyncio.create_task(job(stop)) for job in jobs]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    async def account(self) -> Account:
        """Waits for quiet, two minutes at most, and reads everything."""
        await until_all_are_well(self.estate)
        began = time.monotonic()
        left = await self._until_quiet()
        if not left:
            await self._bring_forward()
            left = await self._until_quiet()
        took = time.monotonic() - began
        books = Books(
            promises=self._load.promises.kept.values(),
            effects=await read_effects(self.estate),
            wire=await read_wire(self.estate.settings.bootstrap),
            mailbox=read_mailbox(self.estate.settings.mails),
            contacts={code: one["contacts"] for code, one in organisations().items()},
        )
        told = {
            "requests whose answer was lost": self._load.promises.asked_again,
            "poison sent": self._poisoner.sent,
            "seconds to catch up": round(took),
        }
        return draw_up(books, left, told)

    async def _remind(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(*OUTAGES):
                await self._bring_forward()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), REMIND_EVERY_SECONDS)

    async def _bring_forward(self) -> None:
        await bring_forward_reminders(self.estate, REMINDED)

    async def _until_quiet(self) -> dict[str, int]:
        """What is still not done in the end, by name: nothing, if all went well."""
        deadline = time.monotonic() + QUIET_WITHIN_SECONDS
        looks = 0
        while looks < QUIET_LOOKS and time.monotonic() < deadline:
            left = await self._left()
            looks = 0 if left else looks + 1
            await asyncio.sleep(LOOK_SECONDS)
        return left

    async def _left(self) -> dict[str, int]:
        behind = await unread(self.estate.settings.bootstrap)
        lag = {f"{service}: records": number for service, number in behind.items()}
        return lag | await unfinished(self.estate)


@contextlib.asynccontextmanager
async def running(folder: Path, seed: int) -> AsyncIterator[Rig]:
    """A whole estate of its own. What it says is printed, which pytest shows when the test fails."""
    estate = Estate(
        EstateSettings(
            port=free_ports(),
            data=folder,
            # Its own servers, whatever the environment says: they are to be killed.
            kafka=None,
            topic_prefix="",
            postgres=None,
            smtp=None,
            sign_in=None,
        )
    )
    try:
        await estate.start()
        yield Rig(estate, seed)
    finally:
        await estate.stop()
