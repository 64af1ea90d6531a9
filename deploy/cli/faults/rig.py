"""A whole run: the estate, its work, its faults, and the account at the end."""

import random
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from pathlib import Path

from deploy.cli.faults import campaigns, strikes
from deploy.cli.faults.fleet import Fleet
from deploy.cli.faults.ledger.account import Account, Figure
from deploy.cli.faults.ledger.client import Client, keeping
from deploy.cli.faults.ledger.told import Balance, Beginning
from deploy.cli.faults.load.working import REMINDED, Work, working
from deploy.cli.faults.sizes import Fault, Size
from deploy.local.settings import SERVICES, EstateSettings, free_ports

QUIET_WITHIN_SECONDS = 180.0
"""What has not become less for so long is stuck. What only comes slowly is neither lost nor stuck, but late."""
MAIL_BATCH = 16
"""Mails that one process has in its hands: as many at most are of unknown end when it dies."""
RELAY_BATCH = 1_000
"""Facts that a relay sends before it deletes them: as many at most are published twice when it dies."""

Harm = Callable[[Fleet, Work], Awaitable[None]]
"""What is done while work goes on."""


def own_settings(folder: Path) -> EstateSettings:
    """Servers of its own, whatever the environment says: they are to be killed."""
    own = EstateSettings(port=free_ports(), data=folder)
    return own.model_copy(
        update={
            **dict.fromkeys(("kafka", "postgres", "smtp", "sign_in", "otlp_endpoint")),
            "topic_prefix": "",
            "database_prefix": "insight_",
        }
    )


async def run(
    size: Size,
    faults: Collection[Fault],
    seed: int,
    settings: EstateSettings,
    say: Callable[[str], None],
) -> Account:
    """The account of an estate that has been through these faults. Raises what `account_of` does."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    clocks = campaigns.wrong_clocks(SERVICES, chance) if Fault.CLOCKS in faults else {}
    fleet = Fleet(settings, say, clocks=clocks)

    async def harm(fleet: Fleet, _: Work) -> None:
        await campaigns.go_through_all(fleet, size, faults, chance)

    account = await account_of(fleet, size, seed, harm)
    return account.and_also(_done(fleet, size, faults), {"faults": fleet.happened.harms})


async def account_of(fleet: Fleet, size: Size, seed: int, harm: Harm) -> Account:
    """Gives the estate work while it is harmed, waits for quiet, and draws up the account.

    Raises NotInTime or NotAccepted (alone or in a group) when a fault did not come about or a good report was refused, CannotStart
    or DidNotStart.
    """
    beginning = Beginning(settings=fleet.settings, services=fleet.services, reminded=REMINDED)
    fleet.settings.folder.mkdir(parents=True, exist_ok=True)
    async with (
        keeping(fleet.settings.folder / "ledger.jsonl", beginning) as ledger,
        fleet.running(size.processes),
    ):
        fleet.say(f"{size.reports:,} reports, {size.rate:.0f} a second")
        async with working(fleet, ledger.tell, size, seed) as work:
            await harm(fleet, work)
            await work.until_promised(size.reports)
        account, seconds = await _balance(fleet, ledger, work, size)
        figures = [Figure("seconds to catch up", seconds, most=size.caught_up_within)]
        if size.thorough and account.right:
            for service in fleet.services:
                await strikes.replay(fleet, service, None)
            account, seconds = await _balance(fleet, ledger, work, size)
            again = "seconds to read everything once more"
            figures.append(Figure(again, seconds, most=size.caught_up_within))
        return account.and_also(figures, {})


async def _balance(fleet: Fleet, ledger: Client, work: Work, size: Size) -> tuple[Account, float]:
    """The account, and how many seconds it took at most until nothing was left to do: at once, and after the last reminders."""
    await fleet.until_well()
    fleet.say(f"{work.promised:,} reports were promised; waiting for quiet")
    quiet = await ledger.until_quiet(QUIET_WITHIN_SECONDS)
    seconds = quiet.seconds
    if not quiet.stuck:
        await work.remind()
        quiet = await ledger.until_quiet(QUIET_WITHIN_SECONDS)
        seconds = max(seconds, quiet.seconds)
    fleet.say("drawing up the account")
    account = await ledger.account(_explained(fleet, size, quiet.stuck))
    happened = fleet.happened
    receipts = [happened.receipts_between(*away) for away in happened.without_kafka]
    account = account.and_also(
        [
            Figure("requests whose answer was lost", work.door.asked_again),
            *(Figure("receipts while Kafka was away", number, least=1) for number in receipts),
        ],
        {},
    )
    return account, seconds


def _explained(fleet: Fleet, size: Size, stuck: Mapping[str, int]) -> Balance:
    """What the faults may have led to, at most."""
    disturbed = fleet.happened.disturbed
    # A server that goes away cuts every process short; one process more than usual comes and goes.
    without_database = disturbed["postgres"] * (size.processes + 1)
    everywhere = without_database + disturbed["kafka"] * (size.processes + 1)
    return Balance(
        stuck=stuck,
        longest_wait=size.caught_up_within,
        most_unknown=(disturbed["notifications"] + without_database) * MAIL_BATCH,
        most_copies={
            service: (disturbed[service] + everywhere) * RELAY_BATCH for service in fleet.services
        },
    )


def _done(fleet: Fleet, size: Size, faults: Collection[Fault]) -> Iterator[Figure]:
    """Faults that did not come about prove nothing."""
    happened = fleet.happened
    if {Fault.POINTS, Fault.KILLS} <= set(faults):
        for service in fleet.services:
            yield Figure(f"kills of {service}", happened.kills[service], least=size.kills)
    if Fault.POSTGRES in faults:
        yield Figure("kills of PostgreSQL", happened.kills["postgres"], least=1)
    if Fault.KAFKA in faults:
        yield Figure("kills of Kafka", happened.kills["kafka"], least=1)
