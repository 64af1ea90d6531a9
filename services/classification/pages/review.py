"""The review queue."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.classification import domain, repository
from services.classification.domain import ChosenFrom
from services.classification.pages.common import LABELS, PAGE_SIZE, QualityLead, codes_of, scope_of
from services.classification.repository import Filters, Show
from shared.contracts.reports import Kind
from shared.directory.repository import names
from shared.platform.http import Reading
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

router = APIRouter()

CHOSEN_FROM = {
    Show.LEAST_CERTAIN: ChosenFrom.LEAST_CERTAIN,
    Show.SAMPLE: ChosenFrom.SAMPLE,
    Show.DECIDED: ChosenFrom.OTHER,
}
"""How somebody came to a report that they opened from here."""


@router.get("/verdicts")
async def review(
    request: Request,
    actor: QualityLead,
    connection: Reading,
    kind: str = "",
    show: str = "",
    page: PageNumber = 1,
    agreed: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """The least certain verdicts first, or by lot. Filters that nobody offers count as none. `agreed` is the report that somebody has
    just agreed with."""
    filters = Filters(
        show=Show(show) if show in tuple(Show) else Show.LEAST_CERTAIN,
        kind=Kind(kind) if kind in LABELS.kinds else None,
    )
    scope = scope_of(actor).to_correct
    total = await repository.queue_length(connection, scope, filters)
    entries = await repository.queue(connection, scope, filters, page=page, size=PAGE_SIZE)
    query = {"kind": filters.kind or "", "show": filters.show}
    return render(
        request,
        "review.html",
        entries=entries,
        pages=Pages("/verdicts", query, page, total, PAGE_SIZE),
        names=await names(connection, {code for one in entries for code in codes_of(one.report)}),
        filters=filters,
        chosen_from=CHOSEN_FROM[filters.show],
        agreed=agreed,
        values=query,
        title_of=domain.title_of,
        labels=LABELS,
    )
