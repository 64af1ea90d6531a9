"""The faults: each does its harm once, and returns when there is nothing left of it but its consequences."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from deploy.cli.faults.fleet import WELL_WITHIN_SECONDS, Fleet, NotInTime, until
from deploy.cli.faults.ledger.wire import LISTENED, group_of, partitions_of
from shared.platform.points import Point

GIVEN_UP_AFTER_SECONDS = 8.0
"""Longer than the session timeout: Kafka gives the partitions to somebody else."""
GIVEN_UP_WITHIN_SECONDS = 60.0
ANSWERED_WITHIN_SECONDS = 10.0
PROMISED_WITHIN_SECONDS = 120.0
COMMITS_CUT = 4
CUT_WITHIN_SECONDS = 60.0
FROZEN_BROKER_SECONDS = 8.0
SHUT_OFF_SECONDS = 4.0

Strike = Callable[[], Awaitable[None]]


async def kill_at(fleet: Fleet, service: str, point: Point) -> None:
    """Whichever process of the service comes to the point."""
    fleet.arm(service, point, signal.SIGKILL)
    await fleet.until_struck(service, point)
    fleet.was_killed(service)
    fleet.happened.harms[f"killed at {point}"] += 1
    fleet.say(f"{service} was killed at {point}")


async def kill(fleet: Fleet, service: str, chance: random.Random) -> None:
    """One process that is well, any moment."""

    async def struck() -> str | None:
        name = chance.choice(fleet.names(service))
        well = await fleet.is_ready(name) and name in fleet.names(service)
        return name if well and fleet.kill(name) else None

    await asyncio.sleep(chance.uniform(0, 1))
    name = await until(struck, WELL_WITHIN_SECONDS, f"{service} is well")
    fleet.happened.harms["killed at random"] += 1
    fleet.say(f"{name} was killed")


async def freeze_at(fleet: Fleet, service: str, point: Point) -> None:
    """A process stands still until others have its partitions, or its mails, and goes on as if nothing had been."""
    seconds = GIVEN_UP_AFTER_SECONDS
    if point.startswith("mail-"):
        seconds += fleet.mail_lease
    fleet.arm(service, point, signal.SIGSTOP)
    await fleet.until_struck(service, point)
    process = await fleet.frozen(service)
    fleet.happened.disturbed[service] += 1
    try:
        await asyncio.sleep(seconds)
    finally:
        _thaw([process])
    fleet.happened.harms[f"frozen at {point}"] += 1
    fleet.say(f"{service} was frozen at {point} for {seconds:.0f} s, and thawed")


async def replay(fleet: Fleet, service: str, records: int | None) -> None:
    """All processes are frozen until Kafka has given them up; then so many records of each partition are put before them again.

    What a crash between a commit and its offset does to a few records, this does to many: whatever is not applied exactly once shows.
    """

    async def tried() -> tuple[int] | None:
        frozen: list[psutil.Process] = []

        def freeze_all() -> None:
            """Those, too, that have started meanwhile."""
            new = [one for one in fleet.processes(*fleet.names(service)) if one not in frozen]
            frozen.extend(new)
            for process in new:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.suspend()
            fleet.happened.disturbed[service] += len(new)

        try:
            return (await _set_back(fleet, service, records, freeze_all),)
        except (KafkaError, NotInTime):
            return None  # Kafka is away, too
        except asyncio.CancelledError:
            # aiokafka cancels what waits for a broker that goes away; a task group takes that for the end of the task.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            return None
        finally:
            _thaw(frozen)

    (again,) = await until(tried, WELL_WITHIN_SECONDS, f"{service} has left its group")
    fleet.happened.harms["records delivered again"] += again
    fleet.say(f"{service} was frozen and got {again:,} records again")


def _thaw(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # rolled out meanwhile
            process.resume()


async def cut(fleet: Fleet, service: str) -> None:
    """Some commits of the processes behind the gate succeed, and they never hear of it."""
    gate = fleet.gates[service]
    wanted = gate.commits_cut + COMMITS_CUT
    gate.cut_commits(COMMITS_CUT)

    async def cut_off() -> bool:
        return gate.commits_cut >= wanted

    await until(cut_off, CUT_WITHIN_SECONDS, f"{service} commits")
    fleet.happened.disturbed[service] += COMMITS_CUT
    fleet.happened.harms["commits cut"] += COMMITS_CUT
    fleet.say(f"{service} was cut off {COMMITS_CUT} times after COMMIT")


async def shut_off(fleet: Fleet, service: str) -> None:
    """The processes behind the gate have no database for a while."""
    gate = fleet.gates[service]
    await gate.close()
    try:
        await asyncio.sleep(SHUT_OFF_SECONDS)
    finally:
        gate.open()
    fleet.happened.disturbed[service] += 1
    fleet.say(f"{service} was shut off from its database for {SHUT_OFF_SECONDS:.0f} s")


async def kill_server(fleet: Fleet, name: str, away: float) -> None:
    """Kafka or PostgreSQL, which is started again after so many seconds."""
    fleet.estate.hold(name)
    fleet.kill(name)
    await _away(fleet, name, away)
    fleet.happened.harms[f"{name} killed"] += 1
    fleet.say(f"{name} was killed, and was away for {away:.0f} s")


async def stop_server(fleet: Fleet, name: str, away: float) -> None:
    """In good order."""
    program = fleet.estate.program(name)
    fleet.estate.hold(name)
    fleet.happened.disturbed[name] += 1
    program.ask_to_stop()
    await asyncio.to_thread(program.end, 30)
    await _away(fleet, name, away)
    fleet.happened.harms[f"{name} stopped"] += 1
    fleet.say(f"{name} was stopped, and was away for {away:.0f} s")


async def _away(fleet: Fleet, name: str, away: float) -> None:
    began = time.time()

    async def promised() -> bool:
        return name != "kafka" or fleet.happened.receipts_between(began, time.time()) > 0

    try:
        await asyncio.sleep(away)
        # Another fault may have all of intake in its hands for a while; afterwards it takes reports, whether there is a Kafka or not.
        await until(promised, PROMISED_WITHIN_SECONDS, "intake promises something without Kafka")
    finally:
        if name == "kafka":
            fleet.happened.without_kafka.append((began, time.time()))
        fleet.estate.release(name)
    await until(lambda: fleet.is_ready(name), WELL_WITHIN_SECONDS, f"{name} is back")


async def freeze_server(fleet: Fleet, name: str) -> None:
    [process] = fleet.processes(name)
    fleet.happened.disturbed[name] += 1
    process.suspend()
    try:
        await asyncio.sleep(FROZEN_BROKER_SECONDS)
    finally:
        _thaw([process])
    fleet.happened.harms[f"{name} frozen"] += 1
    fleet.say(f"{name} was frozen for {FROZEN_BROKER_SECONDS:.0f} s")


async def _set_back(
    fleet: Fleet, service: str, records: int | None, freeze_all: Callable[[], None]
) -> int:
    """How many records are put before the service again. Raises KafkaError when Kafka is away, NotInTime when the group does not go."""
    settings = fleet.settings
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        group_id=group_of(settings, service),
        enable_auto_commit=False,
    )
    try:
        await consumer.start()
        partitions = partitions_of(settings, LISTENED[service])
        consumer.assign(partitions)
        done = {one: await consumer.committed(one) or 0 for one in partitions}
        back = {one: 0 if records is None else max(0, at - records) for one, at in done.items()}

        async def committed() -> bool:
            """Kafka takes no offsets from outside while the group has members."""
            freeze_all()
            try:
                async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                    await consumer.commit(back)
            except TimeoutError:
                # It went away just now: nobody is to stand still for as long as it does.
                raise NotInTime("Kafka does not answer") from None
            except KafkaConnectionError:
                raise
            except KafkaError:
                return False
            return True

        await until(committed, GIVEN_UP_WITHIN_SECONDS, f"{service} has left its group")
        return _between(back, done)
    finally:
        await consumer.stop()


def _between(back: dict[TopicPartition, int], done: dict[TopicPartition, int]) -> int:
    return sum(at - back[one] for one, at in done.items())


def shuffled(chance: random.Random, strikes: Sequence[Strike]) -> list[Strike]:
    return chance.sample(strikes, len(strikes))
