"""Who calls: an administrator, or one organisation's program. Bearer keys only; a browser's session opens nothing here."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import repository
from services.intake.domain.keys import read_key, same_secret
from services.intake.settings import Settings
from shared.platform.audit import Author, AuthorKind
from shared.platform.errors import Forbidden, Unauthorized
from shared.platform.http import Reading, runtime_of, set_author

_bearer = HTTPBearer(
    auto_error=False,
    description="An API key: of one organisation, or the administrator's.",
    scheme_name="API key",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Client:
    """Whose key it is. Without organisation it is an administrator's, and acts for any."""

    organisation: str | None

    @property
    def is_administrator(self) -> bool:
        return self.organisation is None


async def _client(request: Request, credentials: Credentials, connection: Reading) -> Client:
    settings = runtime_of(request).settings
    key = credentials.credentials if credentials else ""
    if key and isinstance(settings, Settings) and _is_administrators(key, settings):
        set_author(request, Author(AuthorKind.PROGRAM, "Administrator's key"))
        return Client(organisation=None)
    found = await _live_key(key, connection)
    if found is None:
        raise Unauthorized("Send a valid API key: Authorization: Bearer <key>.")
    key_id, organisation = found
    set_author(request, Author(AuthorKind.PROGRAM, "API key", str(key_id), organisation))
    return Client(organisation)


def _is_administrators(key: str, settings: Settings) -> bool:
    known = settings.administrator_key
    return known is not None and same_secret(key.encode(), known.get_secret_value().encode())


async def _live_key(key: str, connection: AsyncConnection) -> tuple[UUID, str] | None:
    """The id and organisation of the key, if it opens anything."""
    shape = read_key(key)
    if shape is None:
        return None
    key_id, digest = shape
    live = await repository.live_key(connection, key_id)
    return (key_id, live[1]) if live is not None and same_secret(live[0], digest) else None


CurrentClient = Annotated[Client, Depends(_client)]


async def administrator(client: CurrentClient) -> Client:
    """Raises `Forbidden` for an organisation's key."""
    if not client.is_administrator:
        raise Forbidden("This needs an administrator's key.")
    return client


OnlyAdministrators = Depends(administrator)
