"""Withdrawing a report: what that means and why it is done, and the page that says that it was."""

from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import repository
from services.intake.domain.references import typed_reference
from services.intake.pages.my_reports import Reporter
from services.intake.repository import MyReport
from services.intake.use_cases.withdrawing import withdraw_report
from shared.contracts.reports import WITHDRAWN_BECAUSE, WithdrawalReason
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.forms import Form, read_form
from shared.web.pages import render

router = APIRouter()


class WithdrawalForm(Form):
    messages: ClassVar[dict[str, str]] = {"reason": "Select why you withdraw the report"}

    reason: WithdrawalReason


@router.get("/reports/{reference}/withdraw")
async def show_withdrawal(
    request: Request, reference: str, actor: Reporter, connection: Reading
) -> Response:
    report = await _own(connection, reference, actor)
    return await _page(request, connection, report)


@router.post("/reports/{reference}/withdraw")
async def withdraw(request: Request, reference: str, actor: Reporter, tx: Tx) -> Response:
    report = await _own(tx.connection, reference, actor)
    form = await read_form(request, WithdrawalForm)
    if form.value is None:
        return await _page(request, tx.connection, report, form.errors, 422)
    await withdraw_report(
        report.reference, form.value.reason, tx, reporters=actor.codes, by=actor.member_id
    )
    return RedirectResponse(f"/reports/{report.reference}/withdraw", 303)


async def _own(connection: AsyncConnection, reference: str, actor: Actor) -> MyReport:
    """Raises NotFound for another organisation's report, too."""
    typed = typed_reference(reference.replace("\0", ""))
    found = await repository.my_report(connection, typed, reporters=actor.codes)
    if found is None:
        raise NotFound("Your organisation has no report with this reference.")
    return found


async def _page(
    request: Request,
    connection: AsyncConnection,
    report: MyReport,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    names = await directory.names(connection, {report.provider})
    return render(
        request,
        "withdrawn.html" if report.withdrawn_at else "withdraw.html",
        200 if report.withdrawn_at else status,
        report=report,
        provider=names[report.provider],
        errors=errors or {},
        reasons=WITHDRAWN_BECAUSE,
    )
