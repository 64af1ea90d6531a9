"""`kill -9`, again and again, in a seeded order, of parts that were well when it struck."""

import asyncio
import random
import signal
from collections.abc import Sequence
from functools import partial

from deploy.cli.status import read_status
from deploy.local.estate import Estate
from deploy.local.settings import SERVICES
from tests.support.waiting import eventually

READY_WITHIN_SECONDS = 90
LONGEST_PAUSE_SECONDS = 1.5


def rounds_of(names: Sequence[str], rounds: int, chance: random.Random) -> list[str]:
    """Each name once in each round, in another order each time."""
    return [name for _ in range(rounds) for name in chance.sample(names, len(names))]


async def kill_one_by_one(estate: Estate, names: Sequence[str], chance: random.Random) -> None:
    """Kills each part once it is well again, at a random moment, and sees that it is dead of it."""
    for name in names:
        await eventually(partial(_is_well, estate, name), READY_WITHIN_SECONDS, f"{name} is ready")
        await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE_SECONDS))
        process = estate.program(name).process
        estate.kill(name)
        assert process is not None
        assert process.returncode == -signal.SIGKILL, f"{name} had ended by itself"


async def until_all_are_well(estate: Estate) -> None:
    await eventually(partial(_is_well, estate), READY_WITHIN_SECONDS, "every service is ready")


async def _is_well(estate: Estate, name: str | None = None) -> bool:
    """A service by its own word; anything else is well when every service is. Raises `AssertionError` with what is wrong."""
    status = await read_status(estate.settings)
    wanted = [name] if name in SERVICES else SERVICES
    wrong = {one: status.services[one].problems for one in wanted if not status.services[one].ready}
    assert not wrong, wrong
    return True
