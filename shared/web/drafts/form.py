"""The draft of the form that a request is about: given back, kept, discarded, and gone once the form is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.directory import repository as directory
from shared.platform.errors import TooLarge
from shared.platform.http import runtime_of
from shared.web.actors import Actor, CurrentActor, Elsewhere
from shared.web.addresses import safe_next
from shared.web.drafts import repository
from shared.web.drafts.address import form_address
from shared.web.drafts.content import Drafts, Place, TooLong, worth_keeping
from shared.web.drafts.repository import Unfinished
from shared.web.forms import Form, PostedValues, posted_values, typed_in
from shared.web.session import CSRF, Ended

WISH, THEN = "draft", "draft_then"
"""Fields of every form with a draft: the button that saves or discards it, and the page to show after that."""
SAVE, DISCARD = "save", "discard"
_MACHINERY = frozenset({CSRF, WISH, THEN})


@dataclass(frozen=True)
class Notice:
    """What the layout tells above a form that a draft has filled."""

    form: str
    saved_at: datetime
    kept_until: datetime


@dataclass(frozen=True)
class Unsent:
    """An unfinished form as a page lists it."""

    form: str
    title: str
    saved_at: datetime
    is_open: bool = True
    """Whether its page can still be opened and sent."""


class FormDraft:
    """The signed-in person's draft of this form, whether or not there is one."""

    def __init__(self, request: Request, place: Place) -> None:
        self._request = request
        self._place = place

    async def over(
        self, connection: AsyncConnection, model: type[Form], values: Mapping[str, object]
    ) -> dict[str, object]:
        """The form's values: what had been typed in the place of `values`, and the page says so. `values` where there is no draft."""
        kept = await repository.find(connection, self._place, _drafts(self._request).keep)
        typed = _drafts(self._request).cipher.unlock(self._place, kept.content) if kept else None
        if kept is None or typed is None:
            return dict(values)
        until = kept.saved_at + _drafts(self._request).keep
        self._request.state.draft_notice = Notice(self._place.form, kept.saved_at, until)
        return {**values, **typed_in(typed, model)}

    async def keep(self, connection: AsyncConnection, values: PostedValues) -> None:
        """In the place of an older one. Raises `TooLong`."""
        content = _drafts(self._request).cipher.lock(self._place, worth_keeping(values, _MACHINERY))
        await repository.save(connection, self._place, content)

    async def sent(self, connection: AsyncConnection, **same: str) -> None:
        """The form was accepted: its draft goes. Where `same` names a field and its value, a draft of another thing stays."""
        kept = await repository.find(connection, self._place, _drafts(self._request).keep)
        typed = _drafts(self._request).cipher.unlock(self._place, kept.content) if kept else None
        if typed is None or all(typed.first(name) == value for name, value in same.items()):
            await repository.remove(connection, self._place)

    async def discard(self, connection: AsyncConnection) -> None:
        await repository.remove(connection, self._place)


async def form_draft(request: Request, actor: CurrentActor) -> FormDraft:
    """Dependency. Where the person pressed "Save and finish later" or "Delete" it does that, and raises `Elsewhere`: the form's own
    handler, which would check what was typed, is not asked."""
    draft = FormDraft(request, _place(request, actor))
    if request.method != "POST":
        return draft
    values = await posted_values(request)
    wish = values.first(WISH)
    if wish not in {SAVE, DISCARD}:
        return draft
    async with runtime_of(request).transactions.begin() as tx:
        if wish == DISCARD:
            await draft.discard(tx.connection)
        else:
            await _save(draft, tx.connection, values)
    raise Elsewhere(safe_next(values.first(THEN)))


Draft = Annotated[FormDraft, Depends(form_draft)]
"""Ask for it after the role and before the transaction."""


async def _save(draft: FormDraft, connection: AsyncConnection, values: PostedValues) -> None:
    try:
        await draft.keep(connection, values)
    except TooLong:
        raise TooLarge("This is more than we can keep. Go back and shorten it.") from None


async def keep_of(request: Request, ended: Ended, values: PostedValues) -> bool:
    """Keep what was typed for somebody whose session has ended. False, and nothing kept, where the form has no draft, where nothing or
    far too much was typed, and where the person is no longer a member."""
    typed = worth_keeping(values, _MACHINERY)
    if not has_draft(request) or not any(value.strip() for _, value in typed.pairs):
        return False
    place = Place(ended.subject, ended.organisation, form_address(request))
    async with runtime_of(request).transactions.begin() as tx:
        members = await directory.memberships(tx.connection, ended.subject)
        if all(one.organisation.code != ended.organisation for one in members):
            return False
        try:
            await FormDraft(request, place).keep(tx.connection, values)
        except TooLong:
            return False
    return True


async def unfinished(
    request: Request, actor: Actor, connection: AsyncConnection, address: str
) -> list[Unfinished]:
    """The person's drafts of the form at this address and of those below it, newest first."""
    place = Place(actor.subject, actor.organisation.code, address)
    return await repository.unfinished(connection, place, _drafts(request).keep)


def has_draft(request: Request) -> bool:
    """Whether the route's handler asks for its draft."""
    route = request.scope.get("route")
    return isinstance(route, APIRoute) and asks_for_draft(route.dependant)


def asks_for_draft(dependant: Dependant) -> bool:
    return dependant.call is form_draft or any(map(asks_for_draft, dependant.dependencies))


def _place(request: Request, actor: Actor) -> Place:
    return Place(actor.subject, actor.organisation.code, form_address(request))


def _drafts(request: Request) -> Drafts:
    drafts: Drafts = request.app.state.drafts
    return drafts
