"""The API's description as a page of our own, made from the OpenAPI document: the usual viewers fetch scripts from elsewhere,
which our content security policy forbids."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response

from services.intake.domain.keys import MEANINGS
from shared.web.pages import render

router = APIRouter(include_in_schema=False)
OPENAPI_URL = "/api/openapi.json"


@dataclass(frozen=True)
class Answer:
    status: str
    text: str


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Field]
    fields: list[Field]
    example: str
    needs: list[str]
    """Scopes of the key, or that it is the administrator's."""
    answers: list[Answer]


@router.get("/api/docs")
async def show_documentation(request: Request) -> Response:
    document = cast("FastAPI", request.app).openapi()
    return render(
        request,
        "api.html",
        operations=operations_of(document),
        document=OPENAPI_URL,
        scopes=MEANINGS,
        description=document["info"].get("description", ""),
    )


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation of the document, in its order."""
    return [
        _operation(document, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]
) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _resolved(document, body.get("schema", {}))
    required = schema.get("required", [])
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        parameters=[_parameter(document, each) for each in operation.get("parameters", [])],
        fields=[
            Field(name, _kind(document, value), name in required, value.get("description", ""))
            for name, value in schema.get("properties", {}).items()
        ],
        example=json.dumps(body["example"], indent=2) if "example" in body else "",
        needs=[scope for each in operation.get("security", []) for scope in chain(*each.values())],
        answers=[
            Answer(status, answer.get("description", ""))
            for status, answer in sorted(operation["responses"].items())
        ],
    )


def _parameter(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Field:
    return Field(
        f"{parameter['name']} ({parameter['in']})",
        _kind(document, parameter["schema"]),
        parameter.get("required", False),
        parameter.get("description", ""),
    )


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A field's type in a word or two, or the values that it takes."""
    if "$ref" in schema:
        values = _resolved(document, schema).get("enum")
        name = str(schema["$ref"].rpartition("/")[2])
        return f"one of {', '.join(values)}" if values else name
    if "anyOf" in schema:
        return " or ".join(_kind(document, each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
