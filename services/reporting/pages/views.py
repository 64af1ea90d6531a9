"""What a trend page shows to one reader: scope first, then the filters they may use, then the numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.filters import Choices, Filters, parse
from services.reporting.domain.known import LONDON, month_of
from services.reporting.domain.months import period, plus, tiled
from services.reporting.domain.numbers import EXACT, Number, SmallNumbers
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Overseer, Scope, scope_of, wider_scope
from services.reporting.domain.trends import (
    Heat,
    Performance,
    TenetChart,
    ThemeTrend,
    heat_of,
    others,
    tenet_chart,
    theme_trends,
)
from services.reporting.repository import trends as repository
from services.reporting.repository.records import overdue
from services.reporting.settings import Settings
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind, OrganisationStatus, Role
from shared.directory import repository as directory
from shared.directory.domain import Listed
from shared.platform.http import runtime_of
from shared.web.actors import Actor

REPORTS_BY_TENET = "Reports each month by tenet"
FEW_MONTHS = 3
"""With fewer months of data than this, nothing can be called a trend."""


@dataclass(frozen=True)
class View:
    """Who reads what: the question that every number of the page answers."""

    question: Question
    address: Filters
    """As in this page's address; the question may be narrower, since a theme's page is of one theme."""
    wider: Scope | None
    """Redacted totals to stand beside the reader's own, for a practice."""
    choices: Choices
    errors: dict[str, str]
    first: date | None
    """The first month with data in scope: before it there is none, which is not zero."""
    now: datetime
    small_numbers: SmallNumbers
    """For numbers that count reports which the reader may not open."""

    @property
    def rule(self) -> SmallNumbers:
        """How this page's numbers are told."""
        return self.small_numbers if self.scope.redacted else EXACT

    @property
    def scope(self) -> Scope:
        return self.question.scope

    @property
    def filters(self) -> Filters:
        return self.question.filters

    @property
    def months_of_data(self) -> int:
        return sum(self.first is not None and m >= self.first for m in self.question.period.months)

    @property
    def too_few_months(self) -> bool:
        return self.months_of_data < FEW_MONTHS

    @property
    def earlier(self) -> str | None:
        """The address part of the months before these, if there may be data."""
        first = self.question.period.first
        if self.first is None or first <= self.first:
            return None
        return self.address.ending(plus(first, -1)).query

    @property
    def later(self) -> str | None:
        last = self.question.period.last
        current = month_of(self.now.astimezone(LONDON).date())
        if last >= current:
            return None
        later = min(current, plus(last, self.filters.month_count))
        return self.address.ending(later).query


@dataclass(frozen=True)
class Overview:
    """The numbers of the overview."""

    chart: TenetChart
    themes: list[ThemeTrend]
    providers: Mapping[str, str]
    heat: Heat
    performance: Performance
    wider: tuple[Number, ...] | None
    """Everybody else's reports each month, as far as they may be told."""


@dataclass(frozen=True)
class ThemeDetail:
    """The numbers of one theme's page."""

    chart: TenetChart
    sub_themes: Heat
    providers: Mapping[str, str]
    heat: Heat
    performance: Performance


def rule_of(request: Request) -> SmallNumbers:
    """For numbers that count reports which the reader may not open: the setting."""
    return SmallNumbers(cast("Settings", runtime_of(request).settings).small_numbers_below)


async def view_of(
    connection: AsyncConnection,
    actor: Actor,
    asked: Mapping[str, str],
    small_numbers: SmallNumbers,
    *,
    theme: str | None = None,
) -> View:
    """The view that the address asks for, within what the actor may see. `theme` is given by a theme's own page."""
    now = await repository.now(connection)
    current = month_of(now.astimezone(LONDON).date())
    overseer = await _overseer(connection, actor)
    scope = scope_of(actor.organisation, actor.roles, actor.codes, overseer)
    rule = small_numbers if scope.redacted else EXACT
    titles = await repository.titles_in(connection, scope, rule.below)
    choices = await _choices(connection, scope, overseer.area if overseer else (), titles)
    filters, errors = parse(asked, choices, current)
    first, newest = await repository.first_and_newest(connection, scope, rule.below)
    if not rule.exact and filters.until is not None:
        latest = period(filters.month_count, None, newest, current).last
        filters = filters.ending(tiled(filters.until, latest, filters.month_count))
    address = filters if theme is None else replace(filters, theme=None)
    if theme is not None:
        filters = replace(filters, theme=theme)
    months = period(filters.month_count, filters.until, newest, current)
    return View(
        question=Question(scope, filters, months),
        address=address,
        wider=_beside(actor, scope, overseer),
        choices=choices,
        errors=errors,
        first=first,
        now=now,
        small_numbers=small_numbers,
    )


async def _overseer(connection: AsyncConnection, actor: Actor) -> Overseer | None:
    """Whose area the reader belongs to, none where there is none. A quality lead's is the organisation's own; a commissioner that was
    succeeded has passed its area on."""
    own = actor.organisation
    if actor.may(Role.QUALITY_LEAD) or own.kind is OrganisationKind.COMMISSIONER:
        return Overseer(own.code, own.name, await directory.area(connection, actor.codes))
    code = own.commissioner
    if code is None:
        return None
    today = (await directory.successors(connection, [code])).get(code, code)
    name = (await directory.names(connection, [today]))[today]
    codes = await directory.stands_for(connection, [today])
    return Overseer(today, name, await directory.area(connection, codes))


async def _choices(
    connection: AsyncConnection,
    scope: Scope,
    area: Sequence[Listed],
    titles: Mapping[str, str],
) -> Choices:
    """Readers of redacted totals may not narrow them down to one organisation; nobody is offered what can only be themselves.
    Closed organisations of the area stay on offer, for what was reported by and about them."""
    if scope.redacted:
        return Choices(themes=titles)
    providers: list[Listed] = []
    practices: list[Listed] = []
    if scope.reporters:
        closed = [each.code for each in area if each.status is OrganisationStatus.CLOSED]
        providers = await directory.listed(connection, PROVIDER_KINDS, also=closed)
    if scope.providers:
        known = area or await directory.listed(connection, {OrganisationKind.PRACTICE})
        practices = [each for each in known if each.kind is OrganisationKind.PRACTICE]
    return Choices(
        titles,
        {each.code: each.name for each in providers},
        {each.code: each.name for each in practices},
    )


def _beside(actor: Actor, scope: Scope, overseer: Overseer | None) -> Scope | None:
    is_practice = actor.organisation.kind is OrganisationKind.PRACTICE
    if scope.redacted or not is_practice or overseer is None:
        return None
    return wider_scope(overseer)


async def overview(connection: AsyncConnection, view: View) -> Overview:
    question = view.question
    titles = view.choices.themes
    heat = heat_of(await repository.by_theme_and_provider(connection, question), titles, view.rule)
    return Overview(
        chart=await chart_of(connection, view, "overview"),
        themes=theme_trends(
            question.period,
            await repository.by_theme_and_month(connection, question),
            titles,
            view.first,
            view.rule,
        ),
        providers=await _named(connection, set(heat.columns)),
        heat=heat,
        performance=await performance_of(connection, view),
        wider=await _others(connection, view),
    )


async def theme_detail(connection: AsyncConnection, view: View, theme: str) -> ThemeDetail:
    question = view.question
    counts = await repository.by_theme_and_provider(connection, question)
    heat = heat_of(counts, view.choices.themes, view.rule)
    parts = await repository.by_sub_theme(connection, question, theme)
    return ThemeDetail(
        chart=await chart_of(connection, view, "theme"),
        sub_themes=heat_of(
            {(sub_theme, "", tenet): number for (sub_theme, tenet), number in parts.items()},
            await repository.sub_titles(connection, theme),
            view.rule,
        ),
        providers=await _named(connection, set(heat.columns)),
        heat=heat,
        performance=await performance_of(connection, view),
    )


async def chart_of(connection: AsyncConnection, view: View, key: str) -> TenetChart:
    return tenet_chart(
        key,
        REPORTS_BY_TENET,
        view.question.period,
        await repository.by_month_and_tenet(connection, view.question),
        view.first,
        view.rule,
    )


async def performance_of(connection: AsyncConnection, view: View) -> Performance:
    return Performance.of(
        await repository.stages(connection, view.question),
        await overdue(connection, view.question, view.now),
        view.rule,
    )


async def _others(connection: AsyncConnection, view: View) -> tuple[Number, ...] | None:
    """What the commissioner has of others, as filtered."""
    if view.wider is None:
        return None
    question = view.question
    return others(
        question.period.months,
        await repository.by_month_and_tenet(connection, replace(question, scope=view.wider)),
        await repository.by_month_and_tenet(connection, question),
        view.small_numbers,
    )


async def _named(connection: AsyncConnection, codes: set[str]) -> dict[str, str]:
    """By code, in the order of their names."""
    found = await directory.names(connection, codes)
    return dict(sorted(found.items(), key=lambda item: item[1]))
