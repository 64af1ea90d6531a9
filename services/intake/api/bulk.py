"""Many reports at once: for imports, partner systems and seeding."""

from collections import Counter

from fastapi import APIRouter

from services.intake.api.clients import KeyRoute, Writer
from services.intake.api.models import (
    MOST_REPORTS,
    BulkIn,
    BulkOut,
    BulkResult,
    BulkStatus,
    Unreadable,
    submission_of,
)
from services.intake.api.problems import FieldProblem, example
from services.intake.api.reports import EXAMPLE, REFUSALS
from services.intake.domain.receipts import Accepted, AlreadyThere, KeyTaken, Outcome, Refused
from services.intake.domain.submissions import Problem, Submission
from services.intake.use_cases import accept_reports
from shared.contracts.reports import Source
from shared.platform.http import Tx

router = APIRouter(prefix="/reports", tags=["Reports"], route_class=KeyRoute)


@router.post(
    "/bulk",
    summary=f"Send up to {MOST_REPORTS:,} reports",
    responses={status: REFUSALS[status] for status in (401, 403, 413, 415, 422, 429)},
    openapi_extra=example({"reports": [{**EXAMPLE, "idempotency_key": "letter-4711"}]}),
)
async def send_reports(body: BulkIn, client: Writer, tx: Tx) -> BulkOut:
    """Each report stands alone: what is wrong with one refuses that one. The results are in the order of the reports, and
    sending the whole again adds only what was refused before and has been put right. Reports marked historic need the scope
    reports:import as well."""
    wanted = [
        list(item.problems)
        if isinstance(item, Unreadable)
        else submission_of(
            item,
            client,
            idempotency_key=item.idempotency_key,
            source=Source(item.source.value),
            historic=item.historic,
            past=item.past,
        )
        for item in body.items()
    ]
    submissions = [each for each in wanted if isinstance(each, Submission)]
    outcomes = iter(await accept_reports(submissions, tx))
    results = [
        _result(index, next(outcomes) if isinstance(each, Submission) else Refused(tuple(each)))
        for index, each in enumerate(wanted)
    ]
    counted = Counter(result.status for result in results)
    return BulkOut(
        accepted=counted[BulkStatus.ACCEPTED],
        already_there=counted[BulkStatus.ALREADY_THERE],
        refused=counted[BulkStatus.REFUSED],
        results=results,
    )


def _result(index: int, outcome: Outcome) -> BulkResult:
    match outcome:
        case Accepted(receipt):
            return BulkResult(
                index=index,
                status=BulkStatus.ACCEPTED,
                reference=receipt.reference,
                masked=receipt.masked,
            )
        case AlreadyThere(receipt):
            return BulkResult(
                index=index,
                status=BulkStatus.ALREADY_THERE,
                reference=receipt.reference,
                masked=receipt.masked,
            )
        case KeyTaken(reference):
            message = f"This key belongs to {reference}, which says something else"
            return _refused(index, [Problem("idempotency_key", message)])
        case Refused(problems):
            return _refused(index, problems)


def _refused(index: int, problems: list[Problem] | tuple[Problem, ...]) -> BulkResult:
    errors = [FieldProblem.of(each) for each in problems]
    return BulkResult(index=index, status=BulkStatus.REFUSED, errors=errors)
