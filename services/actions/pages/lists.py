"""The list of cases, which for a provider is its inbox, and the list of outstanding actions."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actions import repository
from services.actions.domain.clock import local_day
from services.actions.pages import words
from services.actions.pages.people import Reader, scope_of
from services.actions.repository import NOBODY, Filter, Listing, Scope, Urgency, View
from shared.contracts.directory import ResponsePolicy, Role
from shared.directory import repository as directory
from shared.platform.http import Reading
from shared.web.actors import Actor
from shared.web.filters import plural
from shared.web.pages import render

router = APIRouter()

LAST_PAGE = 400
"""Beyond this many pages nobody reads on: a filter is quicker, for the reader and for the database."""


class Side(StrEnum):
    """For who both answers and reports: which of the two is shown."""

    ABOUT_US = "about-us"
    BY_US = "by-us"


SIDES = {Side.ABOUT_US: "About us", Side.BY_US: "Reported by us"}

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what it gets wrong is as if it had not been said."""

    filter: Filter
    side: Side | None

    def address(self, page: int) -> str:
        asked = {"view": self.filter.view, "theme": self.filter.theme, "side": self.side}
        given = {name: value for name, value in asked.items() if value}
        return "/cases?" + urlencode(given | {"page": page})


@router.get("/cases")
async def cases(request: Request, actor: Reader, connection: Reading) -> Response:
    wanted = _wanted(request, actor)
    scope = _narrowed(scope_of(actor), wanted.side)
    now = await repository.database_time(connection)
    soon = timedelta(hours=_due_soon_hours(actor))
    listing = await repository.list_cases(connection, scope, wanted.filter, now)
    urgent = await repository.urgency(connection, scope, now, soon)
    return render(
        request,
        "cases.html",
        title=_title(actor),
        organisation=actor.organisation.name,
        wanted=wanted,
        listing=listing,
        heading=_heading(listing, wanted.filter),
        banner=_banner(urgent, _due_soon_hours(actor), _noun(actor)),
        names=await _names(connection, listing),
        themes=await repository.theme_choices(connection, scope, wanted.filter.view, now),
        sides=SIDES if actor.may(Role.RESPONDER) and actor.may(Role.REPORTER) else {},
        answers=scope.answers,
        reported=scope.reported,
        now=now,
        soon=soon,
        words=words,
    )


@router.get("/cases/actions")
async def outstanding_actions(request: Request, actor: Reader, connection: Reading) -> Response:
    page = _page(request)
    now = await repository.database_time(connection)
    actions, has_next = await repository.outstanding_actions(connection, scope_of(actor), page)
    return render(
        request,
        "outstanding_actions.html",
        organisation=actor.organisation.name,
        actions=actions,
        names=await directory.names(connection, {action.provider for action in actions}),
        today=local_day(now),
        page=page,
        has_next=has_next,
        answers=scope_of(actor).answers,
    )


def _wanted(request: Request, actor: Actor) -> Wanted:
    asked = request.query_params
    view = _choice(View, asked.get("view")) or (
        View.WAITING_FOR_PROVIDER if actor.may(Role.RESPONDER, Role.QUALITY_LEAD) else View.ALL
    )
    theme = asked.get("theme", "").replace("\0", "")[:80] or None
    return Wanted(Filter(view, theme, _page(request)), _choice(Side, asked.get("side")))


def _choice(choices: type[Choice], value: str | None) -> Choice | None:
    return next((choice for choice in choices if choice == value), None)


def _page(request: Request) -> int:
    page = request.query_params.get("page", "1")
    return min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdigit() else 1


def _narrowed(scope: Scope, side: Side | None) -> Scope:
    if side is Side.ABOUT_US:
        return replace(scope, reported=NOBODY)
    if side is Side.BY_US:
        return replace(scope, answers=NOBODY)
    return scope


def _due_soon_hours(actor: Actor) -> int:
    """A provider's own reminder; whoever looks at several providers gets the usual one."""
    own = actor.organisation.policy if actor.may(Role.RESPONDER) else ResponsePolicy()
    return own.due_soon_hours


def _title(actor: Actor) -> str:
    return "Inbox" if actor.may(Role.RESPONDER) else "Cases"


def _heading(listing: Listing, wanted: Filter) -> str:
    if listing.total > repository.MOST_COUNTED:
        count = f"More than {plural(repository.MOST_COUNTED, 'case')}"
    else:
        count = plural(listing.total, "case")
    has_clock = wanted.view in {View.WAITING_FOR_PROVIDER, View.OVERDUE}
    return f"{count}, {'least time left first' if has_clock else 'newest first'}"


def _noun(actor: Actor) -> str:
    """What is late: to a provider its alert, to whoever reported the answer."""
    return "alert" if actor.may(Role.RESPONDER, Role.QUALITY_LEAD) else "answer"


def _banner(urgent: Urgency, hours: int, noun: str) -> str:
    """`1 alert is overdue and 2 are due within 4 hours.`, or nothing when nothing is urgent."""
    within = f"due within {plural(hours, 'hour')}"
    parts = []
    if urgent.overdue:
        parts.append(f"{plural(urgent.overdue, noun)} {_are(urgent.overdue)} overdue")
    if urgent.due_soon:
        count = str(urgent.due_soon) if parts else plural(urgent.due_soon, noun)
        parts.append(f"{count} {_are(urgent.due_soon)} {within}")
    sentences = [" and ".join(parts)] if parts else []
    if urgent.to_confirm:
        waits = "waits" if urgent.to_confirm == 1 else "wait"
        sentences.append(
            f"{plural(urgent.to_confirm, 'outcome')} {waits} for you to confirm or dispute"
        )
    return " ".join(f"{sentence}." for sentence in sentences)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


async def _names(connection: AsyncConnection, listing: Listing) -> dict[str, str]:
    codes = {code for row in listing.rows for code in (row.reporter, row.provider)}
    return await directory.names(connection, codes)
