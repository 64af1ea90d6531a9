"""Which page a form is on."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.routing import Match

from shared.web.addresses import origin_of, safe_next


def form_address(request: Request) -> str:
    """The path of the form's page: this request's own, where it answers GET, else that of the page it was sent from."""
    path = request.url.path
    reference = request.path_params.get("reference")
    if isinstance(reference, str):  # people type it in capitals or not
        path = path.replace(f"/{reference}", f"/{reference.upper()}")
    return path if _answers_get(request) else _sent_from(request)


def _answers_get(request: Request) -> bool:
    scope = {**request.scope, "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)


def _sent_from(request: Request) -> str:
    """Browsers tell it within one origin, as our policy asks them to; the start page where it is not told or not ours."""
    try:
        address = request.headers.get("Referer", "")
        is_ours = origin_of(address) == request.app.state.public_origin
        return safe_next(urlsplit(address).path) if is_ours else "/"
    except ValueError:
        return "/"
