"""Every process is killed while reports come in; afterwards every report, fact, mail and poison record is accounted for.

The same seed sends the same reports and kills in the same order: `FAULTS_SEED=7 make faults`.
"""

import logging
import os
import random
from pathlib import Path

import pytest

from deploy.local.settings import SERVICES
from tests.faults.kills import kill_one_by_one, rounds_of
from tests.faults.ledger import Account
from tests.faults.replay import deliver_everything_again
from tests.faults.rig import running

pytestmark = [pytest.mark.faults, pytest.mark.integration, pytest.mark.timeout(600)]

SEED = int(os.environ.get("FAULTS_SEED", "1"))
ROUNDS = 2
LEASE_SECONDS = "10"
"""How long mails wait that a killed process was sending."""


async def test_services_killed_under_load_lose_nothing_and_do_nothing_twice(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, logger="aiokafka")  # a broker killed is told a hundred times
    monkeypatch.setenv("NOTIFICATIONS_LEASE_SECONDS", LEASE_SECONDS)
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    async with running(tmp_path / "data", SEED) as rig:
        async with rig.under_load():
            await kill_one_by_one(rig.estate, rounds_of(SERVICES, ROUNDS, chance), chance)
            await kill_one_by_one(rig.estate, rounds_of(["postgres", "kafka"], 1, chance), chance)
        _show(capsys, "after the kills", account := await rig.account())
        assert account.right, account.table()

        again = await deliver_everything_again(rig.estate)
        _show(
            capsys, f"after {again:,} records were delivered again", account := await rig.account()
        )
        assert account.right, account.table()


def _show(capsys: pytest.CaptureFixture[str], when: str, account: Account) -> None:
    with capsys.disabled():
        print(f"\n\nThe account {when}\n{account.table()}")
