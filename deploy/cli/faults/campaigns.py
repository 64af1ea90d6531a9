"""When which fault comes: every service has its own sequence, the servers and the releases have theirs, all at once, while work goes on."""

import asyncio
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from deploy.cli.faults import strikes
from deploy.cli.faults.fleet import Fleet
from deploy.cli.faults.sizes import Fault, Size
from deploy.cli.faults.strikes import Strike
from deploy.cli.faults.variants import NEXT_RELEASE, build
from deploy.local.parts import ROOT
from shared.platform.points import Point

POINTS: dict[str, tuple[Point, ...]] = {
    "intake": (
        Point.DOOR_WRITTEN,
        Point.DOOR_COMMITTED,
        Point.BATCH_COMMITTED,
        Point.RELAY_SENT,
    ),
    "classification": (Point.BATCH_WRITTEN, Point.BATCH_COMMITTED, Point.RELAY_TAKEN),
    "actions": (
        Point.BATCH_COMMITTED,
        Point.TIMERS_WRITTEN,
        Point.TIMERS_COMMITTED,
        Point.RELAY_SENT,
    ),
    "notifications": (
        Point.MAIL_CLAIM_WRITTEN,
        Point.MAIL_CLAIMED,
        Point.MAIL_BEGUN,
        Point.MAIL_ACCEPTED,
        Point.MAIL_OUTCOME_WRITTEN,
    ),
    "reporting": (Point.BATCH_WRITTEN, Point.BATCH_COMMITTED, Point.RELAY_SENT),
}
"""Where a service is killed: between them every point, in every role."""
HOURS = 3600.0
CLOCKS = ((2 * HOURS, 24 * HOURS), (-26 * HOURS, -3 * HOURS), (5 * HOURS, -HOURS))
"""How wrong a service's first, second and third process may be: no two agree, and none is right."""


def wrong_clocks(services: Collection[str], chance: random.Random) -> dict[str, float]:
    """By process, seconds."""
    return {
        service if number == 1 else f"{service}-{number}": chance.choice(clocks)
        for service in services
        for number, clocks in enumerate(CLOCKS, start=1)
    }


async def go_through_all(
    fleet: Fleet, size: Size, faults: Collection[Fault], chance: random.Random
) -> None:
    """Returns when every fault has been, and everything is well again. Raises NotInTime."""
    async with asyncio.TaskGroup() as tasks:
        for service in fleet.services:
            own = random.Random(chance.random())  # noqa: S311 - repeatable, not secret
            tasks.create_task(_go_through(fleet, service, size, faults, own))
        next_release = build(NEXT_RELEASE, fleet.settings.folder / "next-release")
        for sequence in (_of_servers, partial(_of_releases, next_release=next_release)):
            own = random.Random(chance.random())  # noqa: S311 - as above
            tasks.create_task(_go_through_estate(fleet, size, faults, own, sequence))
    await fleet.until_well()


async def _go_through(
    fleet: Fleet, service: str, size: Size, faults: Collection[Fault], chance: random.Random
) -> None:
    for _ in range(size.rounds):
        for strike in strikes.shuffled(chance, _for_service(fleet, service, size, faults, chance)):
            await asyncio.sleep(chance.uniform(0, size.longest_pause))
            await strike()
            await fleet.until_well([service])


def _for_service(
    fleet: Fleet, service: str, size: Size, faults: Collection[Fault], chance: random.Random
) -> list[Strike]:
    points = POINTS[service]
    found: dict[Fault, Sequence[Strike]] = {
        Fault.POINTS: [partial(strikes.kill_at, fleet, service, point) for point in points],
        Fault.KILLS: [partial(strikes.kill, fleet, service, chance)],
        Fault.FREEZES: [
            partial(strikes.freeze_at, fleet, service, point)
            for point in (Point.BATCH_WRITTEN, chance.choice(points))
        ],
        Fault.REPLAYS: [partial(strikes.replay, fleet, service, size.replayed)],
        Fault.CUTS: [partial(strikes.cut, fleet, service)],
    }
    return [strike for fault in found if fault in faults for strike in found[fault]]


async def _go_through_estate(
    fleet: Fleet,
    size: Size,
    faults: Collection[Fault],
    chance: random.Random,
    sequence: Callable[[Fleet, Size, Collection[Fault]], Iterator[Strike]],
) -> None:
    for _ in range(max(1, size.rounds // 3)):
        for strike in sequence(fleet, size, faults):
            await asyncio.sleep(chance.uniform(0, size.longest_pause))
            await strike()
            await fleet.until_well()


def _of_servers(fleet: Fleet, size: Size, faults: Collection[Fault]) -> Iterator[Strike]:
    if Fault.POSTGRES in faults:
        yield partial(strikes.kill_server, fleet, "postgres", 1)
    if Fault.KAFKA in faults:
        yield partial(strikes.kill_server, fleet, "kafka", size.kafka_away)
        yield partial(strikes.freeze_server, fleet, "kafka")
        if size.thorough:
            yield partial(strikes.stop_server, fleet, "kafka", 1)


def _of_releases(
    fleet: Fleet, size: Size, faults: Collection[Fault], next_release: Path
) -> Iterator[Strike]:
    """The further processes are there while both releases are."""
    if Fault.REPLICAS in faults:
        yield partial(_add_replicas, fleet, size.processes + 1)
    if Fault.VERSIONS in faults:
        yield partial(_roll, fleet, next_release)
        yield partial(_roll, fleet, ROOT)
    if Fault.REPLICAS in faults:
        yield partial(_remove_replicas, fleet, size.processes + 1)


async def _add_replicas(fleet: Fleet, number: int) -> None:
    await fleet.add_replicas(number)
    fleet.say(f"each service has {number} processes")


async def _remove_replicas(fleet: Fleet, number: int) -> None:
    await fleet.remove_replicas(number)
    fleet.happened.harms["further processes that came and went"] += len(fleet.services)
    fleet.say(f"each service has {number - 1} processes again")


async def _roll(fleet: Fleet, code: Path) -> None:
    """One process of each service, so that both releases are at work."""
    await asyncio.gather(
        *(fleet.restart(fleet.names(service)[0], code) for service in fleet.services)
    )
    fleet.happened.harms["processes rolled out"] += len(fleet.services)
    what = "this release" if code == ROOT else "the next release"
    fleet.say(f"a process of each service was rolled out to {what}")
