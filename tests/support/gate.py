"""A gate before PostgreSQL that a test closes and opens: an outage for one service, whatever server the run has."""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, make_url


class ClosableGate:
    """Forwards connections to a PostgreSQL server. Closed, it cuts those there are and refuses new ones."""

    def __init__(self, server: URL) -> None:
        self._target = server
        self._listening: asyncio.Server | None = None
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._listening is not None
        self._listening.close()
        self._cut()
        await self._listening.wait_closed()

    def url(self, database_url: str) -> str:
        """The same database, through the gate."""
        assert self._listening is not None
        port = self._listening.sockets[0].getsockname()[1]
        through = make_url(database_url).set(host="127.0.0.1", port=port, query={})
        return through.render_as_string(hide_password=False)

    async def close(self) -> None:
        self._open = False
        self._cut()

    def open(self) -> None:
        self._open = True

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        onward_reader, onward_writer = await self._connect()
        both = {writer, onward_writer}
        self._writers |= both
        try:
            await asyncio.gather(_copy(reader, onward_writer), _copy(onward_reader, writer))
        finally:
            self._writers -= both
            for each in both:
                each.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._target.query.get("host")
        port = self._target.port or 5432
        if isinstance(folder, str):
            return await asyncio.open_unix_connection(str(Path(folder) / f".s.PGSQL.{port}"))
        return await asyncio.open_connection(self._target.host or "127.0.0.1", port)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()
