"""The one place where a test waits for something that another process or task does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
_PAUSE = 0.02


async def eventually(
    condition: Callable[[], Awaitable[T]], within: float = 60, because: str = ""
) -> T:
    """Call until it gives something true, which is returned. Raises `AssertionError` after `within` seconds.

    An `AssertionError` of the condition counts as not true yet, and is the one raised in the end, so that a test may
    assert in it. So does a database that does not answer: tests of outages ask it.
    """
    last: object = None
    try:
        async with asyncio.timeout(within):
            while True:
                try:
                    if last := await condition():
                        return last
                except (AssertionError, DBAPIError, ConnectionError) as error:
                    last = error
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        reason = f": {because}" if because else ""
        cause = last if isinstance(last, BaseException) else None
        raise AssertionError(f"not within {within} s{reason}; at last: {last!r}") from cause
