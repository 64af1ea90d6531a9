"""Each table of the trend pages as a CSV file of exactly that view: same scope, same filters, same hidden numbers."""

from collections.abc import AsyncIterator, Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY
from services.reporting.domain.months import long_name
from services.reporting.domain.questions import Position
from services.reporting.domain.trends import Heat
from services.reporting.pages.views import View, overview, rule_of, view_of
from services.reporting.repository.records import Behind, ListedReport, reports_behind
from shared.contracts.reports import Tenet
from shared.directory.repository import names
from shared.platform.errors import Forbidden, NotFound
from shared.platform.http import Reading, runtime_of
from shared.platform.transaction import Transactions
from shared.web.actors import CurrentActor
from shared.web.csv_text import BYTE_ORDER_MARK, MEDIA_TYPE, csv_file, csv_text, file_headers

BATCH = 2_000
TENETS = [tenet.value.capitalize() for tenet in Tenet]

router = APIRouter()


@router.get("/trends/months.csv")
async def months(request: Request, actor: CurrentActor, connection: Reading) -> Response:
    """Reports each month by tenet."""
    view = await view_of(connection, actor, request.query_params, rule_of(request))
    table = (await overview(connection, view)).chart.table
    rows = zip(table.rows, table.numbers, table.row_totals, strict=True)
    return csv_file(
        "reports-by-month-and-tenet",
        [
            ("Month", *table.columns, "Total"),
            *((month, *numbers, total) for month, numbers, total in rows),
            ("Total", *table.column_totals, table.total),
        ],
    )


@router.get("/trends/themes.csv")
async def themes(request: Request, actor: CurrentActor, connection: Reading) -> Response:
    """Reports of each theme by month."""
    view = await view_of(connection, actor, request.query_params, rule_of(request))
    shown = await overview(connection, view)
    return csv_file(
        "reports-by-theme-and-month",
        [
            ("Theme", *map(long_name, view.question.period.months), "Total"),
            *((trend.title, *trend.numbers, trend.total) for trend in shown.themes),
        ],
    )


@router.get("/trends/tenets.csv")
async def tenets(request: Request, actor: CurrentActor, connection: Reading) -> Response:
    """Where theme and provider meet: the total and the three tenets."""
    view = await view_of(connection, actor, request.query_params, rule_of(request))
    shown = await overview(connection, view)
    return csv_file("reports-by-theme-and-provider", _meeting(shown.heat, shown.providers))


@router.get("/trends/themes/{theme}/reports.csv")
async def reports(
    request: Request, theme: str, actor: CurrentActor, connection: Reading
) -> StreamingResponse:
    """The reports behind one theme, all of them."""
    view = await view_of(connection, actor, request.query_params, rule_of(request), theme=theme)
    if view.scope.redacted:
        raise Forbidden("You can see totals here, but not single reports.")
    if theme not in view.choices.themes:
        raise NotFound("There is no such theme. It may have been renamed or merged.")
    return StreamingResponse(
        _report_lines(runtime_of(request).transactions, view),
        media_type=MEDIA_TYPE,
        headers=file_headers(f"reports-{theme}"),
    )


def _meeting(heat: Heat, providers: Mapping[str, str]) -> list[Sequence[object]]:
    lines: list[Sequence[object]] = [("Theme", "Provider", "Total", *TENETS)]
    for row in heat.rows:
        for code, provider in providers.items():
            cell = row.cells[code]
            lines.append((row.title, provider, cell.total, *cell.tenets))
    return lines


async def _report_lines(transactions: Transactions, view: View) -> AsyncIterator[str]:
    """By a connection of its own: the page's is given back before the file has been sent."""
    yield BYTE_ORDER_MARK + csv_text(
        [("Reference", "Happened on", "Kind", "Tenet", "Provider", "Reported by", "Case")]
    )
    async with transactions.read() as connection:
        behind = Behind(view.filters.theme or EVERY)
        last: Position | None = None
        while batch := await reports_behind(
            connection, view.question, behind, limit=BATCH, after=last
        ):
            yield csv_text(await _lines(connection, batch))
            last = batch[-1].position


async def _lines(
    connection: AsyncConnection, batch: Sequence[ListedReport]
) -> list[Sequence[object]]:
    known = await names(connection, {e.provider for e in batch} | {e.reporter for e in batch})
    return [
        (
            each.reference,
            each.happened_on.isoformat(),
            each.kind,
            each.tenet,
            known[each.provider],
            known[each.reporter],
            each.state,
        )
        for each in batch
    ]
