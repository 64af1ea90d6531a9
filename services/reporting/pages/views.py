"""From an address to what its page shows: scope first, then the filters that the reader may use, then the months."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ParamSpec, cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import ended_in, last_whole
from services.reporting.domain.cubes import MonthOf
from services.reporting.domain.filters import UNKNOWN, Choices, Filters, parse, refusal, refused
from services.reporting.domain.joining import Joining, ends, regular_from
from services.reporting.domain.judging import FIELDS, PLAIN, parse_judging
from services.reporting.domain.known import LONDON, month_of
from services.reporting.domain.months import Period, period, tiled
from services.reporting.domain.numbers import EXACT, SmallNumbers
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Overseer, Scope, narrowed, scope_of
from services.reporting.pages.choosing import choices_of, overseer_of
from services.reporting.pages.view import View
from services.reporting.repository import trends as repository
from services.reporting.repository.joining import joining_in, months_in
from services.reporting.repository.succession import codes_of
from services.reporting.settings import Settings
from shared.directory.repository import successors
from shared.platform.errors import Forbidden, Unprocessable
from shared.platform.http import runtime_of
from shared.web.actors import Actor

P = ParamSpec("P")


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
    of_any_length: bool = False,
    **fixed: str,
) -> View:
    """The view that the address asks for, within what the actor may see.

    `answers` are the filters that the page's numbers heed, and `totals` those of it where who sees totals only gets another page. A filter
    that is not among them is refused like one that nobody knows. `fixed` are filters that the page itself sets (`theme="medication"`): the caller has made sure that the reader may see them, or asks
    `known`. `judged`: the page lets the reader say how its chart is judged; `also` are its other parameters. `of_any_length`: its period
    may be.
    """
    reader = await _reader(request, actor, connection)
    if reader.scope.redacted and totals is not None:
        answers = totals
    unanswered = refused(request.query_params, answers)
    asked = {name: value for name, value in request.query_params.items() if name not in unanswered}
    choices = await choices_of(
        connection,
        reader.scope,
        reader.overseer,
        reader.rule.below,
        asked,
        fixed,
        services="service" in answers,
    )
    judging, wrong = parse_judging(asked, reader.today) if judged else (PLAIN, {})
    known = (*also, *(FIELDS if judged else ()))
    filters, errors = parse(
        {**asked, **fixed}, choices, month_of(reader.today), known, of_any_length=of_any_length
    )
    if unanswered:
        errors["filters"] = refusal(unanswered.values())
    scope = _narrowed(reader, filters, choices)
    extent = await _extent(connection, reader, scope, filters)
    filters, months = _months(reader, extent, filters)
    return View(
        question=Question(scope, filters, months, await _about(connection, filters)),
        address=replace(filters, **dict.fromkeys(fixed)),
        choices=choices,
        errors=errors | wrong,
        first=extent.first,
        newest=extent.newest,
        now=reader.now,
        small_numbers=reader.small_numbers,
        asked=asked,
        judging=judging,
        joining=extent.joining,
        overseer=reader.overseer,
        answers=answers,
    )


@dataclass(frozen=True)
class _Reader:
    """Who reads, and when."""

    now: datetime
    overseer: Overseer | None
    scope: Scope
    small_numbers: SmallNumbers

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    @property
    def rule(self) -> SmallNumbers:
        """How the numbers of the scope are told."""
        return self.small_numbers if self.scope.redacted else EXACT


async def _reader(request: Request, actor: Actor, connection: AsyncConnection) -> _Reader:
    overseer = await overseer_of(connection, actor)
    scope = scope_of(actor.organisation, actor.roles, actor.codes, overseer)
    return _Reader(await repository.now(connection), overseer, scope, rule_of(request))


def _narrowed(reader: _Reader, filters: Filters, choices: Choices) -> Scope:
    """The reader's scope, or what the practices of the commissioner that is asked for reported."""
    code, overseer = filters.commissioner, reader.overseer
    if code is None or overseer is None:
        return reader.scope
    theirs = [each.code for each in overseer.area if each.commissioner == code]
    return narrowed(reader.scope, f"Reports of practices of {choices.commissioners[code]}", theirs)


@dataclass(frozen=True)
class _Extent:
    """From when to when there are reports, and since when they can be judged."""

    first: date | None
    newest: date | None
    joining: Joining


async def _about(connection: AsyncConnection, filters: Filters) -> frozenset[str] | None:
    """The codes of the provider that is asked for."""
    one = filters.provider
    return None if one is None else (await codes_of(connection, [one]))[one]


async def _extent(
    connection: AsyncConnection, reader: _Reader, scope: Scope, filters: Filters
) -> _Extent:
    practice, provider = filters.practice, filters.provider
    in_scope = theirs = await months_in(connection, scope, practice)
    gone = provider is not None and provider in await successors(connection, [provider])
    if gone:
        # What is reported of it now is its successor's: that its own numbers end is no change of care.
        theirs = await months_in(connection, scope, practice, provider)
    # Who sees rounded numbers is told nothing of months with few, nor of single practices.
    least = reader.rule.below
    first, newest = ends(theirs[MonthOf.EVENT], least)
    until = (newest if gone else ended_in(newest, reader.today)) or month_of(reader.today)
    reported = {each: n for each, n in in_scope[MonthOf.REPORT].items() if n >= least}
    joined = await joining_in(connection, scope, practice, reported, until)
    if gone:
        # Nor is what came before its own reports any: it may have succeeded somebody itself.
        begins = regular_from(theirs[MonthOf.REPORT])
        known = begins and joined.first and max(begins, joined.first)
        joined = replace(joined, first=known, silent=True)
    return _Extent(first, newest, joined if reader.rule.exact else joined.unexplained())


def _months(reader: _Reader, extent: _Extent, filters: Filters) -> tuple[Filters, Period]:
    """Which are looked at. Who does not see exact numbers cannot choose months that overlap others."""
    whole, newest = last_whole(reader.today), extent.newest
    if not reader.rule.exact and filters.until is not None:
        latest = min(whole, newest or whole)
        until = tiled(filters.until, latest, filters.month_count)
        filters = filters.ending(None if until == latest else until)
    months = period(
        filters.month_count,
        filters.since,
        filters.until,
        newest=newest,
        current=month_of(reader.today),
        whole=whole,
    )
    return filters, months


def _without_errors(read: Callable[P, Awaitable[View]]) -> Callable[P, Awaitable[View]]:
    async def view(*args: P.args, **kwargs: P.kwargs) -> View:
        found = await read(*args, **kwargs)
        refuse(found.errors)
        return found

    return view


file_view_of = _without_errors(view_of)
"""The same for a file, which has nowhere to say what is wrong. Raises `Unprocessable`: nobody should keep a file of something else than was
asked for."""


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
