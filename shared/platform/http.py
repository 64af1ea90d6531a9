"""What pages and API functions ask for: a transaction, or a connection to read with."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.runtime import Runtime
from shared.platform.transaction import Transaction


def runtime_of(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _begin(request: Request) -> AsyncIterator[Transaction]:
    async with runtime_of(request).transactions.begin() as tx:
        yield tx


async def _read(request: Request) -> AsyncIterator[AsyncConnection]:
    async with runtime_of(request).transactions.read() as connection:
        yield connection


# Function scope: the commit happens before the response leaves, so that nobody holds a receipt for what was not kept.
Tx = Annotated[Transaction, Depends(_begin, scope="function")]
Reading = Annotated[AsyncConnection, Depends(_read, scope="function")]
