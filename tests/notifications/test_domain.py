"""Who is told what, and how a mail ends."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import (
    FIRST_RETRY,
    LONGEST_RETRY,
    Accepted,
    PutOff,
    Reason,
    Refused,
    Status,
    Unanswered,
    addresses_of,
    is_address,
    masked,
    may_be_sent_again,
    notice_of,
    retry_after,
    settle,
    standing_at_first,
    standing_of_lost,
    status_of,
)
from shared.contracts.cases import (
    CaseAcknowledged,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    CaseState,
    OutcomeConfirmed,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.messages import MessageKind, MessageState
from tests.notifications.samples import (
    DUE,
    NOW,
    PRACTICE,
    PROVIDER,
    facts_of_a_case,
    opened_case,
)


@pytest.mark.parametrize(
    ("fact", "kind", "recipient", "due"),
    [
        (CaseOpened, MessageKind.ALERT, PROVIDER, True),
        (CaseDueSoon, MessageKind.DUE_SOON, PROVIDER, True),
        (CaseOverdue, MessageKind.OVERDUE, PROVIDER, True),
        (CaseAcknowledged, MessageKind.ANSWERED, PRACTICE, False),
        (OutcomeRecorded, MessageKind.OUTCOME, PRACTICE, False),
        (OutcomeDisputed, MessageKind.DISPUTED, PROVIDER, False),
    ],
)
def test_each_fact_concerns_the_side_that_has_to_do_something(
    fact: type[CaseFact], kind: MessageKind, recipient: str, due: bool
) -> None:
    sample = facts_of_a_case()[fact]
    notice = notice_of(sample)
    assert notice is not None
    assert (notice.kind, notice.recipient) == (kind, recipient)
    assert notice.due_at == (DUE if due else None)
    assert (notice.fact_id, notice.report_id) == (sample.event_id, sample.report_id)


@pytest.mark.parametrize(
    "changes", [{"state": CaseState.HISTORY, "due_at": None}, {"due_at": None}]
)
def test_nobody_is_told_of_history(changes: dict[str, object]) -> None:
    assert notice_of(opened_case(**changes)) is None


def test_nobody_is_told_of_a_confirmation() -> None:
    confirmed = OutcomeConfirmed(
        **opened_case().model_dump(exclude={"kind", "harm", "due_at", "state"}),
        state=CaseState.ANSWERED,
    )
    assert notice_of(confirmed) is None


def test_a_contact_that_stands_twice_gets_one_mail_and_a_blank_one_none() -> None:
    assert addresses_of(["a@b.example", " a@b.example ", "", "  ", "c@d.example"]) == [
        "a@b.example",
        "c@d.example",
    ]


@pytest.mark.parametrize(
    "text", ["quality@northfield.example", "a.b+c@sub.domain.example", "x@1.example"]
)
def test_what_looks_like_an_address_is_one(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quality",
        "quality@",
        "@northfield.example",
        "quality@northfield",
        "Quality <quality@northfield.example>",
        "a b@northfield.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "a@b.example>",
        "jürgen@northfield.example",
        "a@-b.example",
        "a@b..example",
        "a" * 65 + "@b.example",
        "a@" + "b" * 250 + ".example",
    ],
)
def test_what_could_not_stand_in_an_envelope_is_no_address(text: str) -> None:
    assert not is_address(text)
    assert masked(text) == "***"
    assert standing_at_first(text).state is MessageState.FAILED
    assert standing_at_first(text).reason is Reason.BAD_ADDRESS


def test_a_masked_address_keeps_one_letter_and_the_host() -> None:
    assert masked("anna.smith@example.org") == "a***@example.org"


def test_an_accepted_mail_is_sent() -> None:
    assert settle(Accepted(), 1, NOW).state is MessageState.SENT


def test_a_refused_mail_has_failed_and_keeps_the_code() -> None:
    standing = settle(Refused(550), 1, NOW)
    assert (standing.state, standing.reason, standing.smtp_code) == (
        MessageState.FAILED,
        Reason.REFUSED,
        550,
    )


def test_a_mail_that_was_put_off_waits_for_its_next_attempt() -> None:
    standing = settle(PutOff(451), 3, NOW)
    assert (standing.state, standing.smtp_code) == (MessageState.PENDING, 451)
    assert standing.next_attempt_at == NOW + 4 * FIRST_RETRY


def test_a_mail_without_an_answer_is_unknown_and_has_no_next_attempt() -> None:
    standing = settle(Unanswered(), 1, NOW)
    assert (standing.state, standing.next_attempt_at) == (MessageState.UNKNOWN, None)


@given(st.integers(min_value=-1, max_value=10**9))
def test_retries_come_later_each_time_but_never_after_more_than_the_longest(attempts: int) -> None:
    assert timedelta(0) < retry_after(attempts) <= retry_after(attempts + 1) <= LONGEST_RETRY


def test_a_lost_claim_goes_back_only_if_sending_never_began() -> None:
    assert standing_of_lost(False, NOW).state is MessageState.PENDING
    assert standing_of_lost(True, NOW).state is MessageState.UNKNOWN


@pytest.mark.parametrize(
    ("state", "reason", "may"),
    [
        (MessageState.FAILED, Reason.REFUSED, True),
        (MessageState.FAILED, Reason.BAD_ADDRESS, False),
        (MessageState.UNKNOWN, Reason.NO_ANSWER, True),
        (MessageState.UNKNOWN, Reason.INTERRUPTED, True),
        (MessageState.SENT, None, False),
        (MessageState.PENDING, Reason.PUT_OFF, False),
        (MessageState.SENDING, None, False),
    ],
)
def test_only_what_ended_badly_can_be_sent_again(
    state: MessageState, reason: Reason | None, may: bool
) -> None:
    assert may_be_sent_again(state, reason) is may


def test_a_message_without_an_address_is_held() -> None:
    assert status_of(MessageState.PENDING, None) is Status.HELD
    assert [status_of(state, "a@b.example").value for state in MessageState] == list(MessageState)
