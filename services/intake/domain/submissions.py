"""What may be reported: a submission's fields, the rules it must keep, and what makes two submissions the same."""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.contracts.directory import PROVIDER_KINDS, OrganisationRecorded, OrganisationStatus
from shared.contracts.reports import OTHER_SERVICE, Harm, Kind, Past, Rating, Source, Tenet
from shared.identifiers import mask

LONGEST_TEXT = 10_000
LONGEST_QUESTION = 250
"""Half of what the contract holds: masking may make a text up to twice as long."""
EARLIEST = date(1948, 7, 5)
"""The day the National Health Service began: an earlier date is a typing error."""
LONDON = ZoneInfo("Europe/London")

NO_SUCCESSORS: Mapping[str, str] = {}

IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,200}$"
"""Printable ASCII without spaces: it travels in a header."""

_KEY = re.compile(IDEMPOTENCY_KEY)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""All mean "new line": browsers send CR LF, spreadsheets and word processors the others."""


class What(StrEnum):
    """What the form asks first; it settles the report's kind and tenet."""

    SAFETY = "safety"
    EFFECTIVENESS = "effectiveness"
    EXPERIENCE = "experience"

    @property
    def kind(self) -> Kind:
        return Kind.FEEDBACK if self is What.EXPERIENCE else Kind.EVENT

    @property
    def tenet(self) -> Tenet:
        return Tenet(self.value)


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody sent, before the rules have seen it. Free text may still hold identifiers."""

    idempotency_key: str
    reporter: str
    provider: str
    kind: Kind
    tenet: Tenet
    source: Source
    service: str
    happened_on: date
    harm: Harm | None
    rating: Rating | None
    text: str
    question: str | None = None
    historic: bool = False
    submitted_by: UUID | None = None
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, at one field, in words for whoever can."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Clean:
    """A submission that keeps the rules, its texts masked; `masked` counts what was."""

    submission: Submission
    masked: Mapping[str, int]


def tidy(text: str) -> str:
    """One kind of line end, and no blank space around."""
    return _LINE_ENDS.sub("\n", text).strip()


def control_characters(text: str) -> bool:
    """Whether the text holds what no keyboard types and PostgreSQL may refuse: controls and lone surrogates. Tabs and new
    lines are fine, and so are the invisible joiners that emoji and some languages need."""
    if text.isprintable():
        return False
    return any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text)


def london_date(now: datetime) -> date:
    """Today, where the reports are written."""
    return now.astimezone(LONDON).date()


def clean(submission: Submission) -> Clean:
    """The submission with its texts tidied and masked. Nothing unmasked is kept, not even in its fingerprint."""
    text = mask(tidy(submission.text))
    question = mask(tidy(submission.question or ""))
    masked = Counter(text.found) + Counter(question.found)
    tidied = replace(submission, text=text.text, question=question.text or None)
    return Clean(tidied, {kind.value: count for kind, count in masked.items()})


def fingerprint(submission: Submission) -> bytes:
    """32 bytes that are the same when, and only when, the content is the same. Made of the masked text: a digest of the
    original could be searched for the number that it hides. Who pressed the button is no part of it."""
    content = [
        submission.reporter,
        submission.provider,
        submission.kind,
        submission.tenet,
        submission.source,
        submission.service,
        submission.happened_on.isoformat(),
        submission.harm,
        submission.rating,
        submission.text,
        submission.question,
        submission.historic,
        # Only where there is one: reports from before it could be said keep their fingerprints.
        *([submission.past.model_dump(mode="json")] if submission.past else []),
    ]
    return hashlib.sha256(json.dumps(content).encode()).digest()


def problems_of(
    submission: Submission,
    *,
    reporter: OrganisationRecorded | None,
    provider: OrganisationRecorded | None,
    today: date,
    successors: Mapping[str, str] = NO_SUCCESSORS,
) -> list[Problem]:
    """Everything that is wrong with it, in the order of the form; empty when it can be accepted. `successors` says in words who
    took over from organisations that were succeeded, by their code."""
    return [
        *_about_organisations(submission, reporter, provider, successors),
        *_about_the_date(submission.happened_on, today),
        *_about_the_past(submission, today),
        *_about_the_answers(submission),
        *_about_the_texts(submission),
    ]


def _about_organisations(
    submission: Submission,
    reporter: OrganisationRecorded | None,
    provider: OrganisationRecorded | None,
    successors: Mapping[str, str],
) -> list[Problem]:
    found = []
    if reporter is None:
        found.append(Problem("reporter", "The reporting organisation is not in the directory"))
    elif not _was_open(reporter, submission):
        told = f"The reporting organisation is closed{_taken_over(reporter, successors)}"
        found.append(Problem("reporter", told))
    if provider is None or provider.kind not in PROVIDER_KINDS:
        found.append(Problem("provider", "Select a provider from the list"))
    elif not _was_open(provider, submission):
        told = f"{provider.name} is closed{_taken_over(provider, successors)}"
        found.append(Problem("provider", f"{told}. Select another provider"))
    elif submission.service not in {OTHER_SERVICE, *(each.slug for each in provider.services)}:
        found.append(Problem("service", f"Select a service of {provider.name}, or 'other'"))
    return found


def _was_open(organisation: OrganisationRecorded, submission: Submission) -> bool:
    """A closed organisation is reported about no more, and reports no more; what happened while it was open may still be brought
    in as history."""
    closed_on = organisation.closed_on
    was_open_then = closed_on is not None and submission.happened_on <= closed_on
    is_open = organisation.status is OrganisationStatus.OPEN
    return is_open or (submission.historic and was_open_then)


def _taken_over(organisation: OrganisationRecorded, successors: Mapping[str, str]) -> str:
    successor = successors.get(organisation.code)
    return f": it is now part of {successor}" if successor else ""


def _about_the_date(happened_on: date, today: date) -> list[Problem]:
    if happened_on > today:
        return [Problem("happened_on", "The date it happened must be today or in the past")]
    if happened_on < EARLIEST:
        return [Problem("happened_on", "The date it happened must be 5 July 1948 or later")]
    return []


def _about_the_past(submission: Submission, today: date) -> list[Problem]:
    if submission.past is None:
        return []
    if not submission.historic:
        return [Problem("past", "Leave this out: it is for imported history only")]
    dates = submission.past.model_dump(exclude_none=True)
    return [
        Problem(f"past.{name}", "The date must be between when it happened and today")
        for name, value in dates.items()
        if not submission.happened_on <= value <= today
    ]


def _about_the_answers(submission: Submission) -> list[Problem]:
    if submission.kind is Kind.EVENT:
        return [*_about_harm(submission), *_only_for(submission.rating, "rating", "feedback")]
    found = _only_for(submission.harm, "harm", "events")
    if submission.rating is None and submission.source is not Source.IMPORT:
        found.append(Problem("rating", "Select how the experience was, or select 'I do not know'"))
    return found


def _about_harm(submission: Submission) -> list[Problem]:
    found = []
    if submission.harm is None:
        found.append(Problem("harm", "Select the level of harm, or select 'I do not know'"))
    if submission.tenet is Tenet.EXPERIENCE:
        found.append(
            Problem("tenet", "An event is about safety or effectiveness; experience is feedback")
        )
    return found


def _only_for(value: Harm | Rating | None, field: str, kind: str) -> list[Problem]:
    return [] if value is None else [Problem(field, f"Leave this out: it is for {kind} only")]


def _about_the_texts(submission: Submission) -> list[Problem]:
    found = []
    text = tidy(submission.text)
    if not text:
        found.append(Problem("text", "Enter what happened"))
    elif len(text) > LONGEST_TEXT:
        found.append(Problem("text", f"What happened must be {LONGEST_TEXT:,} characters or fewer"))
    elif control_characters(text):
        found.append(Problem("text", "What happened must not contain control characters"))
    question = tidy(submission.question or "")
    if len(question) > LONGEST_QUESTION or control_characters(question):
        found.append(
            Problem(
                "question", f"The question must be {LONGEST_QUESTION} plain characters or fewer"
            )
        )
    if not _KEY.match(submission.idempotency_key):
        found.append(
            Problem("idempotency_key", "Send 1 to 200 printable ASCII characters without spaces")
        )
    return found
