"""The whole estate, as `insight run` starts it, in a folder and on ports of its own."""

from pathlib import Path

import psutil
import pytest

from deploy.cli.status import read_status
from deploy.local.estate import Estate
from deploy.local.settings import SERVICES, EstateSettings, free_ports
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


async def test_the_estate_starts_survives_the_loss_of_a_service_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    settings = EstateSettings(port=free_ports(), data=tmp_path / "data")
    lines: list[str] = []
    estate = Estate(settings, lines.append)
    try:
        await estate.start()
        started = await read_status(settings)
        assert started.ok, started

        before = estate.program("actions").pid
        estate.kill("actions")

        async def all_is_well_again() -> bool:
            return estate.program("actions").pid != before and (await read_status(settings)).ok

        await eventually(all_is_well_again, within=120)
        assert "Actions ended (signal 9); starting it again" in lines
        names = (*SERVICES, "kafka", "postgres", "mailbox", "sign-in", "front door")
        processes = [psutil.Process(estate.program(name).pid) for name in names]
    finally:
        await estate.stop()
    assert [one for one in processes if one.is_running()] == []
    assert (await read_status(settings)).ok is False
