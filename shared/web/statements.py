"""The pages that every public service owes: accessibility statement, cookies, privacy. Included by intake."""

from fastapi import APIRouter, Request, Response

from shared.web.actors import MaybeActor
from shared.web.pages import render
from shared.web.session import cookie_name
from shared.web.settings import WebSettings
from shared.web.sign_in.id_token_cookie import id_token_cookie

router = APIRouter(include_in_schema=False)


@router.get("/accessibility")
async def accessibility(request: Request, _: MaybeActor) -> Response:
    return render(request, "accessibility.html")


@router.get("/cookies")
async def cookies(request: Request, _: MaybeActor) -> Response:
    public_url = request.app.state.runtime.settings.public_url
    return render(
        request,
        "cookies.html",
        cookie=cookie_name(public_url),
        id_token_cookie=id_token_cookie(public_url),
        web=WebSettings(),
    )


@router.get("/privacy")
async def privacy(request: Request, _: MaybeActor) -> Response:
    return render(request, "privacy.html", web=WebSettings())
