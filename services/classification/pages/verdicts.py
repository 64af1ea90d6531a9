"""A report's verdict, and all that came before it."""

from collections.abc import Iterable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import domain, repository
from services.classification.domain import ChosenFrom
from services.classification.pages.common import (
    LABELS,
    CameFrom,
    ReferenceInPath,
    codes_of,
    find,
    scope_of,
    versions_of,
)
from services.classification.pages.offers import Offers, behind, offers_on, taxonomy_of
from services.classification.repository import Scope, StoredReport
from shared.contracts.themes import Hint, Span
from shared.directory.repository import names
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

router = APIRouter()


@router.get("/verdicts/{reference}")
async def show_verdict(
    request: Request,
    reference: ReferenceInPath,
    actor: CurrentActor,
    connection: Reading,
    came: CameFrom = ChosenFrom.OTHER,
) -> HTMLResponse:
    """For quality leads, and read-only for the organisations the report is from and about."""
    scope = scope_of(actor)
    report = await find(connection, scope, reference)
    decisions = await repository.decisions(connection, report.report_id)
    current = decisions[0]
    return render(
        request,
        "verdict.html",
        report=report,
        current=current,
        decisions=decisions,
        segments=domain.segments(report.text, current.themes),
        words_of=lambda theme: _words_at(report.text, theme.evidence),
        words_of_hints=_words_of_hints(request, report, current),
        names=await names(connection, codes_of(report)),
        offers=await _offers(connection, request, scope, report, current),
        chosen_from=came,
        reasons=domain.REASONS,
        corrected="corrected" in request.query_params,
        key_of=domain.key_of,
        title_of=domain.title_of,
        labels=LABELS,
    )


async def _offers(
    connection: AsyncConnection,
    request: Request,
    scope: Scope,
    report: StoredReport,
    current: domain.Decision,
) -> Offers | None:
    """What one click can change; none for who may not correct."""
    if await repository.find_report(connection, scope.to_correct, report.reference) is None:
        return None
    taxonomy = await taxonomy_of(connection, request, report)
    return offers_on(report, current, taxonomy, versions_of(request))


def _words_of_hints(
    request: Request, report: StoredReport, current: domain.Decision
) -> dict[Hint, list[str]]:
    """A verdict keeps its hints without their words, so the model behind it is asked again."""
    if not current.hints:
        return {}
    model = behind(versions_of(request), report.kind, current.model_version)
    hinted = model.hinted(report.text, report.question)
    return {hint: _words_at(report.text, places) for hint, places in hinted.items()}


def _words_at(text: str, places: Iterable[Span]) -> list[str]:
    """The words that led to something, each once, in their order."""
    return list(dict.fromkeys(text[span.start : span.end] for span in places))
