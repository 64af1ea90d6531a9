"""Who calls: an administrator, or one organisation's program, within its key's scopes. Bearer keys only; a browser's session opens
nothing here."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from services.intake import repository
from services.intake.api.problems import JsonRoute
from services.intake.domain.keys import KeyState, KeysUsed, Scope, read_key, same_secret
from services.intake.repository import KnownKey
from services.intake.settings import Settings
from shared.platform.audit import Author, AuthorKind
from shared.platform.errors import Forbidden, Unauthorized
from shared.platform.http import runtime_of, set_author
from shared.web.rates import Limit, rates_of

ADMINISTRATOR = "administrator"
"""Stands among the scopes of what only the administrator's key opens."""
ADMINISTRATORS_KEY = "Administrator's key"
SEND_A_KEY = "Send a valid API key: Authorization: Bearer <key>."
_NO_LONGER = {
    KeyState.REVOKED: "This API key has been revoked. Ask your administrator for another one.",
    KeyState.EXPIRED: "This API key has expired. Ask your administrator for another one.",
}

_bearer = HTTPBearer(
    auto_error=False,
    description="An API key: of one organisation, with scopes, or the administrator's, which has them all.",
    scheme_name="API key",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Client:
    """Whose key it is. Without organisation it is an administrator's, and acts for any."""

    organisation: str | None
    scopes: frozenset[Scope] = frozenset(Scope)

    @property
    def is_administrator(self) -> bool:
        return self.organisation is None

    def may_see(self, organisation: str) -> bool:
        return self.organisation in (None, organisation)


class KeyRoute(JsonRoute):
    """Lets a program in by its key before its body is read: who has none sends nothing that we keep in memory."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_known(request: Request) -> Response:
            credentials = await _bearer(request)
            key = credentials.credentials if credentials else ""
            request.state.client = await _let_in(request, key)
            return await handle(request)

        return handle_known


async def _client(request: Request, _: Credentials, needed: SecurityScopes) -> Client:
    """Whom `KeyRoute` let in. Raises `Forbidden` where the key has not a scope that the route needs."""
    client: Client = request.state.client
    if client.is_administrator:
        return client
    for scope in needed.scopes:
        if scope == ADMINISTRATOR:
            raise Forbidden("This needs an administrator's key.")
        if scope not in client.scopes:
            raise Forbidden(
                f"This key has not the scope {scope}. Ask your administrator for a key that has it."
            )
    return client


async def _let_in(request: Request, key: str) -> Client:
    """Raises `Unauthorized`, or `TooManyRequests` where an address has sent too many keys that open nothing, or a key or its
    organisation has asked too often."""
    settings = runtime_of(request).settings
    if key and isinstance(settings, Settings) and _is_administrators(key, settings):
        set_author(request, Author(AuthorKind.PROGRAM, ADMINISTRATORS_KEY))
        return Client(organisation=None)
    shape = read_key(key)
    known = await _known(request, *shape) if shape else None
    if shape is None or known is None or known.state in _NO_LONGER:
        await rates_of(request).spend_by_address(request.scope, Limit.WRONG_KEY)
        raise Unauthorized(_NO_LONGER[known.state] if known else SEND_A_KEY)
    await _count(request, shape[0], known)
    set_author(request, Author(AuthorKind.PROGRAM, known.label, str(shape[0]), known.organisation))
    return Client(known.organisation, known.scopes)


async def _known(request: Request, key_id: UUID, digest: bytes) -> KnownKey | None:
    """The key, if it is one: its state is told only to whoever has the whole of it."""
    async with runtime_of(request).transactions.read() as connection:
        known = await repository.known_key(connection, key_id)
    return known if known is not None and same_secret(known.digest, digest) else None


async def _count(request: Request, key_id: UUID, known: KnownKey) -> None:
    await rates_of(request).spend_by_program(request.scope, str(key_id), known.organisation)
    used: KeysUsed = request.app.state.keys_used
    used.note(key_id, known.now)


def _is_administrators(key: str, settings: Settings) -> bool:
    known = settings.administrator_key
    return known is not None and same_secret(key.encode(), known.get_secret_value().encode())


Writer = Annotated[Client, Security(_client, scopes=[Scope.REPORTS_WRITE])]
Reader = Annotated[Client, Security(_client, scopes=[Scope.REPORTS_READ])]
DirectoryReader = Annotated[Client, Security(_client, scopes=[Scope.DIRECTORY_READ])]
OnlyAdministrators = Security(_client, scopes=[ADMINISTRATOR])
