"""Experience, effectiveness and safety side by side, of each theme at each provider."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.cubes import EVERY
from services.reporting.domain.heat import Heat, heat_of
from services.reporting.domain.questions import Question
from services.reporting.domain.signals import (
    EVERYWHERE,
    Counted,
    Monthly,
    Subject,
    needs_days,
    watched_from,
)
from services.reporting.domain.triangulation import (
    Meeting,
    charts_in,
    in_words,
    meeting_of,
    shown_months,
)
from services.reporting.pages.choosing import named
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import filter_form
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, view_of
from services.reporting.repository import series, trends
from services.reporting.repository.cells import monthly
from shared.contracts.reports import Kind, Tenet
from shared.directory.repository import stands_for
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

HERE = "/trends/triangulation"
FILTERS = ("theme", "provider", "commissioner")
"""Charts are those that are watched for signals, of which nobody chooses the months."""
OF_TOTALS = ("theme", "months")
"""Of the table that who sees totals only gets instead."""
MOST_PROVIDERS = 3
"""On a page: those with most reports. Others are chosen by the filter."""
MOST_THEMES = 10
"""Of each of several providers, and all with a joint signal: what moves is looked for. All of them are shown of one provider."""

router = APIRouter()


@dataclass(frozen=True)
class Provider:
    """A provider's themes, those that move together first."""

    code: str
    name: str
    meetings: Sequence[Meeting]

    @property
    def joint(self) -> Sequence[Meeting]:
        return [each for each in self.meetings if each.joint is not None]

    @property
    def first(self) -> Sequence[Meeting]:
        return self.meetings[: max(MOST_THEMES, len(self.joint))]


@dataclass(frozen=True)
class Shown:
    """What the page shows. `heat` is for who sees totals only, of whom nothing is judged."""

    providers: Sequence[Provider]
    left_out: int
    heat: Heat | None
    columns: Mapping[str, str]

    @property
    def joint(self) -> int:
        return sum(len(each.joint) for each in self.providers)

    @property
    def comparable(self) -> int:
        """Themes at providers where two tenets or more have a chart."""
        return sum(len(one.charted) > 1 for each in self.providers for one in each.meetings)


@router.get(HERE, response_class=HTMLResponse)
async def page(request: Request, actor: CurrentActor, connection: Reading) -> HTMLResponse:
    """By provider and theme: what the chart of each tenet says, and whether they move together."""
    view = await view_of(request, actor, connection, FILTERS, totals=OF_TOTALS)
    months = shown_months(view.today)
    anywhere = replace(view.filters, theme=None, provider=None)
    return render(
        request,
        "reporting/triangulation.html",
        status_code=422 if view.errors else 200,
        view=view,
        errors=view.errors,
        form=filter_form(view, HERE),
        months=months,
        listed=view.listed(anywhere, months.first, months.last),
        titles=view.choices.themes,
        shown=await _shown(connection, view),
    )


@as_files(router, HERE)
async def files(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """The same, a row for each theme at each provider."""
    view = await file_view_of(request, actor, connection, FILTERS, totals=OF_TOTALS)
    shown = await _shown(connection, view)
    rows: list[Row] = [("Provider", "Theme")]
    if shown.heat is not None:
        rows = [("Provider", "Theme", "Total", *(tenet.capitalize() for tenet in Tenet))]
        rows += [
            (name, row.title, row.cells[code].total, *row.cells[code].tenets)
            for code, name in shown.columns.items()
            for row in shown.heat.rows
        ]
        return TableFile("triangulation", rows)
    heading = [f"{tenet.capitalize()}{part}" for tenet in Tenet for part in ("", " says", " icon")]
    rows = [("Provider", "Theme", *heading, "Together")]
    for provider in shown.providers:
        for each in provider.meetings:
            told = [
                value
                for one in each.tenets
                for value in (one.number, one.words, in_words(one.variation))
            ]
            title = view.choices.themes.get(each.theme, each.theme)
            rows.append((provider.name, title, *told, each.together))
    return TableFile("triangulation", rows)


async def _shown(connection: AsyncConnection, view: View) -> Shown:
    if view.scope.redacted:
        counted = await trends.by_theme_and_provider(connection, view.question)
        heat = heat_of(counted, view.choices.themes, view.rule)
        return Shown([], 0, heat, await named(connection, heat.columns))
    most, left_out = await _most(connection, view)
    charted = await _charted(connection, view, most)
    counts = await _counts(connection, view, charted)
    meetings = await _meetings(connection, view, charted, counts)
    names = await named(connection, meetings)
    providers = [
        Provider(code, name, sorted(meetings[code], key=lambda each: each.order))
        for code, name in names.items()
    ]
    return Shown(sorted(providers, key=lambda each: -len(each.joint)), left_out, None, {})


async def _most(connection: AsyncConnection, view: View) -> tuple[frozenset[str], int]:
    """The providers with most reports, and how many are left out."""
    totals = await series.counts(
        connection, view.over(*_ends(view)), "provider", theme=view.filters.theme or EVERY
    )
    ranked = sorted(totals, key=lambda labels: (-totals[labels], labels))
    most = frozenset(str(code) for (code,) in ranked[:MOST_PROVIDERS])
    return most, len(ranked) - len(most)


async def _counts(
    connection: AsyncConnection, view: View, charted: Question
) -> dict[tuple[str, str], Counted]:
    """By theme and provider."""
    columns = ("theme", "provider", "tenet", "kind")
    found: dict[tuple[str, str], list[Monthly]] = {}
    for labels, months in (
        await monthly(connection, charted, *columns, theme=view.filters.theme)
    ).items():
        theme, code, tenet, kind = cast("tuple[str, str, str, str]", labels)
        if theme in view.choices.themes:
            found.setdefault((theme, code), []).append(Monthly(Tenet(tenet), Kind(kind), *months))
    return {at: Counted(view.joining, tuple(told)) for at, told in found.items()}


def _ends(view: View) -> tuple[date, date]:
    months = shown_months(view.today)
    return months.first, months.last


async def _meetings(
    connection: AsyncConnection,
    view: View,
    charted: Question,
    counts: Mapping[tuple[str, str], Counted],
) -> dict[str, list[Meeting]]:
    """By provider."""
    rare = [at for at, each in counts.items() if needs_days(charts_in(each, view.today))]
    days = await series.days_at(connection, charted, rare)
    found: dict[str, list[Meeting]] = {}
    for (theme, code), counted in counts.items():
        subject = Subject(view.scope.area or EVERYWHERE, code, theme)
        meeting = meeting_of(subject, counted, days.get((theme, code), {}), view.today)
        found.setdefault(code, []).append(meeting)
    return found


async def _charted(connection: AsyncConnection, view: View, providers: Collection[str]) -> Question:
    """Of these providers, and all months that any chart goes back to."""
    question = view.over(watched_from(view.today), view.today.replace(day=1))
    if view.filters.provider is not None:
        return question
    return replace(question, providers=await stands_for(connection, providers))
