"""What pages and API functions ask for: a transaction, or a connection to read with."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.audit.chain import SYSTEM, Author
from shared.platform.points import Point, reach
from shared.platform.runtime import Runtime
from shared.platform.transaction import Transaction


def runtime_of(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def set_author(request: Request, author: Author) -> None:
    """What this request changes is this author's doing: said by whoever finds out who asks."""
    request.state.author = author


def _author_of(request: Request) -> Author:
    author: Author = getattr(request.state, "author", SYSTEM)
    return author


async def _begin(request: Request) -> AsyncIterator[Transaction]:
    transactions = runtime_of(request).transactions
    async with transactions.begin(who_asks=lambda: _author_of(request)) as tx:
        yield tx
        reach(Point.DOOR_WRITTEN)
    reach(Point.DOOR_COMMITTED)


async def _read(request: Request) -> AsyncIterator[AsyncConnection]:
    async with runtime_of(request).transactions.read() as connection:
        yield connection


# Function scope: the commit happens before the response leaves, so that nobody holds a receipt for what was not kept.
Tx = Annotated[Transaction, Depends(_begin, scope="function")]
Reading = Annotated[AsyncConnection, Depends(_read, scope="function")]
