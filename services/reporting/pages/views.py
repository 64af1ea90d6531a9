"""What a trend page shows to one reader: scope first, then the filters they may use, then the numbers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import LONGEST_MONTHS, Window, ended_in, last_whole
from services.reporting.domain.cubes import MonthOf
from services.reporting.domain.filters import (
    OF_PERIOD,
    UNKNOWN,
    Choices,
    Filters,
    parse,
    query_of,
    refusal,
    refused,
)
from services.reporting.domain.joining import NOBODY, Joining, ends
from services.reporting.domain.judging import FIELDS, PLAIN, Judging, parse_judging
from services.reporting.domain.known import LONDON, month_of
from services.reporting.domain.months import Period, long_name, period, plus, tiled
from services.reporting.domain.numbers import EXACT, SmallNumbers
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Overseer, Scope, narrowed, scope_of, wider_scope
from services.reporting.repository import trends as repository
from services.reporting.repository.joining import joining_in, months_in
from services.reporting.settings import Settings
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind, OrganisationStatus, Role
from shared.directory import repository as directory
from shared.directory.domain import Listed
from shared.platform.errors import Forbidden, NotFound, Unprocessable
from shared.platform.http import runtime_of
from shared.web.actors import Actor

LISTS = "/trends/reports"
"""Where the reports behind a figure are listed."""


@dataclass(frozen=True)
class View:
    """Who reads what: the question that every number of the page answers."""

    question: Question
    address: Filters
    """As in this page's address; the question may be narrower, since a theme's page is of one theme."""
    choices: Choices
    errors: dict[str, str]
    first: date | None
    """The first month with reports in scope, and the newest."""
    newest: date | None
    now: datetime
    small_numbers: SmallNumbers
    """For numbers that count reports which the reader may not open."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the address as they were typed."""
    judging: Judging = PLAIN
    joining: Joining = NOBODY
    """Since when these reports can be judged."""
    overseer: Overseer | None = None
    """The commissioner of the reader's area, and who is in it; none for who has none."""
    answers: Collection[str] = ()
    """The filters that this page's numbers heed: those that its form offers."""

    @property
    def area(self) -> Scope:
        """All reports of the reader's area: exact for its quality leads, else by the rule for small numbers."""
        wider = wider_scope(self.overseer)
        if self.scope.area is not None and not self.scope.redacted:
            return self.scope
        return wider

    @property
    def area_rule(self) -> SmallNumbers:
        return self.small_numbers if self.area.redacted else EXACT

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
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    @cached_property
    def window(self) -> Window:
        """The months that this page's charts are of. Where the reader did not choose, charts of few reports go back further."""
        period = self.question.period
        chosen = bool(self.filters.months or self.filters.since)
        longest = (
            None if chosen else plus(min(period.last, last_whole(self.today)), 1 - LONGEST_MONTHS)
        )
        joined, ended = self.joining, ended_in(self.newest, self.today)
        return Window(period, joined.first, self.today, self.rule, longest, joined.rebase, ended)

    @property
    def joined(self) -> str:
        """Why limits begin anew in all charts of the page; empty where they do not."""
        rebase = self.joining.rebase
        if rebase is None or rebase.on <= self.window.begins:
            return ""
        return f"In all charts, limits begin anew in {long_name(rebase.on)}: {rebase.reason}."

    @property
    def whole(self) -> Period | None:
        """The period's whole months."""
        period, last = self.question.period, self.window.whole
        return Period(period.first, last) if period.first <= last else None

    @property
    def query(self) -> str:
        """The address part of this view."""
        return query_of({**self.address.pairs, **self.judging.pairs})

    def queried(self, **changes: str) -> str:
        """The same with some parameters changed; empty ones go."""
        asked = {**self.address.pairs, **self.judging.pairs, **changes}
        return query_of({name: value for name, value in asked.items() if value})

    def listed(self, filters: Filters, first: date, last: date, **also: str) -> str | None:
        """Where these reports of these months are listed, with the theme among the filters and `also` further parameters of the list;
        none for who may not open them."""
        return self.lists_of(filters, **also)(first, last)

    def lists_of(self, filters: Filters, **also: str) -> Callable[[date, date], str | None]:
        """The same for many months: a chart has an address for each of its points."""
        if self.scope.redacted:
            return lambda _first, _last: None
        asked = {name: value for name, value in filters.pairs.items() if name not in OF_PERIOD}
        rest = query_of({**asked, **also})
        begin = f"{LISTS}{rest}{'&' if rest else '?'}"
        return lambda first, last: f"{begin}since={first:%Y-%m}&until={last:%Y-%m}"

    def over(self, first: date, last: date) -> Question:
        """The same question of other months."""
        return replace(self.question, period=Period(first, last))

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
        current = month_of(self.today)
        if last >= current:
            return None
        later = plus(last, self.filters.month_count)
        return self.address.ending(None if later >= last_whole(self.today) else later).query


def rule_of(request: Request) -> SmallNumbers:
    """For numbers that count reports which the reader may not open: the setting."""
    return SmallNumbers(cast("Settings", runtime_of(request).settings).small_numbers_below)


async def view_of(
    request: Request,
    actor: Actor,
    connection: AsyncConnection,
    answers: Collection[str],
    *,
    totals: Collection[str] | None = None,
    also: Collection[str] = (),
    judged: bool = False,
    **fixed: str,
) -> View:
    """The view that the address asks for, within what the actor may see.

    `answers` are the filters that the page's numbers heed, and `totals` those of it where who sees totals only gets another page. A filter
    that is not among them is refused like one that nobody knows. `fixed` are filters that the page itself sets (`theme="medication"`): the caller has made sure that the reader may see them, or asks
    `known`. `judged`: the page lets the reader say how its chart is judged; `also` are its other parameters.
    """
    now = await repository.now(connection)
    today = now.astimezone(LONDON).date()
    current = month_of(today)
    overseer = await overseer_of(connection, actor)
    scope = scope_of(actor.organisation, actor.roles, actor.codes, overseer)
    small_numbers = rule_of(request)
    rule = small_numbers if scope.redacted else EXACT
    titles = await repository.titles_in(connection, scope, rule.below)
    choices = await _choices(connection, scope, overseer.area if overseer else (), titles)
    if scope.redacted and totals is not None:
        answers = totals
    unanswered = refused(request.query_params, answers)
    asked = {name: value for name, value in request.query_params.items() if name not in unanswered}
    choices = await _with_own(connection, choices, scope, {**asked, **fixed})
    for name, value in fixed.items():
        if value not in choices.of(name):
            raise NotFound(f"There is no such {name}. It may have been renamed or merged.")
    theme = fixed.get("theme") or asked.get("theme", "")
    if theme in titles:
        choices = replace(choices, sub_themes=await repository.sub_titles(connection, theme))
    judging, wrong = parse_judging(asked, today) if judged else (PLAIN, {})
    known = (*also, *(FIELDS if judged else ()))
    filters, errors = parse({**asked, **fixed}, choices, current, known)
    if unanswered:
        errors["filters"] = refusal(unanswered.values())
    if filters.commissioner is not None and overseer is not None:
        title = f"Reports of practices of {choices.commissioners[filters.commissioner]}"
        theirs = [each.code for each in overseer.area if each.commissioner == filters.commissioner]
        scope = narrowed(scope, title, theirs)
    practice = filters.practice
    in_scope = await months_in(connection, scope, practice)
    first, newest = ends(in_scope[MonthOf.EVENT], rule.below)
    reported = in_scope[MonthOf.REPORT]
    until = ended_in(newest, today) or current
    joined = await joining_in(connection, scope, practice, reported, until)
    whole = last_whole(today)
    if not rule.exact and filters.until is not None:
        latest = min(whole, newest or whole)
        until = tiled(filters.until, latest, filters.month_count)
        filters = filters.ending(None if until == latest else until)
    months = period(
        filters.month_count,
        filters.since,
        filters.until,
        newest=newest,
        current=current,
        whole=whole,
    )
    return View(
        question=Question(scope, filters, months),
        address=replace(filters, **dict.fromkeys(fixed)),
        choices=choices,
        errors=errors | wrong,
        first=first,
        newest=newest,
        now=now,
        small_numbers=small_numbers,
        asked=asked,
        judging=judging,
        joining=joined,
        overseer=overseer,
        answers=answers,
    )


async def file_view_of(
    request: Request,
    actor: Actor,
    connection: AsyncConnection,
    answers: Collection[str],
    *,
    totals: Collection[str] | None = None,
    also: Collection[str] = (),
    judged: bool = False,
    **fixed: str,
) -> View:
    """The same for a file, which has nowhere to say what is wrong. Raises `Unprocessable`: nobody should keep a file of something else
    than was asked for."""
    view = await view_of(
        request, actor, connection, answers, totals=totals, also=also, judged=judged, **fixed
    )
    refuse(view.errors)
    return view


def refuse(errors: Mapping[str, str]) -> None:
    """Raises `Unprocessable` where there are any."""
    if errors:
        raise Unprocessable(". ".join(errors.values()) + ".")


def known_only(request: Request, *names: str) -> None:
    """Raises `Unprocessable` for an address that asks a page without filters for anything but these parameters."""
    if request.query_params.keys() - {*names}:
        raise Unprocessable(f"{UNKNOWN}. Take it out of the address.")


def must_open(view: View) -> None:
    """Raises `Forbidden` for who sees totals only."""
    if view.scope.redacted:
        raise Forbidden("You can see totals here, but not single reports.")


async def overseer_of(connection: AsyncConnection, actor: Actor) -> Overseer | None:
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
    """Readers of redacted totals may not narrow them down to one organisation or to months of their choice; nobody is offered what
    can only be themselves. Closed organisations of the area stay on offer, for what was reported by and about them."""
    if scope.redacted:
        return Choices(themes=titles)
    providers: list[Listed] = []
    practices: list[Listed] = []
    if scope.reporters:
        closed = [each.code for each in area if each.status is OrganisationStatus.CLOSED]
        providers = await directory.listed(connection, PROVIDER_KINDS, also=closed)
    if scope.providers or scope.area is not None:
        known = area
        if not area and scope.area is None:
            known = await directory.listed(connection, {OrganisationKind.PRACTICE})
        practices = [each for each in known if each.kind is OrganisationKind.PRACTICE]
    return Choices(
        titles,
        {each.code: each.name for each in providers},
        {each.code: each.name for each in practices},
        commissioners=await _commissioners(connection, scope, practices),
        any_months=True,
    )


async def _commissioners(
    connection: AsyncConnection, scope: Scope, practices: Sequence[Listed]
) -> dict[str, str]:
    """Those in the practices' records: who is asked for an area has what several oversaw."""
    if scope.area is None:
        return {}
    return await named(connection, {each.commissioner for each in practices if each.commissioner})


async def _with_own(
    connection: AsyncConnection, choices: Choices, scope: Scope, asked: Mapping[str, str]
) -> Choices:
    """With the reader's own organisation where it is asked for: nobody is offered it who sees nothing else, but its page leads on to
    themes and lists of it."""
    if scope.redacted:
        return choices
    provider, practice = asked.get("provider", ""), asked.get("practice", "")
    if provider in (scope.providers or ()) and provider not in choices.providers:
        name = await directory.names(connection, [provider])
        choices = replace(choices, providers={**choices.providers, **name})
    if practice in (scope.reporters or ()) and practice not in choices.practices:
        name = await directory.names(connection, [practice])
        choices = replace(choices, practices={**choices.practices, **name})
    return choices


async def named(connection: AsyncConnection, codes: Collection[str]) -> dict[str, str]:
    """By code, in the order of their names."""
    found = await directory.names(connection, set(codes))
    return dict(sorted(found.items(), key=lambda item: item[1]))
