"""The rig's side of the ledger: starts its process, tells it what happens, and asks."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter

from deploy.cli.faults.ledger.account import Account
from deploy.cli.faults.ledger.told import (
    Balance,
    Beginning,
    Heard,
    Promise,
    Quiet,
    Reminder,
    StillThere,
)
from deploy.local.parts import ROOT

LONGEST_ANSWER = 2**26
_ACCOUNT = TypeAdapter(Account)

T = TypeVar("T", bound=BaseModel)


class Client:
    """Start it by `keeping`."""

    def __init__(self, say: asyncio.StreamWriter, hear: asyncio.StreamReader) -> None:
        self._say, self._hear = say, hear

    def tell(self, told: Promise | Reminder | Beginning | Quiet | Balance) -> None:
        self._say.write(Heard(told=told).model_dump_json().encode() + b"\n")

    async def until_quiet(self, within: float) -> StillThere:
        return StillThere.model_validate_json(await self._ask(Quiet(within=within)))

    async def account(self, asked: Balance) -> Account:
        return _ACCOUNT.validate_json(await self._ask(asked))

    async def _ask(self, asked: Quiet | Balance) -> bytes:
        self.tell(asked)
        await self._say.drain()
        if answer := await self._hear.readline():
            return answer
        raise RuntimeError("the ledger's process has ended")


@contextlib.asynccontextmanager
async def keeping(file: Path, beginning: Beginning) -> AsyncIterator[Client]:
    """A ledger that keeps what it is told in this file."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "deploy.cli.faults.ledger", str(file)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_ANSWER,
        cwd=ROOT,
    )
    try:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the ledger's process cannot be talked to")
        client = Client(process.stdin, process.stdout)
        client.tell(beginning)
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
