from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.submissions import (
    Problem,
    Submission,
    clean,
    fingerprint,
    london_date,
    problems_of,
    tidy,
)
from shared.contracts.directory import OrganisationRecorded, OrganisationStatus
from shared.contracts.reports import Harm, Kind, Past, Rating, Source, Tenet
from tests.intake.samples import TODAY, submission
from tests.support.directory import directory

KNOWN = {each.code: each for each in directory()}


def problems(sent: Submission, **organisations: OrganisationRecorded | None) -> list[Problem]:
    return problems_of(
        sent,
        reporter=organisations.get("reporter", KNOWN.get(sent.reporter)),
        provider=organisations.get("provider", KNOWN.get(sent.provider)),
        today=TODAY,
    )


def fields(sent: Submission) -> list[str]:
    return [each.field for each in problems(sent)]


FEEDBACK = {"kind": Kind.FEEDBACK, "tenet": Tenet.EXPERIENCE, "harm": None}


def test_a_report_that_keeps_every_rule_has_no_problem() -> None:
    assert problems(submission()) == []
    assert problems(submission(**FEEDBACK, rating=Rating.POOR)) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reporter": "NOBODY"}, "reporter"),
        ({"provider": "NOBODY"}, "provider"),
        ({"provider": "Y90002"}, "provider"),
        ({"service": "crisis-team"}, "service"),
        ({"happened_on": date(2026, 11, 24)}, "happened_on"),
        ({"happened_on": date(1948, 7, 4)}, "happened_on"),
        ({"harm": None}, "harm"),
        ({"rating": Rating.GOOD}, "rating"),
        ({"tenet": Tenet.EXPERIENCE}, "tenet"),
        ({**FEEDBACK, "rating": None}, "rating"),
        ({**FEEDBACK, "rating": Rating.GOOD, "harm": Harm.LOW}, "harm"),
        ({"text": " \r\n\t "}, "text"),
        ({"text": "a" * 10_001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "a\x1bb"}, "text"),
        ({"text": "a\ud800b"}, "text"),
        ({"question": "q" * 251}, "question"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": "k" * 201}, "idempotency_key"),
        ({"idempotency_key": "two words"}, "idempotency_key"),
        ({"idempotency_key": "clé"}, "idempotency_key"),
    ],
)
def test_each_broken_rule_is_told_at_its_field(changes: dict[str, object], field: str) -> None:
    assert fields(submission(**changes)) == [field]


def test_a_closed_reporter_and_a_closed_provider_are_refused() -> None:
    closed = OrganisationStatus.CLOSED
    reporter = KNOWN["Y90001"].model_copy(update={"status": closed})
    provider = KNOWN["RZ1"].model_copy(update={"status": closed})
    found = problems(submission(), reporter=reporter, provider=provider)
    assert [each.field for each in found] == ["reporter", "provider"]


def test_a_service_that_nobody_lists_can_be_other() -> None:
    assert fields(submission(service="other")) == []


def test_imported_feedback_needs_no_rating() -> None:
    assert fields(submission(**FEEDBACK, rating=None, source=Source.IMPORT)) == []


def test_today_and_the_first_day_of_the_service_are_accepted() -> None:
    assert fields(submission(happened_on=TODAY)) == []
    assert fields(submission(happened_on=date(1948, 7, 5))) == []


def test_ten_thousand_characters_are_accepted_and_blank_space_around_does_not_count() -> None:
    assert fields(submission(text=f"\n  {'a' * 10_000}  \n")) == []


def test_tabs_new_lines_and_emoji_are_no_control_characters() -> None:
    assert fields(submission(text="one\ttwo\nthree\x0bfour \U0001f468\u200d\U0001f469")) == []


def test_today_is_londons_today() -> None:
    assert london_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert london_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == date(2026, 12, 31)


@given(st.text())
def test_tidying_again_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_texts_are_masked_and_counted_together() -> None:
    done = clean(submission(text="Call 07700 900123.", question="Where is M1 1AA?"))
    assert done.submission.text == "Call [phone]."
    assert done.submission.question == "Where is [postcode]?"
    assert done.masked == {"phone": 1, "postcode": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"reporter": "Y90002"},
        {"provider": "RZ2"},
        {"kind": Kind.FEEDBACK},
        {"tenet": Tenet.EFFECTIVENESS},
        {"source": Source.IMPORT},
        {"service": "other"},
        {"happened_on": date(2026, 11, 19)},
        {"harm": Harm.SEVERE},
        {"rating": Rating.GOOD},
        {"text": "Something else"},
        {"question": "Why?"},
        {"historic": True},
        {"past": Past()},
    ],
)
def test_other_content_has_another_fingerprint(changes: dict[str, object]) -> None:
    assert fingerprint(submission(**changes)) != fingerprint(submission())


def test_the_fingerprint_does_not_tell_who_sent_it_with_which_key() -> None:
    other = replace(submission(), idempotency_key="another")
    assert fingerprint(other) == fingerprint(submission())
