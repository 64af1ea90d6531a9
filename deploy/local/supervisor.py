"""Starts the estate's parts, starts again what ends, and stops everything in order."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from deploy.local.programs import DidNotStart, Program, keep_short

LOOK_SECONDS = 0.1
READY_LOOK_SECONDS = 0.05
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A part that has run this long starts with the shortest pause again."""
LOG_LOOK_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """A program with what must be done before it (`prepare`) and how to see that it answers (`ready`).

    Both may block for a moment; they are called in a worker thread. `remains` cleans up after the program has ended.
    """

    title: str
    program: Program
    ready: Callable[[], bool]
    prepare: Callable[[], None] = field(default=lambda: None)
    remains: Callable[[], None] = field(default=lambda: None)
    patience: float = 120

    @property
    def name(self) -> str:
        return self.program.name


class Supervisor:
    """Keeps parts running. `say` takes one line for people, such as `print`.

    Programs are launched from the thread that the event loop runs in, whose end ends them (`deploy.local.programs`).
    """

    def __init__(
        self, say: Callable[[str], None], *, longest_pause: float = LONGEST_PAUSE_SECONDS
    ) -> None:
        self._say = say
        self._longest_pause = longest_pause
        self._parts: dict[str, Part] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, asyncio.Event] = {}

    @property
    def parts(self) -> Sequence[Part]:
        return tuple(self._parts.values())

    async def start(self, part: Part) -> None:
        """Returns when the part answers, and keeps it running from then on. `DidNotStart` when it does not come up."""
        began = time.monotonic()
        self._parts[part.name] = part
        await _bring_up(part)
        self._say(f"{part.title} is ready ({time.monotonic() - began:.1f} s)")
        self._keepers[part.name] = asyncio.create_task(self._keep(part), name=f"keep {part.name}")

    def kill(self, name: str) -> None:
        """Ends a part as `kill -9` does; it is started again like anything else that ends."""
        self._parts[name].program.kill()

    def hold(self, name: str) -> None:
        """Once the part has ended, it stays so until `release`."""
        self._held.setdefault(name, asyncio.Event())

    def release(self, name: str) -> None:
        if held := self._held.pop(name, None):
            held.set()

    async def remove(self, name: str, patience: float = 8) -> None:
        """Stops one part, and forgets it."""
        keeper = self._keepers.pop(name)
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await _stop([self._parts.pop(name)], patience)

    async def stop(self, patience: float = 8) -> None:
        """Stops all parts, last started first, those of one layer at once; afterwards none of them runs."""
        for task in self._keepers.values():
            task.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        self._keepers.clear()
        servers = [part for part in self.parts if part.name in SERVERS]
        others = [part for part in self.parts if part.name not in SERVERS]
        await _stop(others, patience)
        await _stop(servers, patience)

    def kill_all(self) -> None:
        """Ends everything at once."""
        for part in self.parts:
            part.program.kill()
            part.remains()

    async def _keep(self, part: Part) -> None:
        """Runs for ever: waits for the program's end, then starts it again after a pause that grows while it fails."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            await _until_ended(part.program)
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - began > STEADY_SECONDS else pause
            self._say(f"{part.title} ended ({_how(part.program)}); starting it again")
            if held := self._held.get(part.name):
                await held.wait()
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest_pause)
            try:
                await _bring_up(part)
                self._say(f"{part.title} is ready again")
            except (DidNotStart, OSError) as problem:
                part.program.kill()
                self._say(str(problem))


SERVERS = frozenset({"kafka", "postgres"})
"""Stopped last: the others finish their work with them."""


async def _bring_up(part: Part) -> None:
    await asyncio.to_thread(part.prepare)
    part.program.launch()
    deadline = time.monotonic() + part.patience
    while not await asyncio.to_thread(part.ready):
        if not part.program.running:
            raise part.program.failure(f"ended ({_how(part.program)}) instead of starting")
        if time.monotonic() > deadline:
            raise part.program.failure(f"did not answer within {part.patience:.0f} seconds")
        await asyncio.sleep(READY_LOOK_SECONDS)


async def _until_ended(program: Program) -> None:
    looked = time.monotonic()
    while program.running:
        await asyncio.sleep(LOOK_SECONDS)
        if time.monotonic() - looked > LOG_LOOK_SECONDS:
            looked = time.monotonic()
            keep_short(program.log)


async def _stop(parts: Sequence[Part], patience: float) -> None:
    for part in parts:
        part.program.ask_to_stop()
    deadline = time.monotonic() + patience
    for part in parts:
        await asyncio.to_thread(part.program.end, max(0.0, deadline - time.monotonic()))
        part.remains()


def _how(program: Program) -> str:
    code = program.exit_code
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
