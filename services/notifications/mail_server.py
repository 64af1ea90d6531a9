"""The mail server, by SMTP over a few lasting connections.

What matters afterwards is whether a mail may have been accepted. So the last moment at which sending can still be called off, just
before the content is written, is ours and not the library's: there the fence is looked at once more, and only what fails after it
is `Unanswered`.
"""

import asyncio
import contextlib
import re
import ssl
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from uuid import UUID

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from services.notifications.domain import Accepted, Outcome, PutOff, Refused, Unanswered
from shared.platform.failures import Transient
from shared.platform.points import Point, reach
from shared.platform.telemetry import current_traceparent, tracer, use_traceparent

_FAILURES = (SMTPException, OSError, TimeoutError, ssl.SSLError)
_LINE_THAT_BEGINS_WITH_A_DOT = re.compile(rb"(?m)^\.")
_STARTTLS = {"smtp": None, "smtp+starttls": True, "smtps": False}


class MailServerDown(Transient):
    """Nobody answers at the mail server's address, or it will not talk to us now."""


@dataclass(frozen=True)
class Mail:
    """A mail to hand over. `content` is the message with CRLF line ends; `traceparent` the trace it belongs to."""

    message_id: UUID
    address: str
    content: bytes
    traceparent: str | None


@dataclass(frozen=True)
class Delivered:
    """How handing over ended, and the span in which it did."""

    message_id: UUID
    outcome: Outcome
    traceparent: str | None


@dataclass(frozen=True)
class Limits:
    """Seconds. `handover`: after `begin`, no content is written any more; the others bound one reply's wait."""

    handover: float
    reply: float
    final_reply: float

    @classmethod
    def within(cls, lease: float) -> "Limits":
        """Parts of a lease, so that what was handed over is settled before it ends."""
        return cls(handover=lease / 4, reply=min(10.0, lease / 6), final_reply=lease / 2)


class MailServer:
    """Several connections that share a batch. Close it when done."""

    def __init__(self, url: str, *, sender: str, connections: int, limits: Limits) -> None:
        self._limits = limits
        self._lanes = [_Connection(url, sender, limits) for _ in range(connections)]
        self._stopping = False

    async def deliver(self, mails: Sequence[Mail], begun_at: float) -> list[Delivered]:
        """Hands over each mail once at most; an outcome for every one, whatever the server does.

        `begun_at`: the loop's time when the right to send was last confirmed. The loop's clock runs on while a process is frozen,
        so that one that thaws late finds its right gone.
        """
        batch = _Batch(deque(mails), begun_at + self._limits.handover, [])
        await asyncio.gather(*(self._drain(lane, batch) for lane in self._lanes))
        return batch.delivered

    def stop(self) -> None:
        """Begin no other mail: what is left of a running batch is put off."""
        self._stopping = True

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.quit()

    async def _drain(self, lane: "_Connection", batch: "_Batch") -> None:
        while batch.mails:
            mail = batch.mails.popleft()
            with use_traceparent(mail.traceparent), _span(lane.host, mail) as span:
                outcome: Outcome = PutOff()
                if self._may_begin(batch):
                    try:
                        outcome = await lane.send(mail, batch.deadline)
                    except MailServerDown:
                        batch.server_is_down = True
                _describe(span, outcome)
                batch.delivered.append(Delivered(mail.message_id, outcome, current_traceparent()))

    def _may_begin(self, batch: "_Batch") -> bool:
        late = asyncio.get_running_loop().time() >= batch.deadline
        return not (self._stopping or batch.server_is_down or late)


@dataclass
class _Batch:
    mails: deque[Mail]
    deadline: float
    delivered: list[Delivered]
    server_is_down: bool = False


@contextlib.contextmanager
def _span(host: str, mail: Mail) -> Iterator[Span]:
    attributes = {"server.address": host, "insight.message.id": str(mail.message_id)}
    with tracer().start_as_current_span(
        "send mail", kind=SpanKind.CLIENT, attributes=attributes
    ) as span:
        yield span


def _describe(span: Span, outcome: Outcome) -> None:
    span.set_attribute("insight.message.outcome", type(outcome).__name__.lower())
    if isinstance(outcome, Refused | PutOff) and outcome.code is not None:
        span.set_attribute("smtp.reply.code", outcome.code)
    if not isinstance(outcome, Accepted):
        span.set_status(Status(StatusCode.ERROR))


class _Connection:
    """One SMTP conversation at a time, begun when first needed and again when it was lost."""

    def __init__(self, url: str, sender: str, limits: Limits) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _STARTTLS or not parts.hostname:
            raise ValueError("the mail server's address must look like smtp://host:port")
        self.host = parts.hostname
        self._sender = sender
        self._limits = limits
        self._client = SMTP(
            hostname=parts.hostname,
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            start_tls=_STARTTLS[parts.scheme],
            local_hostname=sender.rpartition("@")[2],
            timeout=limits.reply,
        )

    async def send(self, mail: Mail, deadline: float) -> Outcome:
        """Raises MailServerDown when the mail cannot have been taken because nobody was there to take it."""
        kept = self._client.is_connected
        try:
            refusal = await self._offer(mail)
        except _FAILURES as failure:
            self._client.close()
            if not kept:
                raise MailServerDown from failure
            return await self.send(mail, deadline)  # servers drop idle connections: ask anew, once
        if refusal is not None:
            await self._reset()
            return refusal
        return await self._hand_over(mail, deadline)

    async def _offer(self, mail: Mail) -> Outcome | None:
        """Up to the server's "go ahead"; none when it came, else why not."""
        if not self._client.is_connected:
            await self._client.connect()
        try:
            await self._client.mail(self._sender)
        except SMTPResponseException as reply:
            return PutOff(
                reply.code
            )  # even a 5xx: it is about our own name or sign-in, not the message
        try:
            await self._client.rcpt(mail.address)
        except SMTPResponseException as reply:
            return _refusal(reply.code)
        code, _ = await self._client.execute_command(b"DATA")
        return None if code == 354 else _refusal(code)

    async def _hand_over(self, mail: Mail, deadline: float) -> Outcome:
        content = _LINE_THAT_BEGINS_WITH_A_DOT.sub(b"..", mail.content) + b".\r\n"
        protocol = self._client.protocol
        if protocol is None or not protocol.is_connected:
            return PutOff()
        # Nothing may come between this look at the clock and the write: no await, no other work.
        if asyncio.get_running_loop().time() >= deadline:
            self._client.close()  # without the final dot, the server drops what it has
            return PutOff()
        protocol.write(content)
        try:
            code, _ = await protocol.read_response(timeout=self._limits.final_reply)
        except _FAILURES:
            self._client.close()
            return Unanswered()
        if 200 <= code < 300:
            reach(Point.MAIL_ACCEPTED)
            return Accepted()
        return _refusal(code) if 400 <= code < 600 else Unanswered()

    async def _reset(self) -> None:
        try:
            await self._client.rset()
        except _FAILURES:
            self._client.close()

    async def quit(self) -> None:
        if self._client.is_connected:
            with contextlib.suppress(*_FAILURES):
                await self._client.quit()
        self._client.close()


def _refusal(code: int) -> Outcome:
    return Refused(code) if 500 <= code < 600 else PutOff(code)
