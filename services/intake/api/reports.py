"""One report at a time."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from services.intake import repository
from services.intake.api.clients import KeyRoute, Reader, Writer
from services.intake.api.models import ReceiptOut, ReportIn, ReportStatus, submission_of
from services.intake.api.problems import FieldProblems, ProblemDocument, example
from services.intake.domain.receipts import Accepted, AlreadyThere, KeyTaken
from services.intake.domain.references import typed_reference
from services.intake.use_cases import accept_reports
from shared.directory import repository as directory
from shared.platform.errors import Conflict, NotFound
from shared.platform.http import Reading, Tx

router = APIRouter(prefix="/reports", tags=["Reports"], route_class=KeyRoute)

EXAMPLE = {
    "provider": "RZ1",
    "kind": "event",
    "tenet": "safety",
    "service": "other",
    "happened_on": "2026-11-20",
    "harm": "low",
    "text": "The discharge letter did not list the new anticoagulant. The patient took both for two days.",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ProblemDocument, "description": "No valid API key was sent"},
    403: {"model": ProblemDocument, "description": "The key has not the scope that this needs"},
    409: {
        "model": ProblemDocument,
        "description": "This Idempotency-Key came before with other content",
    },
    413: {"model": ProblemDocument, "description": "The body is too large"},
    415: {"model": ProblemDocument, "description": "The body is not declared as JSON"},
    422: {"model": ProblemDocument, "description": "Rules are broken, each told at its field"},
    429: {
        "model": ProblemDocument,
        "description": "Too many requests: wait as many seconds as Retry-After says",
    },
}
_SAME_AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"model": ReceiptOut, "description": "The same report had come before"}
}


class KeyInUse(Conflict):
    title = "This Idempotency-Key was used before"


@router.post(
    "",
    status_code=201,
    summary="Send a report",
    responses={**REFUSALS, **_SAME_AGAIN},
    openapi_extra=example(EXAMPLE),
)
async def send_report(
    report: ReportIn,
    client: Writer,
    tx: Tx,
    response: Response,
    idempotency_key: Annotated[
        str,
        Header(
            description="Your own identity of this report, 1 to 200 printable ASCII characters. Sending again with it is safe."
        ),
    ],
) -> ReceiptOut:
    """Keeps the report, opens the provider's case and answers with the reference. The `Location` header leads to its status."""
    submission = submission_of(report, client, idempotency_key=idempotency_key)
    if isinstance(submission, list):
        raise FieldProblems(submission)
    (outcome,) = await accept_reports([submission], tx)
    if isinstance(outcome, KeyTaken):
        raise KeyInUse(
            f"This Idempotency-Key belongs to {outcome.reference}, which says something else. Use another key for another report."
        )
    if not isinstance(outcome, Accepted | AlreadyThere):
        raise FieldProblems(outcome.problems)
    again = isinstance(outcome, AlreadyThere)
    if again:
        response.status_code = 200
    response.headers["Location"] = f"/api/v1/reports/{outcome.receipt.reference}"
    return ReceiptOut.of(outcome.receipt, already_there=again)


@router.get(
    "/{reference}",
    summary="How a report stands",
    responses={
        **{status: REFUSALS[status] for status in (401, 403, 429)},
        404: {"model": ProblemDocument, "description": "Your organisation has no such report"},
    },
)
async def get_report(reference: str, client: Reader, connection: Reading) -> ReportStatus:
    """The report's state and the provider's answer. Another organisation's report is not found."""
    own = client.organisation
    found = await repository.my_report(
        connection,
        typed_reference(reference.replace("\0", "")),
        reporters=await directory.stands_for(connection, [own]) if own else None,
    )
    if found is None:
        raise NotFound("Your organisation has no report with this reference.")
    return ReportStatus.model_validate(asdict(found))
