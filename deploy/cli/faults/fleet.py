"""An estate with several processes of each service, and what can be done to one of them."""

import asyncio
import contextlib
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import psutil
from sqlalchemy import make_url

from deploy.cli.faults.gate import DatabaseGate, gate_before
from deploy.local.estate import Estate, server_url
from deploy.local.parts import ROOT
from deploy.local.programs import DidNotStart, Program
from deploy.local.settings import SERVICES, EstateSettings
from shared.platform.points import Point

LOOK_SECONDS = 0.1
WELL_WITHIN_SECONDS = 300.0
REACHED_WITHIN_SECONDS = 300.0
"""Both longer than the longest outage of a server."""
DRAINED_WITHIN_SECONDS = 15.0
"""One that does not drain in time is killed, as everywhere."""

T = TypeVar("T")


class NotInTime(Exception):
    """Something did not happen; the message says what was waited for."""


@dataclass
class Happened:
    """What was done, counted as it is done."""

    kills: Counter[str] = field(default_factory=Counter)
    """By service, kafka and postgres."""
    harms: Counter[str] = field(default_factory=Counter)
    """All faults, by what they are."""
    disturbed: Counter[str] = field(default_factory=Counter)
    """By service, kafka and postgres: how often something was cut short in one process, or in all that need the server."""
    without_kafka: list[tuple[float, float]] = field(default_factory=list)
    """From when until when, by the true clock."""
    receipts: list[tuple[float, float]] = field(default_factory=list)
    """By the true clock, when intake was asked and when it gave each."""

    def receipts_between(self, begin: float, end: float) -> int:
        """Asked for and given in this time."""
        return sum(begin < asked and given < end for asked, given in self.receipts)


class Fleet:
    """Start it by `running`. Second and further processes of a service ("actions-2") reach their database through `gates`."""

    def __init__(
        self,
        settings: EstateSettings,
        say: Callable[[str], None],
        *,
        only: Sequence[str] | None = None,
        code: Mapping[str, Path] | None = None,
        clocks: Mapping[str, float] | None = None,
        mail_lease: int = 12,
    ) -> None:
        """`only` as `Estate` has it. By service: `code`, the folder it is started from; by process: `clocks`, how many seconds its clock
        is wrong. `mail_lease`: for how many seconds mails wait that a killed process was sending."""
        self.happened = Happened()
        self.gates: dict[str, DatabaseGate] = {}
        self._say = say
        self._only = only
        self._began = time.monotonic()
        self._code = code or {}
        self._clocks = clocks or {}
        self.mail_lease = mail_lease
        self._points = settings.folder / "points"
        self._names: dict[str, list[str]] = {}
        # A part that is killed often is no part that fails: it is to be back at once.
        self.estate = Estate(settings, self.say, only=only, adapt=self._adapt, longest_pause=0.5)

    @property
    def services(self) -> Sequence[str]:
        return self.estate.services

    @property
    def settings(self) -> EstateSettings:
        return self.estate.settings

    def say(self, line: str) -> None:
        self._say(f"{time.monotonic() - self._began:7.1f} s  {line}")

    @contextlib.asynccontextmanager
    async def running(self, processes: int) -> AsyncIterator[Self]:
        """So many processes of each service, all of them ready."""
        async with contextlib.AsyncExitStack() as stack:
            server = make_url(server_url(self.settings))
            for service in self.services:
                (self._points / service).mkdir(parents=True, exist_ok=True)
                self.gates[service] = await stack.enter_async_context(gate_before(server))
            stack.push_async_callback(self.estate.stop)
            await self.estate.start()
            self._names = {service: [service] for service in self.services}
            for number in range(2, processes + 1):
                await self.add_replicas(number)
            yield self

    async def add_replicas(self, number: int) -> None:
        """One more process of each service, the `number`th."""
        starts = (self._add_replica(service, number) for service in self.services)
        for service, name in zip(self.services, await asyncio.gather(*starts), strict=True):
            self._names[service].append(name)

    async def _add_replica(self, service: str, number: int) -> str:
        """Once more where a fault kills it before it is ready."""
        while True:
            try:
                return await self.estate.add_replica(service, number, patience=WELL_WITHIN_SECONDS)
            except DidNotStart:
                process = self.estate.program(f"{service}-{number}").process
                if process is None or process.returncode != -signal.SIGKILL:
                    raise

    async def remove_replicas(self, number: int) -> None:
        """The `number`th process of each service, in good order and for good."""
        names = [f"{service}-{number}" for service in self.services]
        for name in names:
            self._names[name.partition("-")[0]].remove(name)
        await asyncio.gather(*(self.estate.remove_replica(name) for name in names))

    def _adapt(self, program: Program) -> None:
        service, _, number = program.name.partition("-")
        if service not in SERVICES:
            return
        own = {
            "INSIGHT_FAULT_POINTS": str(self._points / service),
            # One address sends as fast as it can.
            "INSIGHT_WEB_RATE_SCALE": "10000",
            "NOTIFICATIONS_LEASE_SECONDS": str(self.mail_lease),
        }
        if number:
            own[f"{service}_database_url".upper()] = self.gates[service].url(
                self.estate.database_url(service)
            )
        program.environment = {**program.environment, **own}
        program.folder = self._code.get(service, ROOT)
        if program.name in self._clocks:
            python, dash_m, *command = program.command
            shift = ("deploy.cli.faults.shifted", str(self._clocks[program.name]))
            program.command = [python, dash_m, *shift, *command]

    def names(self, service: str) -> Sequence[str]:
        """Its processes'."""
        return tuple(self._names[service])

    @property
    def doors(self) -> Sequence[str]:
        """Where reports are taken: the front door, if there is one, and every process of intake."""
        front = [self.estate.url] if self._only is None else []
        return [*front, *(self.estate.address(name) for name in self.names("intake"))]

    def kill(self, name: str) -> bool:
        """`kill -9`, and whether it is dead of it and had not ended before; the supervisor starts it again."""
        process = self.estate.program(name).process
        self.estate.kill(name)
        killed = process is not None and process.returncode == -signal.SIGKILL
        if killed:
            self.was_killed(name.partition("-")[0])
        return killed

    def was_killed(self, service: str) -> None:
        self.happened.kills[service] += 1
        self.happened.disturbed[service] += 1

    async def is_ready(self, name: str) -> bool:
        return await self.estate.is_ready(name)

    def arm(self, service: str, point: Point, number: signal.Signals) -> None:
        """Whichever process of the service passes the point next sends itself the signal."""
        unfinished = self._points / f"{service} {point}"
        unfinished.write_text(number.name)
        unfinished.replace(self._points / service / point)

    async def until_struck(self, service: str, point: Point) -> None:
        file = self._points / service / point
        try:
            await until(lambda: _is_not(file.exists), REACHED_WITHIN_SECONDS)
        except NotInTime:
            file.unlink(missing_ok=True)
            raise NotInTime(f"{service} did not reach {point}") from None

    def processes(self, *names: str) -> list[psutil.Process]:
        """Those of them that run."""
        pids = [program.pid for name in names if (program := self.estate.program(name)).running]
        return [psutil.Process(pid) for pid in pids if pid and psutil.pid_exists(pid)]

    async def frozen(self, service: str) -> psutil.Process:
        """Which process of the service stands still."""

        async def standing() -> psutil.Process | None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in self.processes(*self.names(service)):
                    if process.status() == psutil.STATUS_STOPPED:
                        return process
            return None

        return await until(standing, WELL_WITHIN_SECONDS, f"a process of {service} is frozen")

    async def restart(self, name: str, code: Path) -> None:
        """Stops one process as a roll-out does, and starts it from other code; returns when it is ready."""
        program = self.estate.program(name)
        before = program.pid
        program.folder = code
        self.happened.disturbed[name.partition("-")[0]] += 1
        program.ask_to_stop()
        await asyncio.to_thread(program.end, DRAINED_WITHIN_SECONDS)

        async def new_and_ready() -> bool:
            return program.pid != before and await self.is_ready(name)

        await until(new_and_ready, WELL_WITHIN_SECONDS, f"{name} is back")

    async def until_well(self, services: Sequence[str] | None = None) -> None:
        """Every process of these services says that it is ready."""

        async def all_ready(service: str) -> bool:
            return all([await self.is_ready(name) for name in self.names(service)])

        for service in services or self.services:
            ready = partial(all_ready, service)
            await until(ready, WELL_WITHIN_SECONDS, f"{service} is ready")


async def until(condition: Callable[[], Awaitable[T | None]], within: float, what: str = "") -> T:
    """What the condition gives once it is something true. Raises NotInTime."""
    deadline = time.monotonic() + within
    while not (found := await condition()):
        if time.monotonic() > deadline:
            raise NotInTime(f"not within {within:.0f} seconds: {what}")
        await asyncio.sleep(LOOK_SECONDS)
    return found


async def _is_not(condition: Callable[[], bool]) -> bool:
    return not condition()
