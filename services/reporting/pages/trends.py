"""The trend pages: overview, and one theme."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.reporting.domain.filters import Choices
from services.reporting.domain.questions import Position
from services.reporting.pages.views import View, overview, rule_of, theme_detail, view_of
from services.reporting.repository.records import Behind, reports_behind
from shared.directory.repository import names
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

PAGE_SIZE = 25

router = APIRouter()


@router.get("/trends", response_class=HTMLResponse)
async def trends(request: Request, actor: CurrentActor, connection: Reading) -> HTMLResponse:
    """Reports by month, tenet, theme and provider, as far as the reader may see."""
    view = await view_of(connection, actor, request.query_params, rule_of(request))
    return render(
        request,
        "reporting/trends.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        asked=_asked(view),
        fields=filter_fields(view.choices),
        shown=await overview(connection, view),
    )


@router.get("/trends/themes/{theme}", response_class=HTMLResponse)
async def theme(
    request: Request,
    theme: str,
    actor: CurrentActor,
    connection: Reading,
    after: str = "",
) -> HTMLResponse:
    """One theme: its chart, its sub-themes, and the reports behind it."""
    view = await view_of(connection, actor, request.query_params, rule_of(request), theme=theme)
    if theme not in view.choices.themes:
        raise NotFound("There is no such theme. It may have been renamed or merged.")
    position = Position.parse(after)
    reports = []
    if not view.scope.redacted:
        # One more than a page, to know whether another follows.
        reports = await reports_behind(
            connection, view.question, Behind(theme), limit=PAGE_SIZE + 1, after=position
        )
    places = {each.provider for each in reports} | {each.reporter for each in reports}
    return render(
        request,
        "reporting/theme.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        asked=_asked(view),
        fields=filter_fields(view.choices, without="theme"),
        title=view.choices.themes[theme],
        theme=theme,
        shown=await theme_detail(connection, view, theme),
        reports=reports[:PAGE_SIZE],
        places=await names(connection, places),
        continued=position is not None,
        older=reports[PAGE_SIZE - 1].position.text if len(reports) > PAGE_SIZE else None,
    )


def filter_fields(choices: Choices, without: str = "") -> list[tuple[str, str, str, object]]:
    """The filters that have something to choose from: field, label, what leaving it open means, and the choices."""
    fields: list[tuple[str, str, str, object]] = [
        ("tenet", "Tenet", "All 3 tenets", choices.tenets.items()),
        ("kind", "Kind of report", "Events and feedback", choices.kinds.items()),
        ("theme", "Theme", "All themes", choices.themes.items()),
        ("provider", "Provider", "All providers", choices.providers.items()),
        ("practice", "Practice", "All practices", choices.practices.items()),
        ("months", "Period", "", choices.of("months").items()),
    ]
    return [field for field in fields if field[3] and field[0] != without]


def _asked(view: View) -> dict[str, str]:
    """What the filter form shows as chosen."""
    filters = view.filters
    return {
        "tenet": filters.tenet or "",
        "kind": filters.kind or "",
        "theme": filters.theme or "",
        "provider": filters.provider or "",
        "practice": filters.practice or "",
        "months": str(filters.month_count),
    }
