"""The form that corrects a verdict: all its themes, the part of quality, and why."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field, StringConstraints

from services.classification import domain, repository, use_cases
from services.classification.domain import ChosenFrom
from services.classification.model.taxonomy import Taxonomy
from services.classification.pages.common import (
    LABELS,
    CameFrom,
    QualityLead,
    ReferenceInPath,
    find,
    scope_of,
    versions_of,
)
from services.classification.pages.offers import (
    NONE_OF_THESE,
    ThemesForm,
    choice_groups,
    taxonomy_of,
)
from services.classification.repository import StoredReport
from shared.platform.http import Reading, Tx
from shared.web.drafts import Draft
from shared.web.forms import Filled, read_form
from shared.web.pages import render

router = APIRouter()


class CorrectionForm(ThemesForm):
    revision: int = Field(ge=1)
    reason: Annotated[str, StringConstraints(max_length=2_000)] = ""
    chosen_from: ChosenFrom = ChosenFrom.OTHER

    messages: ClassVar[Mapping[str, str]] = {
        **ThemesForm.messages,
        "reason.string_too_long": "Reason must be 2,000 characters or fewer",
    }


@router.get("/verdicts/{reference}/correct")
async def show_correction(
    request: Request,
    reference: ReferenceInPath,
    actor: QualityLead,
    draft: Draft,
    connection: Reading,
    came: CameFrom = ChosenFrom.OTHER,
) -> HTMLResponse:
    report = await find(connection, scope_of(actor).to_correct, reference)
    current = (await repository.decisions(connection, report.report_id))[0]
    chosen = [domain.key_of(theme) for theme in current.themes]
    shown: dict[str, object] = {
        "themes": chosen,
        "tenet": current.tenet,
        "revision": str(current.revision),
        "chosen_from": came,
    }
    values = await draft.over(connection, CorrectionForm, shown)
    if values["revision"] != shown["revision"]:  # decided anew meanwhile: only the reason stands
        values |= shown
    taxonomy = await taxonomy_of(connection, request, report)
    return _correction_page(request, report, current, taxonomy, values, {})


@router.post("/verdicts/{reference}/correct")
async def correct_verdict(
    request: Request, reference: ReferenceInPath, actor: QualityLead, draft: Draft, tx: Tx
) -> Response:
    """A reason is asked for a change; agreeing with the model needs none."""
    scope = scope_of(actor).to_correct
    report = await find(tx.connection, scope, reference)
    current = (await repository.decisions(tx.connection, report.report_id))[0]
    filled = await read_form(request, CorrectionForm)
    taxonomy = await taxonomy_of(tx.connection, request, report)
    filled = _checked(filled, current, taxonomy)
    if filled.value is None:
        return _correction_page(request, report, current, taxonomy, filled.typed, filled.errors)
    form = filled.value
    correction = domain.Correction(
        themes=form.chosen,
        tenet=form.tenet,
        reason=form.reason or domain.AGREED,
        member_id=actor.member_id,
        person=actor.name,
        chosen_from=form.chosen_from,
    )
    await use_cases.correct(reference, form.revision, correction, scope, tx, versions_of(request))
    await draft.sent(tx.connection)
    return RedirectResponse(f"/verdicts/{report.reference}?corrected", 303)


def _checked(
    filled: Filled[CorrectionForm], current: domain.Decision, taxonomy: Taxonomy
) -> Filled[CorrectionForm]:
    form = filled.value
    if form is None:
        return filled
    kept = {domain.key_of(theme) for theme in domain.outdated(current, taxonomy)}
    if form.chosen - dict(domain.choices(taxonomy)).keys() - kept:
        return filled.refuse("themes", "Choose themes from the list")
    if not form.reason and not domain.agrees(current, form.chosen, form.tenet):
        return filled.refuse("reason", "Enter why you are changing it")
    return filled


def _correction_page(
    request: Request,
    report: StoredReport,
    current: domain.Decision,
    taxonomy: Taxonomy,
    values: Mapping[str, object],
    errors: dict[str, str],
) -> HTMLResponse:
    return render(
        request,
        "correct.html",
        422 if errors else 200,
        report=report,
        current=current,
        groups=choice_groups(taxonomy, domain.outdated(current, taxonomy)),
        values=values,
        errors=errors,
        segments=domain.segments(report.text, current.themes),
        none_of_these=NONE_OF_THESE,
        labels=LABELS,
    )
