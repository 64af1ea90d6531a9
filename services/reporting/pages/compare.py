"""Providers or practices of very different volumes beside each other: a funnel plot, and the same as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.comparison import (
    SHARES,
    Compared,
    Comparison,
    Line,
    Sort,
    compare,
    units_of,
)
from services.reporting.domain.cubes import Measure
from services.reporting.domain.drawing import NARROW, WIDE, FunnelLabels, funnel_chart, value_told
from services.reporting.domain.drawing.parts import Chart
from services.reporting.domain.spc import Funnel, Placed
from services.reporting.domain.spc.funnel import BY_CHANCE, FEWEST_TO_COMPARE
from services.reporting.domain.stages import Counted, heeds_running, kept_for
from services.reporting.pages.files import Row, TableFile, as_files
from services.reporting.pages.filter_form import FilterForm, filter_form
from services.reporting.pages.organisations import page_of
from services.reporting.pages.view import View
from services.reporting.pages.views import file_view_of, refuse, view_of
from services.reporting.repository import organisations as repository
from services.reporting.repository.running import running_by
from shared.directory import repository as directory
from shared.platform.http import Reading
from shared.web.actors import CurrentActor
from shared.web.pages import render

HERE = "/trends/compare"
FILTERS = ("tenet", "kind", "theme", "commissioner", "months")
PARAMETERS = ("of", "by")

router = APIRouter()


@dataclass(frozen=True)
class Asked:
    """What is compared, by which share, and what of the address cannot be used."""

    sort: Sort
    compared: Compared
    errors: Mapping[str, str]

    @property
    def pairs(self) -> dict[str, str]:
        return {"of": self.sort.value, "by": self.compared.value}


@dataclass(frozen=True)
class Shown:
    """The comparison, with names and addresses; drawings where there are limits to draw."""

    asked: Asked
    comparison: Comparison
    names: Mapping[str, str]
    pages: Mapping[str, str]
    parts: Mapping[str, str | None]
    wholes: Mapping[str, str | None]
    """Where the reports that count, and all of them, are listed."""
    theme: str | None
    """The title of the theme whose share is compared."""
    wide: Chart | None = None
    narrow: Chart | None = None
    centre: str = ""

    @property
    def unnamed(self) -> bool:
        """Whether a theme's share is asked for and no theme that there is."""
        return self.asked.compared is Compared.THEME and self.theme is None

    @property
    def part(self) -> str:
        """What counts."""
        return self.comparison.share.title if self.theme is None else f"Of the theme {self.theme}"

    @property
    def title(self) -> str:
        return f"{self.part}, by {self.asked.sort.value.removesuffix('s')}"

    @property
    def sentence(self) -> str:
        """Who lies outside of the limits, and what may be said of that."""
        funnel = self.comparison.funnel
        if funnel is None:
            return ""
        if not funnel.enough:
            return (
                f"Too few to compare any of them with the others: that takes {FEWEST_TO_COMPARE}."
            )
        if funnel.flat:
            return f"There is nothing to compare yet: each of the {len(funnel.placed)} has {self.centre}."
        if not (funnel.far or funnel.unusual or funnel.widened):
            return f"All {len(funnel.placed)} lie within the limits: no sign that any differs from the others."
        unusual = f" {_unusual(funnel)}" if funnel.unusual else ""
        return f"{self._far(funnel)}{unusual}"

    def _far(self, funnel: Funnel) -> str:
        number = len(funnel.placed)
        if not funnel.far and funnel.widened:
            return f"None of {number} lies beyond the 99.8% limits: none stands out from the others, which differ by more than chance."
        if not funnel.far:
            return f"None of {number} lies beyond the 99.8% limits: no sign that any differs from the others by more than chance."
        verb = "lies" if len(funnel.far) == 1 else "lie"
        return f"{len(funnel.far)} of {number} {verb} beyond the 99.8% limits, likely more than chance: {self._named(funnel.far)}."

    def _named(self, those: Sequence[Placed]) -> str:
        return "; ".join(
            f"{self.names[each.unit.key]} ({each.zone.value.partition(' ')[0]})" for each in those
        )


def _unusual(funnel: Funnel) -> str:
    """How many are a little unusual, and how many of so many are by chance."""
    verb = "lies" if len(funnel.unusual) == 1 else "lie"
    by_chance = round(len(funnel.placed) / BY_CHANCE)
    expected = {0: "fewer than 1 is", 1: "about 1 is"}.get(by_chance, f"about {by_chance} are")
    return (
        f"{len(funnel.unusual)} {verb} beyond the 95% limits only, a little unusual: "
        f"of {len(funnel.placed)} compared, {expected} by chance alone."
    )


@router.get(HERE, response_class=HTMLResponse)
async def page(request: Request, actor: CurrentActor, connection: Reading) -> HTMLResponse:
    """A share of something by provider or practice, within limits as wide as chance makes each volume vary."""
    view = await view_of(request, actor, connection, FILTERS, also=PARAMETERS)
    asked = _asked(view)
    form: FilterForm = filter_form(view, HERE)
    return render(
        request,
        "reporting/compare.html",
        status_code=422 if asked.errors else 200,
        view=view,
        errors=asked.errors,
        form=form,
        query=view.queried(**asked.pairs),
        sorts=[(Sort.PROVIDERS, "Providers"), *_practices_too(view)],
        measures=[(each.value, SHARES[each].title) for each in Compared],
        shown=await _shown(connection, view, asked),
    )


@as_files(router, HERE)
async def files(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    """The same comparison."""
    view = await file_view_of(request, actor, connection, FILTERS, also=PARAMETERS)
    asked = _asked(view)
    refuse(asked.errors)
    shown = await _shown(connection, view, asked)
    told = shown.comparison.share
    rows: list[Row] = [
        ("Organisation", shown.part, told.volume, "Share", "Compared with the others")
    ]
    rows += [
        (shown.names[line.code], line.part, line.whole, line.share, _zone(line))
        for line in shown.comparison.lines
    ]
    return TableFile(f"compare-{asked.sort}", rows)


def _zone(line: Line) -> str:
    return "Not compared" if line.zone is None else line.zone.value.capitalize()


def _practices_too(view: View) -> list[tuple[Sort, str]]:
    """Practices are compared by those who see them one by one."""
    several = view.choices.practices and not view.scope.redacted
    return [(Sort.PRACTICES, "Practices")] if several else []


def _asked(view: View) -> Asked:
    errors = dict(view.errors)
    of, by = view.asked.get("of", ""), view.asked.get("by", "")
    sort = Sort.PROVIDERS
    if of == Sort.PRACTICES and _practices_too(view):
        sort = Sort.PRACTICES
    elif of not in ("", Sort.PROVIDERS):
        errors["of"] = "Choose whom to compare from the list: what the address names is not there"
    compared = Compared.LATE
    if by in list(Compared):
        compared = Compared(by)
    elif by:
        errors["by"] = "Choose a share from the list: the one in the address is not there"
    if compared is Compared.THEME and view.filters.theme is None:
        errors.setdefault("theme", "Choose the theme whose share is compared")
    return Asked(sort, compared, errors)


async def _shown(connection: AsyncConnection, view: View, asked: Asked) -> Shown:
    counts, of_theme = await _counts(connection, view, asked)
    running = await _running(connection, view, asked)
    units = units_of(asked.compared, counts, of_theme, running)
    comparison = compare(asked.compared, units, view.rule)
    names = await directory.names(connection, [line.code for line in comparison.lines])
    single = not view.scope.redacted
    theme = view.filters.theme or ""
    shown = Shown(
        asked,
        comparison,
        names,
        {code: page_of(asked.sort, code) for code in names} if single else {},
        {line.code: _listed(view, asked, line.code, part=True) for line in comparison.lines},
        {line.code: _listed(view, asked, line.code, part=False) for line in comparison.lines},
        view.choices.themes.get(theme) if asked.compared is Compared.THEME else None,
    )
    funnel = comparison.funnel
    if funnel is None:
        return shown
    labels = FunnelLabels(
        title=shown.title,
        volume=comparison.share.volume,
        names=names,
        direction=comparison.share.direction,
        address=lambda placed: shown.parts.get(placed.unit.key) if _any(placed) else None,
    )

    drawn = replace(shown, centre=value_told(funnel.centre, funnel, labels))
    if not funnel.telling:
        return drawn
    return replace(
        drawn,
        wide=funnel_chart("compare-wide", funnel, labels, WIDE),
        narrow=funnel_chart("compare-narrow", funnel, labels, NARROW),
    )


def _any(placed: Placed) -> bool:
    return placed.unit.count > 0


async def _counts(
    connection: AsyncConnection, view: View, asked: Asked
) -> tuple[Mapping[str, Counted], Mapping[str, Counted]]:
    """By organisation: of the theme chosen, or of all where that theme's share is compared; and of the theme then."""
    theme = view.filters.theme or ""
    of_theme: Mapping[str, Counted] = {}
    if asked.compared is Compared.THEME:
        if not theme:
            return {}, {}
        of_theme = await _by_organisation(connection, view, asked.sort, asked.compared, theme)
        theme = ""
    return await _by_organisation(connection, view, asked.sort, asked.compared, theme), of_theme


async def _by_organisation(
    connection: AsyncConnection, view: View, sort: Sort, compared: Compared, theme: str
) -> Mapping[str, Counted]:
    if sort is Sort.PROVIDERS:
        return await repository.providers(connection, view.question, theme=theme)
    told = SHARES[compared]
    return await repository.practice_stages(
        connection,
        view.question,
        view.choices.practices.keys(),
        theme=theme,
        measures=kept_for(told.part, told.whole),
    )


async def _running(connection: AsyncConnection, view: View, asked: Asked) -> Mapping[str, int]:
    """By organisation, the reports whose response clock still runs, where the share heeds them."""
    told = SHARES[asked.compared]
    if not heeds_running(told.part, told.whole):
        return {}
    column: Literal["provider", "reporter"] = (
        "provider" if asked.sort is Sort.PROVIDERS else "reporter"
    )
    return await running_by(connection, view.question, column, view.now)


def _listed(view: View, asked: Asked, code: str, *, part: bool) -> str | None:
    """Where an organisation's reports are listed."""
    told, period, filters = SHARES[asked.compared], view.question.period, view.filters
    filters = (
        replace(filters, provider=code)
        if asked.sort is Sort.PROVIDERS
        else replace(filters, practice=code)
    )
    if asked.compared is Compared.THEME:
        filters = filters if part else replace(filters, theme=None)
        return view.listed(filters, period.first, period.last)
    stage = told.part if part else told.whole
    also = {} if stage is Measure.REPORTS else {"stage": stage.value}
    return view.listed(filters, period.first, period.last, **also)
