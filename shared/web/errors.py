"""Errors as people and programs should see them: a page, or a problem document (RFC 9457) under `/api/`. Never a stack trace."""

import logging
import traceback
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from asyncpg import InternalClientError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.platform.errors import AppError
from shared.web.csrf import SignedOutMeanwhile
from shared.web.pages import render

logger = logging.getLogger(__name__)

API_PREFIX = "/api/"
UNEXPECTED = (
    "Something went wrong on our side. Nothing you sent was kept. Try again in a few minutes."
)
_DATA_EXCEPTION = "22"
_OUTAGES = ("08", "53", "57")
"""SQLSTATE classes: connection exception, insufficient resources, operator intervention."""

DETAILS = {
    400: "We could not read what was sent.",
    403: "You do not have permission to see this.",
    404: "If you typed the web address, check that it is correct. If you followed a link, it may be out of date.",
    405: "This address does not take that kind of request.",
    409: "Somebody has changed this in the meantime. Reload the page to see it as it is now.",
    413: "What you sent is larger than we accept.",
    415: "We do not accept that type of content.",
    422: "Some of what was sent is missing or not in the right format.",
    500: UNEXPECTED,
    503: "The service is not available for a moment. Try again in a few minutes.",
}
TITLES = {
    400: "We could not read that",
    403: "You cannot see this page",
    404: "Page not found",
    405: "You cannot do that here",
    413: "Too much was sent",
    422: "There is a problem with what was sent",
    500: "There is a problem with the service",
    503: "The service is not available",
}


def problem(
    request: Request,
    status: int,
    title: str = "",
    detail: str = "",
    errors: Sequence[dict[str, str]] = (),
) -> Response:
    """The answer to a request that failed, in the form that whoever asked can use."""
    title = title or TITLES.get(status) or HTTPStatus(status).phrase
    detail = detail or DETAILS.get(status, "")
    if not request.url.path.startswith(API_PREFIX):
        return render(request, "error.html", status, status=status, title=title, detail=detail)
    document: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    if errors:
        document["errors"] = list(errors)
    return JSONResponse(document, status, media_type="application/problem+json")


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(SignedOutMeanwhile, _signed_out)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DBAPIError, _database_error)


async def _app_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise error
    response = problem(request, error.status, error.title, error.detail)
    response.headers.update(error.headers)
    return response


async def _signed_out(request: Request, error: Exception) -> Response:
    if not isinstance(error, SignedOutMeanwhile):
        raise error
    return render(request, "signed_out_meanwhile.html", error.status, error=error)


async def _http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = problem(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    """Says where and what, and repeats nothing that was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    if all(one["loc"][0] == "path" for one in error.errors()):
        return problem(request, 404)  # no such address, rather than a mistake in a field
    found = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "message": str(one["msg"])}
        for one in error.errors()
    ]
    return problem(request, 422, errors=found)


async def _database_error(request: Request, error: Exception) -> Response:
    """A value that PostgreSQL cannot hold (a NUL in a text) is the sender's to mend; anything else is ours."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", ""))
    if state.startswith(_DATA_EXCEPTION):
        return problem(request, 422)
    raise error


class UnexpectedErrors:
    """Whatever nobody foresaw: logged by type and place without its message, which may hold what somebody typed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the last resort is for every error
            logger.error("unexpected %s at %s", type(error).__name__, _place(error))  # noqa: TRY400
            if started:
                raise ConnectionAbortedError("the response had begun") from None
            status = 503 if _is_outage(error) else 500
            await problem(Request(scope, receive), status)(scope, receive, send)


def _is_outage(error: Exception) -> bool:
    """Whether the database or the network is away: the same request may well succeed in a moment."""
    if isinstance(error, OSError | InternalClientError | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state.startswith(_OUTAGES)


def _place(error: Exception) -> str:
    """The way through our own code to the error, innermost last: `pages.py:31 home, repository.py:12 cases`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    return ", ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in ours)
