"""The development mailbox keeps what it accepts and shows it without running it."""

import asyncio
import smtplib
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from deploy.local import mailbox
from deploy.local.settings import free_ports


def a_mail(subject: str, html: str = "<p>Please answer.</p>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "insight@insight.example"
    mail["To"] = "patient-safety@northfield.example"
    mail["Subject"] = subject
    mail.set_content("Please answer: http://localhost:8000/cases/1.\n")
    mail.add_alternative(html, subtype="html")
    return mail


async def get(folder: Path, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=mailbox.page(folder))
    async with httpx2.AsyncClient(transport=transport, base_url="http://mailbox.example") as client:
        return await client.get(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, subject in enumerate(["first", "<b>second</b>"], start=1):
        html = f"<p>{subject}</p><script>alert('x')</script>"
        (tmp_path / f"{number}000000000-{number}.eml").write_bytes(bytes(a_mail(subject, html)))
    return tmp_path


async def test_a_mail_is_on_the_disk_once_it_is_accepted(tmp_path: Path) -> None:
    port = free_ports()

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(a_mail("IN-7K3Q-92"))

    async with mailbox._smtp(tmp_path, port):
        await asyncio.to_thread(send)
        [name] = mailbox.mail_names(tmp_path)
    mail = mailbox.read_mail(tmp_path, name)
    assert mail.subject == "IN-7K3Q-92"
    assert mail.recipients == "patient-safety@northfield.example"
    assert b"X-RcptTo: patient-safety@northfield.example" in (tmp_path / name).read_bytes()


async def test_mails_are_listed_newest_first_with_their_words_escaped(folder: Path) -> None:
    page = (await get(folder, "/mailbox")).text
    assert page.index("&lt;b&gt;second&lt;/b&gt;") < page.index("first</a>")


async def test_a_mail_is_shown_as_text_with_links_and_as_a_formatted_mail_that_runs_nothing(
    folder: Path,
) -> None:
    answer = await get(folder, "/mailbox/2000000000-2")
    assert (
        '<a href="http://localhost:8000/cases/1">http://localhost:8000/cases/1</a>.' in answer.text
    )
    assert "<script" not in answer.text
    assert "allow-scripts" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["3-3", "..%2f..%2fetc%2fpasswd", "x"])
async def test_a_mail_that_is_not_there_is_not_found(folder: Path, name: str) -> None:
    assert (await get(folder, f"/mailbox/{name}")).status_code == 404
