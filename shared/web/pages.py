"""Pages: Jinja templates on the design system's macros, with what every page knows.

A template extends `layout.html` (blocks `page_title`, `back_link`, `content`) and imports the macros of `parts.html`. It has
`actor`, `navigation`, `csrf_field()`, `csp_nonce`, `public_url`, `path` and the filters of `shared.web.filters`.
"""

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from jinja2.runtime import Macro

from shared.web import csrf, filters, navigation, static
from shared.web.settings import WebSettings

OWN_TEMPLATES = Path(__file__).parent / "templates"
_REMEMBERED = 200
"""Pieces of pages, of up to some 40 KB."""


def make_environment(templates: Path, settings: WebSettings, public_url: str) -> Environment:
    """The service's own templates first, then the shared ones, then the design system's."""
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader([templates, OWN_TEMPLATES]),
                PackageLoader("nhsuk_frontend_jinja", "templates"),
            ]
        ),
        autoescape=True,
        undefined=ChainableUndefined,  # the design system's macros ask for parameters not given
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "date": filters.date_text,
        "time": filters.time_text,
        "date_time": filters.date_time,
        "duration": filters.duration,
        "number": filters.number,
        "plural": filters.plural,
    }
    environment.globals |= {
        "asset": static.asset,
        "service_name": settings.service_name,
        "demonstration": settings.demonstration,
        "public_url": public_url,
        "remembered": remembered,
    }
    return environment


def remembered(macro: Macro, choices: Iterable[tuple[str, str]], *others: str | None) -> str:
    """What the macro makes of these, made once while it is asked for again and again."""
    return _made(macro, tuple(choices), *others)


@lru_cache(_REMEMBERED)
def _made(macro: Macro, *given: Hashable) -> str:
    return macro(*given)


def render(
    request: Request,
    template: str,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """The page, ready to send. `errors` (field to message) in the context puts "Error: " before the title."""
    app = cast("FastAPI", request.app)
    environment = cast("Environment", app.state.templates)
    html = environment.get_template(template).render(_common(request) | context)
    return HTMLResponse(html, status_code, headers=dict(headers or {}))


def _common(request: Request) -> dict[str, object]:
    actor = getattr(request.state, "actor", None)
    path = request.url.path
    links = navigation.links_for(actor.roles) if actor else []
    return {
        "request": request,
        "actor": actor,
        "path": path,
        "navigation": [(link, navigation.is_current(link, path)) for link in links],
        "csrf_field": lambda: csrf.field(request),
        "draft_notice": getattr(request.state, "draft_notice", None),
        "csp_nonce": getattr(request.state, "csp_nonce", ""),
    }
