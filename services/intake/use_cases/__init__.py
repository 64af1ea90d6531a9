"""What intake does, one function for each thing. What administrators do to the directory is in `administering` and `importing`."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.domain.receipts import (
    Accepted,
    AlreadyThere,
    KeyTaken,
    Outcome,
    Receipt,
    Refused,
)
from services.intake.domain.references import reference_of
from services.intake.domain.submissions import (
    Submission,
    clean,
    fingerprint,
    london_date,
    problems_of,
)
from services.intake.repository import CaseNews, Kept, NewReport
from shared.contracts.cases import (
    CaseAcknowledged,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    OutcomeRecorded,
)
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.reports import ReportSubmitted
from shared.directory import repository as directory
from shared.directory.domain import succeeded_by
from shared.platform.audit import Change, RecordKind
from shared.platform.audit import fingerprint as fingerprint_of
from shared.platform.transaction import Transaction

_TOLD = (
    "kind",
    "tenet",
    "source",
    "reporter",
    "provider",
    "service",
    "happened_on",
    "harm",
    "rating",
    "question",
    "historic",
    "submitted_by",
)


async def accept_reports(submissions: Sequence[Submission], tx: Transaction) -> list[Outcome]:
    """Keeps and publishes those that follow the rules and are new, each once however often it is sent; says for each of them,
    in their order, what became of it. A handful of statements, however many there are."""
    codes = {code for each in submissions for code in (each.reporter, each.provider)}
    known = await directory.organisations(tx.connection, codes)
    successors = await _successors_in_words(known, tx)
    today = london_date(tx.now)
    outcomes: list[Outcome | None] = []
    sound: list[int] = []
    for index, each in enumerate(submissions):
        problems = problems_of(
            each,
            reporter=known.get(each.reporter),
            provider=known.get(each.provider),
            today=today,
            successors=successors,
        )
        outcomes.append(Refused(tuple(problems)) if problems else None)
        if not problems:
            sound.append(index)
    settled = await _keep([submissions[index] for index in sound], tx)
    for index, outcome in zip(sound, settled, strict=True):
        outcomes[index] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


async def _successors_in_words(
    known: Mapping[str, OrganisationRecorded], tx: Transaction
) -> dict[str, str]:
    """`New Trust (RZ1)`, by the code of each of these organisations that was succeeded."""
    closed = {code for code, each in known.items() if succeeded_by(each)}
    today = await directory.successors(tx.connection, closed)
    names = await directory.names(tx.connection, set(today.values()))
    return {code: f"{names[successor]} ({successor})" for code, successor in today.items()}


async def _keep(submissions: Sequence[Submission], tx: Transaction) -> list[Outcome]:
    """Keep what is new of submissions that follow the rules."""
    if not submissions:
        return []
    numbers = await repository.draw_numbers(tx.connection, len(submissions))
    new = [_new_report(each, number) for each, number in zip(submissions, numbers, strict=True)]
    kept = await repository.keep_reports(tx.connection, new, tx.now)
    accepted = [each for each in new if each.id in kept]
    tx.emit_all(_submitted(each, tx) for each in accepted)
    tx.record(*(_entry(each) for each in accepted))
    taken = [_key(each) for each in new if each.id not in kept]
    holders = await repository.holders_of(tx.connection, taken) if taken else {}
    return [
        Accepted(Receipt(each.id, each.reference, tx.now, each.masked))
        if each.id in kept
        else _again(each, holders[_key(each)])
        for each in new
    ]


def _new_report(submission: Submission, number: int) -> NewReport:
    done = clean(submission)
    return NewReport(
        id=uuid7(),
        reference=reference_of(number),
        submission=done.submission,
        masked=done.masked,
        fingerprint=fingerprint(done.submission),
    )


def _key(report: NewReport) -> tuple[str, str]:
    return report.submission.reporter, report.submission.idempotency_key


def _again(report: NewReport, holder: Kept) -> Outcome:
    same = holder.fingerprint == report.fingerprint
    return AlreadyThere(holder.receipt) if same else KeyTaken(holder.receipt.reference)


def _submitted(report: NewReport, tx: Transaction) -> ReportSubmitted:
    submission = report.submission
    return ReportSubmitted(
        occurred_at=tx.now,
        report_id=report.id,
        reference=report.reference,
        kind=submission.kind,
        tenet=submission.tenet,
        source=submission.source,
        reporter=submission.reporter,
        provider=submission.provider,
        service=submission.service,
        happened_on=submission.happened_on,
        harm=submission.harm,
        rating=submission.rating,
        text=submission.text,
        question=submission.question,
        historic=submission.historic,
        past=submission.past,
        submitted_by=submission.submitted_by,
    )


def _entry(report: NewReport) -> Change:
    """All that the report begins with; its text stands in the report alone, where nothing changes it: a fingerprint proves it."""
    submission = report.submission
    told = {name: getattr(submission, name) for name in _TOLD}
    told |= {"reference": report.reference, "text": fingerprint_of(submission.text)}
    told["past"] = submission.past.model_dump(mode="json") if submission.past else None
    if report.masked:
        told["masked"] = dict(report.masked)
    after = {name: value for name, value in told.items() if value is not None}
    return Change(RecordKind.REPORT, str(report.id), "accepted", before={}, after=after)


async def follow_cases(facts: Sequence[CaseFact], tx: Transaction) -> None:
    """Keeps what "my reports" shows of each case. The facts are of one type: of two of a case, the newer says all that is to be known."""
    newest: dict[UUID, CaseNews] = {}
    for fact in facts:
        known = newest.get(fact.report_id)
        if known is None or known.revision < fact.revision:
            newest[fact.report_id] = _news(fact)
    await repository.record_news(tx.connection, list(newest.values()))


def _news(fact: CaseFact) -> CaseNews:
    said: dict[str, object] = {}
    match fact:
        case CaseOpened():
            said = {"due_at": fact.due_at}
        case CaseOverdue():
            said = {"due_at": fact.due_at, "overdue": True}
        case CaseAcknowledged():
            said = {
                "due_at": fact.due_at,
                "overdue": False,
                "late": fact.late,
                "owner": fact.owner,
                "next_step": fact.next_step,
            }
        case OutcomeRecorded():
            said = {"outcome": fact.outcome, "outcome_revision": fact.revision}
    return CaseNews(
        report_id=fact.report_id,
        revision=fact.revision,
        state=fact.state,
        changed_at=fact.occurred_at,
        **said,  # type: ignore[arg-type]
    )
