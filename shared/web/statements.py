"""The pages that every public service owes: accessibility statement, cookies, privacy. Included by intake."""

from fastapi import APIRouter, Request, Response

from shared.web.actors import MaybeActor
from shared.web.pages import render
from shared.web.session import cookie_name
from shared.web.settings import WebSettings

router = APIRouter(include_in_schema=False)


@router.get("/accessibility")
async def accessibility(request: Request, _: MaybeActor) -> Response:
    return render(request, "accessibility.html")


@router.get("/cookies")
async def cookies(request: Request, _: MaybeActor) -> Response:
    name = cookie_name(request.app.state.runtime.settings.public_url)
    return render(request, "cookies.html", cookie=name, web=WebSettings())


@router.get("/privacy")
async def privacy(request: Request, _: MaybeActor) -> Response:
    return render(request, "privacy.html", web=WebSettings())
