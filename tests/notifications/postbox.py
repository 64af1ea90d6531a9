"""A real mail server on loopback that keeps what it accepts, and that a test can stop, start, slow down or make refuse."""

import asyncio
import email
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """An accepted mail."""

    address: str
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        assert part is not None
        return str(part.get_content())


class Postbox:
    """`answer_address` and `answer_mail` say what the server replies to a recipient and to a mail's content."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer_address: Callable[[str], str] = lambda _: "250 OK"
        self.answer_mail: Callable[[str], str] = lambda _: "250 OK"
        self.go_on = asyncio.Event()
        """While cleared, the server has a mail's content and does not say what it makes of it."""
        self.go_on.set()
        self.holding = asyncio.Event()
        """Set when the server has a mail's content in hand."""
        self.connections = 0
        self._port = _free_port()
        self._server: asyncio.Server | None = None
        self._transports: set[asyncio.BaseTransport] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._port}"

    @property
    def addresses(self) -> list[str]:
        return sorted(one.address for one in self.received)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Refuses connections from now on, and cuts those there are."""
        if self._server is None:
            return
        self._server.close()
        self.cut()
        await self._server.wait_closed()
        self._server = None

    def cut(self) -> None:
        """Cut the connections there are, whatever is going on in them."""
        for transport in self._transports:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        self._transports.clear()

    def _protocol(self) -> SMTP:
        postbox = self

        class Protocol(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                postbox.connections += 1
                postbox._transports.add(transport)
                super().connection_made(transport)

        return Protocol(self, hostname="postbox.example", ident="postbox")

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd asks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answer_address(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.holding.set()
        await self.go_on.wait()
        [address] = envelope.rcpt_tos
        answer = self.answer_mail(address)
        if answer.startswith("250"):
            content = envelope.original_content
            assert content is not None
            message = email.message_from_bytes(content, policy=policy.default)
            self.received.append(Received(address, message))
        return answer


@asynccontextmanager
async def open_postbox() -> AsyncIterator[Postbox]:
    postbox = Postbox()
    await postbox.start()
    try:
        yield postbox
    finally:
        postbox.go_on.set()
        await postbox.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
