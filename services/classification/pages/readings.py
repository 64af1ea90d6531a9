"""Second readings: a report that somebody else decided is read without its themes, and what was made of it is set beside the decision."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.classification import domain, repository, use_cases
from services.classification.model.taxonomy import Taxonomy
from services.classification.pages.common import (
    LABELS,
    PAGE_SIZE,
    QualityLead,
    ReferenceInPath,
    codes_of,
    find,
    scope_of,
)
from services.classification.pages.offers import (
    NONE_OF_THESE,
    ThemesForm,
    choice_groups,
    taxonomy_of,
    titles_of,
)
from services.classification.repository import StoredReport, readings
from shared.contracts.reports import Kind
from shared.directory.repository import names
from shared.platform.errors import Conflict, Forbidden
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.drafts import Draft
from shared.web.forms import read_form
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

router = APIRouter()


@router.get("/verdicts/second-readings")
async def waiting(
    request: Request,
    actor: QualityLead,
    connection: Reading,
    kind: str = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """Reports that others have decided and this person has not read: nothing of what was decided stands there."""
    scope, member_id = scope_of(actor).to_correct, _member(actor)
    wanted = Kind(kind) if kind in LABELS.kinds else None
    total = await readings.number_to_read(connection, scope, member_id, wanted)
    reports = await readings.to_read(
        connection, scope, member_id, wanted, page=page, size=PAGE_SIZE
    )
    query = {"kind": wanted or ""}
    return render(
        request,
        "second_readings.html",
        reports=reports,
        pages=Pages("/verdicts/second-readings", query, page, total, PAGE_SIZE),
        names=await names(connection, {code for each in reports for code in codes_of(each)}),
        values=query,
        labels=LABELS,
    )


@router.get("/verdicts/{reference}/second-reading")
async def show_reading(
    request: Request,
    reference: ReferenceInPath,
    actor: QualityLead,
    draft: Draft,
    connection: Reading,
) -> HTMLResponse:
    """The text and nothing else; once it has been read, both readings."""
    report = await find(connection, scope_of(actor).to_correct, reference)
    taxonomy = await taxonomy_of(connection, request, report)
    history = await repository.decisions(connection, report.report_id)
    read = await readings.find_reading(connection, report.report_id, _member(actor))
    if read is not None:
        return _comparison(request, report, history, read, taxonomy)
    if why_not := domain.why_not_read(history, _member(actor)):
        raise Conflict(why_not)
    values = await draft.over(connection, ThemesForm, {})
    return _form(request, report, taxonomy, values, {})


@router.post("/verdicts/{reference}/second-reading")
async def read(
    request: Request, reference: ReferenceInPath, actor: QualityLead, draft: Draft, tx: Tx
) -> Response:
    scope = scope_of(actor).to_correct
    report = await find(tx.connection, scope, reference)
    taxonomy = await taxonomy_of(tx.connection, request, report)
    filled = await read_form(request, ThemesForm)
    if filled.value and filled.value.chosen - titles_of(taxonomy).keys():
        filled = filled.refuse("themes", "Choose themes from the list")
    if filled.value is None:
        return _form(request, report, taxonomy, filled.typed, filled.errors)
    form = filled.value
    await use_cases.read_again(report.reference, form.chosen, form.tenet, _member(actor), scope, tx)
    await draft.sent(tx.connection)
    return RedirectResponse(f"/verdicts/{report.reference}/second-reading", 303)


def _member(actor: Actor) -> UUID:
    """Who has no id in the directory cannot be told from others."""
    if actor.member_id is None:
        raise Forbidden("Your entry in the directory has no number yet. Ask your administrator.")
    return actor.member_id


def _form(
    request: Request,
    report: StoredReport,
    taxonomy: Taxonomy,
    values: Mapping[str, object],
    errors: dict[str, str],
) -> HTMLResponse:
    return render(
        request,
        "second_reading.html",
        422 if errors else 200,
        report=report,
        groups=choice_groups(taxonomy),
        values=values,
        errors=errors,
        none_of_these=NONE_OF_THESE,
        labels=LABELS,
    )


def _comparison(
    request: Request,
    report: StoredReport,
    history: list[domain.Decision],
    read: domain.Reading,
    taxonomy: Taxonomy,
) -> HTMLResponse:
    decision = next(each for each in history if each.revision == read.revision)
    titles = {domain.key_of(each): domain.title_of(each) for each in decision.themes}
    titles |= titles_of(taxonomy)
    decided = domain.keys_of(decision)
    return render(
        request,
        "second_reading_compared.html",
        report=report,
        decision=decision,
        reading=read,
        decided=decided,
        themes=[
            (titles.get(key, key), key in decided, key in read.themes)
            for key in domain.compared(list(titles_of(taxonomy)), decided, read.themes)
        ],
        is_current=decision is history[0],
        labels=LABELS,
    )
