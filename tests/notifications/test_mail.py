"""What the mails say, and what they never say."""

import email
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from uuid import UUID

import pytest

from services.notifications.domain import Change, SignalMail, notice_of
from services.notifications.mail import Composer, Letter
from shared.contracts.cases import CaseFact
from shared.contracts.messages import MessageKind
from shared.contracts.reports import Kind
from tests.notifications.samples import CANARY, DUE, facts_of_a_case

MESSAGE_ID = UUID("0192f0c1-2345-7000-8000-000000000001")
AT = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
LINK = "https://insight.example/cases/IN-7K3Q-92"
SUBJECTS = {
    MessageKind.ALERT: "IN-7K3Q-92: acknowledge this report by 5:30pm on 2 July 2026",
    MessageKind.DUE_SOON: "IN-7K3Q-92: reminder to acknowledge by 5:30pm on 2 July 2026",
    MessageKind.OVERDUE: "IN-7K3Q-92: overdue, acknowledge this report now",
    MessageKind.ANSWERED: "IN-7K3Q-92: the provider has answered",
    MessageKind.OUTCOME: "IN-7K3Q-92: here is the outcome, confirm or dispute it",
    MessageKind.DISPUTED: "IN-7K3Q-92: the outcome is disputed",
}
WITH_DUE_TIME = {MessageKind.ALERT, MessageKind.DUE_SOON, MessageKind.OVERDUE}


def letter(kind: MessageKind, organisation: str = "Northfield Acute NHS Trust") -> Letter:
    return Letter(
        message_id=MESSAGE_ID,
        kind=kind,
        reference="IN-7K3Q-92",
        organisation=organisation,
        address="quality@northfield.example",
        due_at=DUE if kind in WITH_DUE_TIME else None,
        report_kind=Kind.FEEDBACK if kind is MessageKind.ALERT else None,
    )


def composed(letter: Letter) -> EmailMessage:
    composer = Composer(
        mail_from="Insight <no-reply@insight.example>",
        sender="no-reply@insight.example",
        public_url="https://insight.example/",
    )
    return email.message_from_bytes(composer.compose(letter, AT), policy=policy.default)


def part(mail: EmailMessage, subtype: str) -> str:
    found = mail.get_body((subtype,))
    assert found is not None
    return str(found.get_content())


class Page(HTMLParser):
    """The elements that matter, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.language: str | None = None
        self.links: list[str | None] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang")
        if tag == "a":
            self.links.append(dict(attrs).get("href"))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_has_its_subject_its_reference_and_one_link(kind: MessageKind) -> None:
    mail = composed(letter(kind))
    assert mail["Subject"] == SUBJECTS[kind]
    text, page = part(mail, "plain"), Page(part(mail, "html"))
    assert text.count(LINK) == 1
    assert page.links == [LINK]
    for words in (text, page.text):
        assert "Northfield Acute NHS Trust" in words
        assert "IN-7K3Q-92" in words
        assert ("5:30pm on 2 July 2026" in words) == (kind in WITH_DUE_TIME)
        assert ("Feedback" in words) == (kind is MessageKind.ALERT)


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_has_the_same_structure(kind: MessageKind) -> None:
    mail = composed(letter(kind))
    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    page = Page(part(mail, "html"))
    assert page.language == "en"
    assert [tag for tag in page.tags if tag in {"title", "h1", "img", "script", "form"}] == [
        "title",
        "h1",
    ]
    assert "{{" not in page.text
    assert all(len(line) <= 78 for line in part(mail, "plain").splitlines())


def test_the_text_of_an_alert_reads_as_a_letter() -> None:
    assert part(composed(letter(MessageKind.ALERT)), "plain").splitlines() == [
        "Northfield Acute NHS Trust",
        "",
        "There is a new report about your organisation. Acknowledge it: say who",
        "owns it and what happens next.",
        "",
        "Reference: IN-7K3Q-92",
        "Type of report: Feedback",
        "Acknowledge by: 5:30pm on 2 July 2026",
        "",
        "Acknowledge the report:",
        LINK,
        "",
        "An acknowledgement after this time is recorded as late.",
        "",
        "You need to sign in. To protect people's privacy, this email says",
        "nothing of what the report is about. It was sent automatically: nobody",
        "reads replies to it.",
    ]


def test_the_headers_say_that_nobody_wrote_it_and_name_it_always_alike() -> None:
    first, again = composed(letter(MessageKind.ALERT)), composed(letter(MessageKind.ALERT))
    assert first["Message-ID"] == again["Message-ID"] == f"<{MESSAGE_ID}@insight.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["From"] == "Insight <no-reply@insight.example>"
    assert first["To"] == "quality@northfield.example"
    assert first["Date"].datetime == AT
    assert set(first.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
        "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize("fact", facts_of_a_case().values(), ids=lambda fact: type(fact).__name__)
def test_what_people_wrote_reaches_no_mail(fact: CaseFact) -> None:
    notice = notice_of(fact)
    assert notice is not None
    mail = composed(
        Letter(
            MESSAGE_ID,
            notice.kind,
            notice.reference,
            "Elm Road Surgery",
            "a@b.example",
            notice.due_at,
            notice.report_kind,
        )
    )
    everything = str(mail) + part(mail, "plain") + part(mail, "html")
    for word in (*CANARY.split(), CANARY.replace(" ", ""), str(fact.report_id), "evere"):
        assert word not in everything


def test_an_organisation_cannot_put_markup_or_headers_into_a_mail() -> None:
    mail = composed(letter(MessageKind.ALERT, "<b>Elm</b>\r\nBcc: x@y.example & Co"))
    assert mail["Bcc"] is None
    assert "b" not in Page(part(mail, "html")).tags
    assert "<b>Elm</b> Bcc: x@y.example & Co" in part(mail, "plain")


def test_a_name_outside_ascii_arrives_as_it_is_in_seven_bits() -> None:
    composer = Composer(
        mail_from="i@insight.example", sender="i@insight.example", public_url="http://localhost"
    )
    content = composer.compose(letter(MessageKind.OUTCOME, "Ysbyty Tŷ Gwyn"), AT)
    assert content.isascii()
    mail = email.message_from_bytes(content, policy=policy.default)
    assert "Ysbyty Tŷ Gwyn" in part(mail, "plain")
    assert "Ysbyty Tŷ Gwyn" in part(mail, "html")


CHANGES = (
    Change(
        "Discharge summaries",
        "Northfield Acute NHS Trust",
        (
            "Effectiveness and safety: worse together in October 2026, likely a real change",
            "All reports: higher than expected from April to October 2026, likely a real change",
        ),
    ),
    Change("Referrals", None, ("All reports: falling in May 2026, likely a real change",)),
)


def signals_letter(kind: SignalMail, changes: tuple[Change, ...] = CHANGES) -> Letter:
    return Letter(
        MESSAGE_ID, kind, None, "Midshire Board", "quality@midshire.example", changes=changes
    )


def test_a_digest_says_which_themes_changed_where_and_how() -> None:
    mail = composed(signals_letter(SignalMail.DIGEST))
    assert mail["Subject"] == "Insight: 2 changes in what is reported"
    assert part(mail, "plain").splitlines() == [
        "Midshire Board",
        "",
        "New signals in your area: changes that are more than the usual ups and",
        "downs. They stay on the page until somebody has said there what was done",
        "about them.",
        "",
        "Discharge summaries, Northfield Acute NHS Trust",
        "- Effectiveness and safety: worse together in October 2026, likely a",
        "  real change",
        "- All reports: higher than expected from April to October 2026, likely",
        "  a real change",
        "",
        "Referrals",
        "- All reports: falling in May 2026, likely a real change",
        "",
        "See the signals and their charts:",
        "https://insight.example/signals",
        "",
        "The next digest comes on the next day with new signals, at the earliest.",
        "",
        "You need to sign in. To protect people's privacy, this email holds no",
        "number of reports and nothing of any single one. It was sent",
        "automatically: nobody reads replies to it.",
    ]


@pytest.mark.parametrize("kind", SignalMail)
def test_a_mail_about_signals_has_the_same_words_as_html_and_one_link(kind: SignalMail) -> None:
    page = Page(part(composed(signals_letter(kind)), "html"))
    assert page.language == "en"
    assert page.links == ["https://insight.example/signals"]
    for change in CHANGES:
        assert change.title in page.text
        assert all(line in page.text for line in change.words)
    assert "Reference" not in page.text
    assert "{{" not in page.text


def test_a_long_digest_stops_and_says_how_many_more_there_are() -> None:
    changes = tuple(Change(f"Theme {n}", None, ("All reports: rising",)) for n in range(23))
    text = part(composed(signals_letter(SignalMail.DIGEST, changes)), "plain")
    assert "Theme 19" in text
    assert "Theme 20" not in text
    assert "And 3 more changes on the page." in text
