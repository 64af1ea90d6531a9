"""Connecting to Kafka without leaving half a connection behind."""

import asyncio
import contextlib
from collections.abc import Coroutine

_PATIENCE_SECONDS = 5


async def completed(start: Coroutine[object, object, object]) -> None:
    """Await a client's start; when cancelled meanwhile, let it come to its end first, for a few seconds.

    aiokafka loses sight of a connection whose making is cut short, so nobody could close it. Raises what `start` raises.
    """
    task = asyncio.ensure_future(start)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_PATIENCE_SECONDS)
        task.cancel()
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await task
        raise
