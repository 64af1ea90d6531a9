"""Every process is killed while reports come in; afterwards every report, fact, mail and poison record is accounted for.

The same seed sends the same reports and kills in the same order: `FAULTS_SEED=7 make faults`. When a kill meets what is a matter
of microseconds, so a failure need not come again at once.
"""

import logging
import os
import random
from pathlib import Path

import pytest

from deploy.cli.audit.verify import verify_estate
from deploy.local.settings import SERVICES
from tests.faults.kills import kill_one_by_one, rounds_of
from tests.faults.ledger import UNKNOWN
from tests.faults.replay import deliver_everything_again
from tests.faults.rig import Rig, running

pytestmark = [pytest.mark.faults, pytest.mark.integration, pytest.mark.timeout(600)]

SEED = int(os.environ.get("FAULTS_SEED", "1"))
ROUNDS = 2
LEASE_SECONDS = "10"
"""How long mails wait that a killed process was sending."""
MOST_UNKNOWN = (ROUNDS + 1) * 16
"""Mails whose end nobody knows: a batch for each kill of notifications, and one for the database's."""


async def test_services_killed_under_load_lose_nothing_and_do_nothing_twice(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, logger="aiokafka")  # a broker killed is told a hundred times
    monkeypatch.setenv("NOTIFICATIONS_LEASE_SECONDS", LEASE_SECONDS)
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret

    async def balance(rig: Rig, when: str) -> None:
        account = await rig.account()
        with capsys.disabled():
            print(f"\n\nThe account {when}\n{account.table()}")
        assert account.right, account.table()
        assert account.told[UNKNOWN] <= MOST_UNKNOWN
        histories = await verify_estate(rig.estate.settings, SERVICES)
        assert [found for one in histories for found in one.findings] == [], "a false alarm"
        assert all(one.anchors for one in histories if one.entries), "nothing to hold it against"

    async with running(tmp_path / "data", SEED) as rig:
        async with rig.under_load():
            await kill_one_by_one(rig.estate, rounds_of(SERVICES, ROUNDS, chance), chance)
            await kill_one_by_one(rig.estate, rounds_of(["postgres", "kafka"], 1, chance), chance)
        await balance(rig, "after the kills")
        # A crash between a commit and its offset makes a service read a few records again. This makes all of them read all.
        again = await deliver_everything_again(rig.estate)
        await balance(rig, f"after {again:,} records were delivered again")
