"""The short form: 20,000 reports, every fault, and an account in which every figure is what it must be.

It is `insight faults`; `FAULTS_SEED=7 make test ARGS="-m faults"` is another run. When a fault meets what is a matter of
microseconds, so a failure need not come again at once: the folder's logs and the ledger's entries are kept.
"""

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from deploy.cli.faults import rig, table
from deploy.cli.faults.sizes import ALL, SIZES

pytestmark = [pytest.mark.faults, pytest.mark.integration, pytest.mark.timeout(7_200)]

SEED = int(os.environ.get("FAULTS_SEED", "1"))
SIZE = SIZES[os.environ.get("FAULTS", "short")]
BESIDE_OTHER_TESTS_SECONDS = 180
"""How soon everything must have caught up where other tests have half of the machine."""


async def test_nothing_is_lost_and_nothing_is_done_twice_whatever_happens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a killed broker is told of often
    size = replace(SIZE, caught_up_within=BESIDE_OTHER_TESTS_SECONDS)
    account = await rig.run(size, ALL, SEED, rig.own_settings(tmp_path / "estate"), print)
    with capsys.disabled():
        print()
        table.show(account, Console())
    assert account.right, account.wrong
