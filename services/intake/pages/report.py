"""The report form, and the page that says it was sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, ClassVar, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints, model_validator

from services.intake import repository
from services.intake.domain.receipts import Accepted, AlreadyThere, KeyTaken, Outcome
from services.intake.domain.references import typed_reference
from services.intake.domain.submissions import LONGEST_TEXT, Submission, What
from services.intake.use_cases import accept_reports
from shared.contracts.base import OrganisationCode
from shared.contracts.directory import Role
from shared.contracts.reports import OTHER_SERVICE, Harm, Rating, Source
from shared.directory import repository as directory
from shared.identifiers import Identifier
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor, require
from shared.web.drafts import Draft
from shared.web.forms import Filled, Form, FormDate, read_form, wrong
from shared.web.pages import render

router = APIRouter()
Reporter = Annotated[Actor, Depends(require(Role.REPORTER))]

LAST_SENT = "last_sent_report"
"""In the session: the digest of the report that was sent last, and its key."""
_NO_HARM_LEVEL = "Select the level of harm, or select 'I do not know'"
_NO_RATING = "Select how the experience was, or select 'I do not know'"

IDENTIFIERS = {
    Identifier.NHS_NUMBER: ("NHS number", "NHS numbers"),
    Identifier.NATIONAL_INSURANCE_NUMBER: (
        "National Insurance number",
        "National Insurance numbers",
    ),
    Identifier.DATE_OF_BIRTH: ("date of birth", "dates of birth"),
    Identifier.E_MAIL: ("email address", "email addresses"),
    Identifier.PHONE: ("phone number", "phone numbers"),
    Identifier.POSTCODE: ("postcode", "postcodes"),
}
"""What was masked, in words, for one and for several."""


class ReportForm(Form):
    """As typed. The service's value is `provider:slug`, so that one list can hold the services of all providers."""

    messages: ClassVar[dict[str, str]] = {
        "what": "Select what you are reporting",
        "provider": "Select the provider this is about",
        "service": "Select the service, or select 'Other, or I do not know'",
        "happened_on.missing": "Enter the date it happened",
        "text.missing": "Enter what happened",
        "text.string_too_long": f"What happened must be {LONGEST_TEXT:,} characters or fewer",
        "harm": _NO_HARM_LEVEL,
        "rating": _NO_RATING,
    }

    what: What
    provider: OrganisationCode
    service: Annotated[str, StringConstraints(max_length=100)]
    happened_on: FormDate
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
    harm: Harm | None = None
    rating: Rating | None = None
    submission: UUID | None = None
    """Made with the page: sending the page again, however it comes about, is the same report."""

    @model_validator(mode="after")
    def _answered_for_its_kind(self) -> Self:
        if self.what is What.EXPERIENCE and self.rating is None:
            raise wrong("rating", _NO_RATING)
        if self.what is not What.EXPERIENCE and self.harm is None:
            raise wrong("harm", _NO_HARM_LEVEL)
        return self

    @property
    def service_slug(self) -> str:
        """The service's slug; another provider's service comes back whole, and is in no provider's list."""
        return self.service.removeprefix(f"{self.provider}:")


def submission_of(form: ReportForm, actor: Actor) -> Submission:
    """Only the answer that belongs to the kind counts: without JavaScript both questions are on the page."""
    feedback = form.what is What.EXPERIENCE
    return Submission(
        idempotency_key=f"form-{form.submission or uuid4()}",
        reporter=actor.organisation.code,
        provider=form.provider,
        kind=form.what.kind,
        tenet=form.what.tenet,
        source=Source.FORM,
        service=form.service_slug,
        happened_on=form.happened_on,
        harm=None if feedback else form.harm,
        rating=form.rating if feedback else None,
        text=form.text,
        submitted_by=actor.member_id,
    )


@router.get("/report")
async def show_form(request: Request, _: Reporter, draft: Draft, connection: Reading) -> Response:
    values = await draft.over(connection, ReportForm, {"submission": str(uuid4())})
    return await _form(request, connection, values, {}, 200)


@router.post("/report")
async def send_report(request: Request, actor: Reporter, draft: Draft, tx: Tx) -> Response:
    form = await read_form(request, ReportForm)
    if form.value is None:
        typed = {**form.typed, "submission": _kept_submission(form)}
        return await _form(request, tx.connection, typed, _with_kind_question(form), 422)
    submission = _as_sent_before(request, submission_of(form.value, actor))
    (outcome,) = await accept_reports([submission], tx)
    if isinstance(outcome, Accepted | AlreadyThere):
        # The draft of another report, written in another window, stays.
        await draft.sent(tx.connection, submission=str(form.value.submission or ""))
        request.session[LAST_SENT] = [_digest(submission), submission.idempotency_key]
        return RedirectResponse(f"/report/sent/{outcome.receipt.reference}", 303)
    status, errors, next_submission = _not_accepted(form.value, outcome)
    return await _form(
        request, tx.connection, {**form.typed, "submission": next_submission}, errors, status
    )


def _as_sent_before(request: Request, submission: Submission) -> Submission:
    """After going back, browsers show what was typed in a page that is new: who sends word for word what they sent last means
    that report."""
    last = request.session.get(LAST_SENT)
    if isinstance(last, list) and last[0] == _digest(submission):
        return replace(submission, idempotency_key=last[1])
    return submission


def _digest(submission: Submission) -> str:
    """Of all that was said, so that nothing of it is kept in the session."""
    return sha256(repr(replace(submission, idempotency_key="")).encode()).hexdigest()


def _kept_submission(form: Filled[ReportForm]) -> str:
    typed = form.typed.get("submission")
    return typed if isinstance(typed, str) and "submission" not in form.errors else str(uuid4())


def _with_kind_question(form: Filled[ReportForm]) -> dict[str, str]:
    """A rule across fields is looked at only once each field is right by itself; people should be told all at once."""
    errors = dict(form.errors)
    errors.pop("submission", None)
    what = form.typed.get("what")
    if what == What.EXPERIENCE and not form.typed.get("rating"):
        errors.setdefault("rating", _NO_RATING)
    if what in (What.SAFETY, What.EFFECTIVENESS) and not form.typed.get("harm"):
        errors.setdefault("harm", _NO_HARM_LEVEL)
    return errors


def _not_accepted(form: ReportForm, outcome: Outcome) -> tuple[int, dict[str, str], str]:
    """The status, what to say by which field, and the submission to go on with."""
    if isinstance(outcome, KeyTaken):
        message = (
            f"You have sent a report from this page already: {outcome.reference}."
            " If this is another report, send it now"
        )
        return 409, {"text": message}, str(uuid4())
    problems = outcome.problems if not isinstance(outcome, Accepted | AlreadyThere) else ()
    return 422, {each.field: each.message for each in problems}, str(form.submission or uuid4())


async def _form(
    request: Request,
    connection: Reading,
    values: Mapping[str, object],
    errors: dict[str, str],
    status: int,
) -> Response:
    return render(
        request,
        "report.html",
        status,
        values=values,
        errors=errors,
        providers=await directory.providers(connection),
        other_service=OTHER_SERVICE,
    )


@router.get("/report/sent/{reference}")
async def show_sent(
    request: Request, reference: str, actor: Reporter, connection: Reading
) -> Response:
    report = await repository.my_report(
        connection, typed_reference(reference), reporters=actor.codes
    )
    if report is None:
        raise NotFound("We have no report of yours with this reference.")
    provider = await directory.organisation(connection, report.provider)
    due_at = report.due_at
    if due_at is None and provider is not None and not report.historic:
        due_at = report.submitted_at + timedelta(
            hours=provider.policy.for_harm(report.harm).acknowledge_within_hours
        )
    names = await directory.names(connection, {report.provider})
    masked = [
        f"{count:,} {IDENTIFIERS[Identifier(kind)][count != 1]}"
        for kind, count in report.masked.items()
    ]
    return render(
        request,
        "sent.html",
        report=report,
        provider=names[report.provider],
        due_at=due_at,
        masked=masked,
    )
