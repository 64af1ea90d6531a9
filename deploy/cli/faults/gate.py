"""A gate before PostgreSQL that closes, or that cuts a connection once COMMIT has been sent through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL, make_url

_COMMIT = b"Q\x00\x00\x00\x0cCOMMIT;\x00"
"""The driver's message, which is written by itself."""


class DatabaseGate:
    """Forwards connections to a PostgreSQL server, whatever kind it is. Closed, it cuts those there are and refuses new ones.

    Get one by `gate_before`.
    """

    def __init__(self, server: URL) -> None:
        self.commits_cut = 0
        self.port = 0
        self._target = server
        self._open = True
        self._to_cut = 0
        self._writers: set[asyncio.StreamWriter] = set()

    def url(self, database_url: str) -> str:
        """The same database, through the gate."""
        through = make_url(database_url).set(host="127.0.0.1", port=self.port, query={})
        return through.render_as_string(hide_password=False)

    async def close(self) -> None:
        self._open = False
        self.cut_all()

    def open(self) -> None:
        self._open = True

    def cut_commits(self, count: int) -> None:
        """The next so many commits succeed, and whoever asked for them never hears of it."""
        self._to_cut = count

    def cut_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        try:
            onward_reader, onward_writer = await self._connect()
        except OSError:  # the server is being killed
            writer.transport.abort()
            return
        both = {writer, onward_writer}
        self._writers |= both
        unheard = asyncio.Event()
        try:
            await asyncio.gather(
                self._ask(reader, onward_writer, unheard), _answer(onward_reader, writer, unheard)
            )
        finally:
            self._writers -= both
            for each in both:
                each.transport.abort()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, unheard: asyncio.Event
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                if self._to_cut and chunk.endswith(_COMMIT):
                    self._to_cut -= 1
                    self.commits_cut += 1
                    unheard.set()
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._target.query.get("host")
        port = self._target.port or 5432
        if isinstance(folder, str):
            return await asyncio.open_unix_connection(str(Path(folder) / f".s.PGSQL.{port}"))
        return await asyncio.open_connection(self._target.host or "127.0.0.1", port)


@asynccontextmanager
async def gate_before(server: URL) -> AsyncIterator[DatabaseGate]:
    """Open, on a port of its own, until the block ends."""
    gate = DatabaseGate(server)
    listening = await asyncio.start_server(gate.forward, "127.0.0.1", 0)
    gate.port = listening.sockets[0].getsockname()[1]
    try:
        yield gate
    finally:
        listening.close()
        gate.cut_all()
        await listening.wait_closed()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, unheard: asyncio.Event
) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            if unheard.is_set():
                break
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()
