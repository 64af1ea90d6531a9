"""A message as a mail: what it says and how it is put together.

Each kind has one template in `templates/mail/`, whose blocks are laid out twice: as text and as HTML. A mail about a report says
what kind of thing it is, the reference, the time it is due, the receiving organisation's name, and a link. Nothing else is known
here, so nothing else can be said. A mail about signals says which themes changed where, and how; it holds no number of reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.domain import Change, MailKind
from shared.contracts.reports import Kind
from shared.web.filters import date_time, plural

_TEMPLATES = Path(__file__).parent / "templates" / "mail"
MOST_CHANGES = 20
"""A longer list is read on the page."""
_POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=78)
"""CRLF line ends; seven bits, so that no server needs an extension to take it."""


@dataclass(frozen=True)
class Letter:
    """All that a mail may say. `organisation` is the recipient's name. A mail has a reference, or changes to tell of."""

    message_id: UUID
    kind: MailKind
    reference: str | None
    organisation: str
    address: str
    due_at: datetime | None = None
    report_kind: Kind | None = None
    changes: Sequence[Change] = ()


class Composer:
    """Composes mails of one sender, with links that begin with `public_url`."""

    def __init__(self, *, mail_from: str, sender: str, public_url: str) -> None:
        self._mail_from = mail_from
        self._domain = sender.rpartition("@")[2]
        self._public_url = public_url.rstrip("/")
        self._text = _environment(autoescape=False)
        self._html = _environment(autoescape=True)

    def compose(self, letter: Letter, at: datetime) -> bytes:
        """The same letter of the same time is the same mail, byte by byte; its Message-ID does not depend on the time."""
        words = {
            # A name is one line, whatever the directory holds.
            "organisation": " ".join(letter.organisation.split()),
            "reference": letter.reference,
            "due_at": letter.due_at,
            "report_kind": letter.report_kind,
            "changes": letter.changes[:MOST_CHANGES],
            "further": max(0, len(letter.changes) - MOST_CHANGES),
            "link": self._public_url
            + (f"/cases/{letter.reference}" if letter.reference else "/signals"),
        }
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = self._mail_from
        mail["To"] = letter.address
        mail["Subject"] = self._render(self._text, letter.kind, "subject.txt", words).strip()
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{letter.message_id}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self._render(self._text, letter.kind, "layout.txt", words))
        mail.add_alternative(
            self._render(self._html, letter.kind, "layout.html", words), subtype="html"
        )
        mail.set_boundary(f"=_{letter.message_id.hex}")
        return mail.as_bytes()

    def _render(
        self,
        environment: Environment,
        kind: MailKind,
        layout: str,
        words: Mapping[str, object],
    ) -> str:
        return environment.get_template(f"{kind.value}.jinja").render(words, layout=layout)


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape; HTML is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"date_time": date_time, "plural": plural}
    return environment
