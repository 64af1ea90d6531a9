"""The whole estate on one machine: servers, databases, topics, five services and a front door, in one data folder.

`insight run` is this class with a banner; tests, the fault rig and the benchmark start it on free ports in a folder of
their own, beside any other.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import replace
from typing import Any, TextIO

from deploy.local.folder import CannotStart, lock, need_space, read_secrets
from deploy.local.kafka import EmbeddedKafka
from deploy.local.parts import (
    front_door_part,
    kafka_part,
    mailbox_part,
    postgres_part,
    service_environment,
    service_part,
    sign_in_part,
)
from deploy.local.people import FILE, seed_directory
from deploy.local.postgres import EmbeddedPostgres, ensure_databases
from deploy.local.programs import Program
from deploy.local.settings import (
    SERVICES,
    EstateSettings,
    database_url,
    free_port,
    port_is_free,
)
from deploy.local.supervisor import LONGEST_PAUSE_SECONDS, Part, Supervisor
from deploy.local.topics import create_topics
from shared.platform.migrations import migrate

PORT_PATIENCE_SECONDS = 3.0
LOOK_SECONDS = 0.1


class Estate:
    """Start, use, stop. `say` takes each line of progress.

    `start` raises `CannotStart` when something is in the way and `DidNotStart` when a part does not come up; call
    `stop` in either case. Everything is kept running for as long as the event loop runs.
    """

    def __init__(
        self,
        settings: EstateSettings,
        say: Callable[[str], None] = print,
        *,
        only: Collection[str] | None = None,
        adapt: Callable[[Program], None] = lambda _: None,
        longest_pause: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        """What follows is for the fault rig. `only` names the parts to start besides the servers, intake among them; `adapt` may
        change how a program is started, before it is; `longest_pause` bounds, in seconds, how long what ends often is left alone.
        """
        self.settings = settings
        self.services = tuple(one for one in SERVICES if only is None or one in only)
        self._only = only
        self._adapt = adapt
        self._say = say
        self._supervisor = Supervisor(say, longest_pause=longest_pause)
        self._lock: TextIO | None = None
        self._secrets: dict[str, str] = {}
        self._ports: dict[str, int] = {}
        """Of further processes, by name."""

    @property
    def url(self) -> str:
        """The front door."""
        return self.settings.url

    @property
    def administrator_key(self) -> str:
        """Opens intake's directory and bulk doors: `Authorization: Bearer ...`."""
        return self._secrets["administrator_key"]

    def database_url(self, service: str) -> str:
        """SQLAlchemy's address of a service's database, for the role that the service signs in with."""
        database = self.settings.database(service)
        return database_url(server_url(self.settings), database, self._secrets["database_password"])

    def environment(self, service: str) -> dict[str, str]:
        """What a service's process is told."""
        return service_environment(
            self.settings, service, self.database_url(service), self._secrets
        )

    def program(self, name: str) -> Program:
        """The process of a part: a service's name, `kafka`, `postgres`, `mailbox`, `sign-in` or `front door`."""
        return next(part.program for part in self._supervisor.parts if part.name == name)

    def address(self, name: str) -> str:
        """Where one process of a service answers, past the front door."""
        port = self._ports.get(name) or self.settings.service_port(name)
        return f"http://127.0.0.1:{port}"

    async def is_ready(self, name: str) -> bool:
        """Whether there is such a part, and it runs and answers."""
        parts = [part for part in self._supervisor.parts if part.name == name]
        return any([part.program.running and await asyncio.to_thread(part.ready) for part in parts])

    async def start(self) -> None:
        """Returns when the whole estate answers."""
        folder = self.settings.folder
        self._lock = lock(folder)
        need_space(folder)
        await _until_ports_are_free(self.settings)
        self._secrets = read_secrets(folder)
        await _together([self._start_database(), self._start_kafka(), *self._start_helpers()])
        await _together([self._start_service(service) for service in self.services])
        await self._seed()

    async def add_replica(
        self, service: str, number: int, patience: float, database_url: str | None = None
    ) -> str:
        """A further process of a running service, on a port of its own, kept running like the others; gives its name. `database_url`:
        where its data are not the service's, but a copy.

        Raises DidNotStart when it is not ready within so many seconds.
        """
        url = database_url or self.database_url(service)
        port = free_port()
        part = service_part(self.settings, service, url, self._secrets, replica=(number, port))
        part = replace(part, patience=patience)
        self._ports[part.name] = port
        await self._start(part)
        return part.name

    async def remove_replica(self, name: str) -> None:
        """Stops a further process in good order, for good."""
        await self._supervisor.remove(name)

    def kill(self, name: str) -> None:
        """`kill -9` of a part, by the names of `program`; the supervisor starts it again."""
        self._supervisor.kill(name)

    def hold(self, name: str) -> None:
        """Once the part has ended, it stays so until `release`."""
        self._supervisor.hold(name)

    def release(self, name: str) -> None:
        self._supervisor.release(name)

    async def stop(self) -> None:
        """Stops everything in order, within about ten seconds; afterwards no process is left."""
        await self._supervisor.stop()
        self._let_go()

    def kill_all(self) -> None:
        """Ends everything at once, for somebody who will not wait for `stop`."""
        self._supervisor.kill_all()
        self._let_go()

    async def _start(self, part: Part) -> None:
        self._adapt(part.program)
        await self._supervisor.start(part)

    async def _start_database(self) -> None:
        if self.settings.postgres is None:
            embedded = EmbeddedPostgres(self.settings.folder / "postgres")
            await self._start(postgres_part(embedded))
        await prepare_databases(self.settings, self._secrets["database_password"], self.services)
        self._say("The databases are up to date")

    async def _start_kafka(self) -> None:
        settings = self.settings
        if settings.kafka is None:
            ports = (settings.kafka_port, settings.controller_port)
            embedded = EmbeddedKafka(settings.folder / "kafka", *ports)
            await self._start(kafka_part(embedded))
        await create_topics(settings.bootstrap, settings.topic_prefix)

    def _start_helpers(self) -> Iterable[Coroutine[Any, Any, None]]:
        helpers = [front_door_part(self.settings)]
        if self.settings.sign_in is None:
            helpers.append(sign_in_part(self.settings))
        if self.settings.smtp is None:
            helpers.append(mailbox_part(self.settings))
        for part in helpers:
            if self._only is None or part.name in self._only:
                yield self._start(part)

    async def _start_service(self, service: str) -> None:
        url = self.database_url(service)
        await self._start(service_part(self.settings, service, url, self._secrets))

    async def _seed(self) -> None:
        """Once: what somebody changes in the directory afterwards is theirs to keep."""
        seeded = self.settings.folder / "seeded"
        wanted = hashlib.sha256(FILE.read_bytes()).hexdigest()
        if seeded.exists() and seeded.read_text() == wanted:
            return
        intake = f"http://127.0.0.1:{self.settings.service_port('intake')}"
        count = await seed_directory(intake, self.administrator_key)
        seeded.write_text(wanted)
        self._say(f"The directory knows {count} organisations")

    def _let_go(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None


def server_url(settings: EstateSettings) -> str:
    """Where PostgreSQL is: the embedded one in the data folder, or one's own."""
    return settings.postgres or EmbeddedPostgres(settings.folder / "postgres").url("postgres")


async def prepare_databases(
    settings: EstateSettings, password: str, services: Sequence[str] = SERVICES
) -> None:
    """Makes the services' databases and their roles that are not there, and migrates each database to the newest revision."""
    server = server_url(settings)
    names = [settings.database(service) for service in services]
    await ensure_databases(database_url(server, "postgres"), names, password)
    for service, name in zip(services, names, strict=True):
        await migrate(database_url(server, name), service, name)


async def _together(starts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Waits for all; the first failure ends the others and is raised as it is."""
    tasks = [asyncio.create_task(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_ports_are_free(settings: EstateSettings) -> None:
    """A copy that was just killed takes a moment to let go of its ports."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PORT_PATIENCE_SECONDS
    while taken := [(port, use) for port, use in settings.ports() if not port_is_free(port)]:
        if loop.time() > deadline:
            port, use = taken[0]
            raise CannotStart(
                f"Port {port}, wanted for {use}, is taken by another program. Stop that program, or set INSIGHT_PORT "
                f"to another number than {settings.port}: the ten ports after it are used too."
            )
        await asyncio.sleep(LOOK_SECONDS)
