"""Every address of every service, as the applications themselves tell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from uuid import UUID

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from shared.web.csrf import API_PREFIX, MACHINES_ONLY, SAFE_METHODS
from shared.web.drafts.form import asks_for_draft
from tests.end_to_end.catalogue import applications

UNKNOWN = UUID("00000000-0000-7000-8000-000000000000")
"""What an address's part is filled with that nothing is known for."""


@dataclass(frozen=True, order=True)
class Route:
    """One method at one address."""

    service: str
    method: str
    path: str
    queries: tuple[str, ...] = ()
    """The names of what it takes in its query."""
    keeps_draft: bool = False

    def __str__(self) -> str:
        return f"{self.service}-{self.method}-{self.path}"

    @property
    def changes(self) -> bool:
        return self.method not in SAFE_METHODS

    @property
    def is_api(self) -> bool:
        return self.path.startswith(API_PREFIX)

    @property
    def is_machines(self) -> bool:
        return self.path in MACHINES_ONLY

    def filled(self, known: Mapping[str, str]) -> str:
        names = {name for _, name, _, _ in Formatter().parse(self.path) if name}
        return self.path.format_map({name: known.get(name, str(UNKNOWN)) for name in names})


@cache
def every_route() -> tuple[Route, ...]:
    """Of the five services. The mailbox of development is another thing, which takes nothing but GET."""
    return tuple(
        sorted(
            Route(service, method, route.path_format, *_asks(route.original_route))
            for service, app in applications().items()
            for route in iter_route_contexts(app.routes)
            for method in route.methods or ()
            if service != "mailbox" and route.path_format is not None and method != "HEAD"
        )
    )


def _asks(route: BaseRoute) -> tuple[tuple[str, ...], bool]:
    """What it takes in its query, and whether it keeps a draft."""
    if not isinstance(route, APIRoute):
        return (), False
    queries = tuple(str(field.alias) for field in route.dependant.query_params)
    return queries, asks_for_draft(route.dependant)


def changing() -> list[Route]:
    """Whatever can change something by being a page's form."""
    return [each for each in every_route() if each.changes and not each.is_api]
