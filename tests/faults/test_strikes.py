"""A fault that does not come about is tried again, and none ends a service's faults unseen."""

import asyncio
from pathlib import Path

import pytest

from deploy.cli.faults import strikes
from deploy.cli.faults.fleet import Fleet
from deploy.cli.faults.rig import own_settings


async def test_a_replay_that_kafka_s_client_cancels_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [asyncio.CancelledError()]

    async def set_back(*_: object) -> int:
        if left:
            raise left.pop()
        return 7

    monkeypatch.setattr(strikes, "_set_back", set_back)
    fleet = Fleet(own_settings(tmp_path), print)
    await strikes.replay(fleet, "actions", None)
    assert fleet.happened.harms["records delivered again"] == 7


async def test_a_replay_ends_when_the_run_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def set_back(*_: object) -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(strikes, "_set_back", set_back)
    fleet = Fleet(own_settings(tmp_path), print)
    replaying = asyncio.create_task(strikes.replay(fleet, "actions", None))
    await begun.wait()
    replaying.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await replaying
