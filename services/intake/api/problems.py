"""What is wrong with a request to the API, field by field, as problem documents (RFC 9457)."""

import json
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import ErrorDetails, from_json

from services.intake.domain.submissions import Problem
from shared.platform.errors import Unauthorized, Unprocessable, UnsupportedMediaType
from shared.web.errors import problem

MOST_COMMAS = 500_000
"""As many values a body may hold, more or less: 16 MB of empty lists would be 300 MB in memory. A thousand long reports have less."""


class FieldProblem(BaseModel):
    """One thing to put right, where it is, in words."""

    field: str
    message: str

    @classmethod
    def of(cls, found: Problem) -> "FieldProblem":
        return cls(field=found.field, message=found.message)


class ProblemDocument(BaseModel):
    """Why a request was not carried out."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] = []


class FieldProblems(Unprocessable):
    """The request breaks rules; each is told at its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("Put right what is listed under 'errors' and send it again.")
        self.problems = tuple(problems)


async def field_problems(request: Request, error: Exception) -> Response:
    if not isinstance(error, FieldProblems):
        raise error
    errors = [FieldProblem.of(each).model_dump() for each in error.problems]
    return problem(request, error.status, error.title, error.detail, errors)


async def key_missing(request: Request, error: Exception) -> Response:
    if not isinstance(error, Unauthorized):
        raise error
    response = problem(request, error.status, "An API key is needed", error.detail)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problems_in(errors: Iterable[ErrorDetails]) -> list[Problem]:
    """Pydantic's findings, without repeating what was sent."""
    return [
        Problem(".".join(str(part) for part in each["loc"]) or "report", each["msg"])
        for each in errors
    ]


class _StrictRequest(Request):
    """Python's own JSON reader lets lone surrogates and NaN through, which neither PostgreSQL nor other readers take."""

    async def json(self) -> Any:
        body = await self.body()
        if body.count(b",") > MOST_COMMAS:
            raise HTTPException(413)
        try:
            return from_json(body, allow_inf_nan=False)
        except ValueError:
            raise HTTPException(400) from None


class JsonRoute(APIRoute):
    """A route whose body, if it takes one, is JSON and says so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle_json(request: Request) -> Response:
            media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if takes_body and media_type != "application/json":
                raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_json


def example(value: object) -> dict[str, object]:
    """`openapi_extra` of a route whose body looks like this."""
    return {
        "requestBody": {"content": {"application/json": {"example": json.loads(json.dumps(value))}}}
    }
