"""A module run with a wrong clock: `python -m deploy.cli.faults.shifted SECONDS MODULE ARGUMENTS...`."""

import runpy
import sys
import time
from asyncio import Future
from collections.abc import Sequence

import time_machine
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

_send = AIOKafkaProducer.send


async def _send_with_our_time(
    self: AIOKafkaProducer,
    topic: str,
    value: bytes | None = None,
    key: bytes | None = None,
    partition: int | None = None,
    timestamp_ms: int | None = None,
    headers: Sequence[tuple[str, bytes]] | None = None,
) -> "Future[RecordMetadata]":
    """The client's compiled part asks the system for the time itself."""
    now = timestamp_ms or int(time.time() * 1000)
    sent: Future[RecordMetadata] = await _send(self, topic, value, key, partition, now, headers)
    return sent


def main() -> None:
    _, seconds, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    time_machine.travel(time.time() + float(seconds), tick=True).start()
    AIOKafkaProducer.send = _send_with_our_time
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
