"""Waits for Kafka and the database that leave no half connection behind, never last for ever, and end when they are to end."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import TypeVar

_PATIENCE_SECONDS = 5

T = TypeVar("T")


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


def give_way(error: Exception) -> None:
    """To be asked before an outage is waited out: a cancellation that meets a statement can come back as the driver's error. Raises
    it as what it is."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError from error


async def within(seconds: float, work: Coroutine[None, None, T]) -> T:
    """The work's result, or TimeoutError. Never later: after a broker's crash aiokafka may wait for ever and not even be cancelled,
    which `asyncio.timeout` would wait for."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError
        return task.result()
    finally:
        task.cancel()
