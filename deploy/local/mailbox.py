"""The development mailbox: an SMTP server that keeps every mail as a file, and a page that shows them.

    python -m deploy.local.mailbox FOLDER SMTP_PORT PAGE_PORT

A mail is accepted once its file is on the disk, so the folder is the account of what has left: each `.eml` file is one
acceptance, in the order of their names.
"""

import asyncio
import email
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from itertools import count
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

PAGE_SIZE = 50
LARGEST_MAIL = 10_000_000
NAME = re.compile(r"^[0-9]+-[0-9]+\.eml$")

# Mails bring their own inline styles, and nothing else of theirs may run or load.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Mail:
    """What the pages show of one accepted mail; `text` and `html` are None where it has no such part."""

    name: str
    received: datetime
    sender: str
    recipients: str
    subject: str
    text: str | None
    html: str | None


class Keeper:
    """aiosmtpd's handler: writes each mail before the server says that it is accepted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's name and signature
        name = f"{time.time_ns()}-{next(self._numbers)}.eml"
        await asyncio.to_thread(self._keep, name, _with_envelope(envelope))
        return "250 accepted"

    def _keep(self, name: str, content: bytes) -> None:
        unfinished = self._folder / f"{name}.part"
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)


def mail_names(folder: Path) -> list[str]:
    """The names of all accepted mails, newest first."""
    return sorted(
        (entry.name for entry in os.scandir(folder) if NAME.match(entry.name)), reverse=True
    )


def read_mail(folder: Path, name: str) -> Mail:
    """One accepted mail by its name; `FileNotFoundError` when there is none of that name."""
    if not NAME.match(name):
        raise FileNotFoundError(name)
    message = email.message_from_bytes((folder / name).read_bytes(), policy=policy.default)
    return _mail(name, message, text=_part(message, "plain"), html=_part(message, "html"))


def read_heading(folder: Path, name: str) -> Mail:
    """One accepted mail without its parts, for a list: reading those takes ten times as long."""
    headers = BytesHeaderParser(policy=policy.default).parsebytes((folder / name).read_bytes())
    return _mail(name, headers, text=None, html=None)


def _mail(name: str, message: EmailMessage, *, text: str | None, html: str | None) -> Mail:
    return Mail(
        name=name.removesuffix(".eml"),
        received=datetime.fromtimestamp(int(name.partition("-")[0]) / 1e9, tz=UTC),
        sender=str(message["From"] or ""),
        recipients=str(message["To"] or message["X-RcptTo"] or ""),
        subject=str(message["Subject"] or "(no subject)"),
        text=text,
        html=html,
    )


def page(folder: Path) -> Starlette:
    """The pages `/mailbox` and `/mailbox/{name}`."""

    async def index(request: Request) -> Response:
        names = mail_names(folder)
        asked = request.query_params.get("page", "")
        number = max(1, int(asked)) if asked.isdecimal() else 1
        shown = names[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        return _render(
            "mailbox.html",
            mails=[read_heading(folder, name) for name in shown],
            total=len(names),
            page=number,
            more=number * PAGE_SIZE < len(names),
        )

    async def one(request: Request) -> Response:
        try:
            mail = read_mail(folder, f"{request.path_params['name']}.eml")
        except FileNotFoundError:
            return HTMLResponse("There is no such mail.", status_code=404, headers=HEADERS)
        return _render("mail.html", mail=mail, text_pieces=_linked(mail.text or ""))

    return Starlette(routes=[Route("/mailbox", index), Route("/mailbox/{name}", one)])


async def serve(folder: Path, smtp_port: int, page_port: int) -> None:
    """Takes mail and shows it until the process is asked to end."""
    pages = page(folder)
    settings = uvicorn.Config(pages, host="127.0.0.1", port=page_port, log_level="warning")
    async with _smtp(folder, smtp_port):
        await uvicorn.Server(settings).serve()


@asynccontextmanager
async def _smtp(folder: Path, port: int) -> AsyncIterator[None]:
    keeper = Keeper(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            keeper, hostname="mailbox.example", data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True
        ),
        "127.0.0.1",
        port,
    )
    try:
        yield
    finally:
        server.close()


def _with_envelope(envelope: Envelope) -> bytes:
    """The mail as it came, below the envelope's addresses, which its own headers need not name."""
    content = envelope.content if isinstance(envelope.content, bytes) else b""
    recipients = ", ".join(envelope.rcpt_tos)
    own = f"X-MailFrom: {envelope.mail_from}\r\nX-RcptTo: {recipients}\r\nX-Accepted: {format_datetime(datetime.now(UTC))}\r\n"
    return own.encode() + content


def _part(message: EmailMessage, kind: str) -> str | None:
    found = message.get_body(preferencelist=(kind,))
    return None if found is None else str(found.get_content())


def _linked(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is an address to follow."""
    pieces = re.split(r"(https?://[^\s<>\"]+[^\s<>\".,)])", text)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces)]


def _render(name: str, **values: object) -> HTMLResponse:
    return HTMLResponse(PAGES.get_template(name).render(**values), headers=HEADERS)


def main(folder: Path, smtp_port: int, page_port: int) -> None:
    """Makes the folder and serves."""
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(folder, smtp_port, page_port))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
