"""Who asks, for which organisation, and what they may do there: from the session, and from the directory at each request, so that
somebody removed from the directory is out at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from shared.contracts.directory import Role
from shared.directory import repository
from shared.directory.repository import Membership, Organisation
from shared.platform.audit import Author, AuthorKind
from shared.platform.errors import Forbidden, Unauthorized
from shared.platform.http import set_author
from shared.web.session import ORGANISATION, SUBJECT

FindMemberships = Callable[[str], Awaitable[Sequence[Membership]]]


@dataclass(frozen=True)
class Actor:
    """A signed-in person acting for an organisation."""

    subject: str
    member_id: UUID | None
    name: str
    organisation: Organisation
    roles: frozenset[Role]
    has_choice: bool = False
    """Whether there are other organisations to act for."""
    predecessors: frozenset[str] = frozenset()
    """Organisations that this one succeeded: what was theirs is now its own."""

    @property
    def codes(self) -> frozenset[str]:
        """Every code the person acts for: whatever is scoped by organisation is scoped by these."""
        return self.predecessors | {self.organisation.code}

    def may(self, *roles: Role) -> bool:
        """Whether the person has one of these roles."""
        return not self.roles.isdisjoint(roles)


class Elsewhere(Exception):
    """This page cannot be shown before another one: go there."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


async def go_elsewhere(_: Request, error: Exception) -> Response:
    if not isinstance(error, Elsewhere):
        raise error
    return RedirectResponse(error.address, 303)


def find_memberships(request: Request) -> FindMemberships:
    """How memberships are found: in this service's own read model. Tests put their own in its place."""

    async def find(subject: str) -> Sequence[Membership]:
        async with request.app.state.runtime.transactions.read() as connection:
            return await repository.memberships(connection, subject)

    return find


Memberships = Annotated[FindMemberships, Depends(find_memberships)]


async def maybe_actor(request: Request, memberships: Memberships) -> Actor | None:
    """Who is signed in and has chosen an organisation, if anybody. API requests never are: they bring a key, not a session."""
    subject = request.session.get(SUBJECT)
    if not isinstance(subject, str) or request.url.path.startswith("/api/"):
        return None
    found = await memberships(subject)
    for membership in found:
        if membership.organisation.code == request.session.get(ORGANISATION):
            actor = actor_of(membership, has_choice=len(found) > 1)
            request.state.actor = actor
            set_author(request, author_of(actor))
            return actor
    return None


def author_of(actor: Actor) -> Author:
    """The person as the history names them."""
    return Author(
        AuthorKind.PERSON,
        actor.name,
        identity=str(actor.member_id) if actor.member_id else None,
        acting_for=actor.organisation.code,
    )


def actor_of(membership: Membership, *, has_choice: bool = False) -> Actor:
    member = membership.member
    return Actor(
        subject=member.subject,
        member_id=member.member_id,
        name=member.name,
        organisation=membership.organisation,
        roles=member.roles,
        predecessors=membership.predecessors,
        has_choice=has_choice,
    )


MaybeActor = Annotated[Actor | None, Depends(maybe_actor)]


async def current_actor(request: Request, actor: MaybeActor) -> Actor:
    """Raises `Elsewhere` to the sign-in page, or to the choice of an organisation; `Unauthorized` under `/api/`."""
    if actor is not None:
        return actor
    if request.url.path.startswith("/api/"):
        raise Unauthorized("Send an API key: Authorization: Bearer <key>.")
    address = _return_to(request)
    if SUBJECT in request.session:
        raise Elsewhere(f"/organisation?next={quote(address, safe='/')}")
    raise Elsewhere(sign_in_again(address))


def sign_in_again(address: str) -> str:
    """The sign-in that leads back to this address of ours."""
    return f"/sign-in?next={quote(address, safe='/')}"


CurrentActor = Annotated[Actor, Depends(current_actor)]


def require(*roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency for pages of one of these roles: `Responder = Annotated[Actor, Depends(require(Role.RESPONDER))]`."""

    async def check(actor: CurrentActor) -> Actor:
        if not actor.may(*roles):
            raise Forbidden(
                "Your role does not include this page. Ask your administrator if it should."
            )
        return actor

    return check


def _return_to(request: Request) -> str:
    """The page itself; after a form, the page's address without what was asked of it."""
    path = request.url.path
    return f"{path}?{request.url.query}" if request.method == "GET" and request.url.query else path
