"""Taking a report back."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.intake.api.clients import KeyRoute, Writer
from services.intake.api.problems import ProblemDocument, example
from services.intake.api.reports import REFUSALS
from services.intake.domain.references import typed_reference
from services.intake.use_cases.withdrawing import withdraw_report
from shared.contracts.reports import WithdrawalReason
from shared.directory import repository as directory
from shared.platform.http import Tx

router = APIRouter(prefix="/reports", tags=["Reports"], route_class=KeyRoute)


class WithdrawalIn(BaseModel):
    """Why the report is taken back. There is no room for words, which could name a patient."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: WithdrawalReason = Field(description="The nearest of these")


class WithdrawalOut(BaseModel):
    """The report is withdrawn. How its case stood is told to who may read that."""

    reference: str
    withdrawn_at: AwareDatetime
    reason: WithdrawalReason


@router.post(
    "/{reference}/withdrawal",
    summary="Withdraw a report",
    responses={
        **{status: REFUSALS[status] for status in (401, 403, 413, 415, 422, 429)},
        404: {"model": ProblemDocument, "description": "Your organisation has no such report"},
        409: {
            "model": ProblemDocument,
            "description": "The report was withdrawn before, for another reason",
        },
    },
    openapi_extra=example({"reason": "sent-twice"}),
)
async def withdraw(
    reference: str, withdrawal: WithdrawalIn, client: Writer, tx: Tx
) -> WithdrawalOut:
    """Takes the organisation's own report back, for good: its case is closed and it is counted nowhere. Sending the same again is safe,
    and gives the same answer."""
    own, typed = client.organisation, typed_reference(reference.replace("\0", ""))
    reporters = await directory.stands_for(tx.connection, [own]) if own else None
    withdrawn_at = await withdraw_report(typed, withdrawal.reason, tx, reporters=reporters)
    return WithdrawalOut(reference=typed, withdrawn_at=withdrawn_at, reason=withdrawal.reason)
