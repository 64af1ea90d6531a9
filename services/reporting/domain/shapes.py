"""What can be shown of a record that was set aside: its structure, and none of its words.

A record that broke its contract may hold anything anywhere: somebody's name as a field's name, a number of a patient in a header. So
nothing of it is shown but what our own contracts say could be there: names of their fields, names of our headers, names of our
types. Of everything else there is its kind and its length.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from shared.contracts.base import Reference, Value
from shared.contracts.facts import FACTS

MOST_LINES = 80
"""Fields that are told of; a record of thousands has no more to teach."""
MOST_ITEMS = 3
"""Items of one list."""
DEEPEST = 6
HEADERS = frozenset(
    {
        "ce_id",
        "ce_source",
        "ce_specversion",
        "ce_subject",
        "ce_time",
        "ce_type",
        "content-type",
        "traceparent",
        "tracestate",
    }
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_INDEX = re.compile(r"\.(\d+)(?=\.|$)")
_REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)

Line = tuple[str, str]
"""A name, and what is told of it."""


class Shape(Value):
    """A record, masked. Every text here is one of ours."""

    key: str
    value: str
    headers: tuple[Line, ...] = ()
    fields: tuple[Line, ...] = ()
    left_out: bool = False
    """Whether there are more fields than are told of."""


class About(Value):
    """Which report a record is about, where it says so in the way that ours do."""

    report_id: UUID | None = None
    reference: Reference | None = None


def shape_of(key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> Shape:
    found, told = _read(value)
    lines = list(_take(_lines(found, "", 0)))
    return Shape(
        key=_bytes(key),
        value=told,
        headers=tuple(_header(name, content) for name, content in headers[:MOST_LINES]),
        fields=tuple(lines[:MOST_LINES]),
        left_out=len(lines) > MOST_LINES,
    )


def faults_in(detail: str) -> dict[str, str]:
    """By field, as a shape names it, what a dead letter's detail says is wrong with it."""
    told = (part.partition(": ") for part in detail.split("; "))
    return {_INDEX.sub(r"[\1]", path): fault for path, _, fault in told if fault}


def about(key: bytes | None, value: bytes | None) -> About:
    found, _ = _read(value)
    fields = found if isinstance(found, Mapping) else {}
    report_id = _uuid(fields.get("report_id")) or _uuid((key or b"").decode("ascii", "replace"))
    try:
        return About(
            report_id=report_id, reference=_REFERENCE.validate_python(fields.get("reference"))
        )
    except ValidationError:
        return About(report_id=report_id)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) and len(text) == 36 else None
    except ValueError:
        return None


def _read(value: bytes | None) -> tuple[object, str]:
    """The JSON of the record's value, if it is such, and what there is."""
    if value is None:
        return None, "none"
    try:
        return from_json(value), f"JSON, {len(value):,} bytes"
    except ValueError:
        return None, f"not JSON: {_bytes(value)}"


def _bytes(content: bytes | None) -> str:
    if content is None:
        return "none"
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return f"{len(content):,} bytes, not UTF-8"
    return f"{len(content):,} bytes" + (", an id" if _uuid(text) else "")


def _header(name: str, content: bytes) -> Line:
    shown = name if name in HEADERS else f"unknown header, {len(name)} characters"
    if name == "ce_type" and (told := content.decode("ascii", "replace")) in FACTS:
        return shown, told
    return shown, _bytes(content)


def _take(lines: Iterator[Line]) -> Iterator[Line]:
    """No more than can be told of, and one by which it is known that there are more."""
    for number, line in enumerate(lines):
        if number > MOST_LINES:
            return
        yield line


def _lines(found: object, path: str, depth: int) -> Iterator[Line]:
    if path:
        yield path, _kind(found)
    if depth == DEEPEST:
        return
    if isinstance(found, Mapping):
        for name, inner in found.items():
            known = name if name in _names() else f"(unknown field, {len(name)} characters)"
            yield from _lines(inner, f"{path}.{known}" if path else known, depth + 1)
    elif isinstance(found, list):
        for number, inner in enumerate(found[:MOST_ITEMS]):
            yield from _lines(inner, f"{path}[{number}]", depth + 1)


def _kind(found: object) -> str:
    match found:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return f"whole number, {len(str(abs(found)))} digits"
        case float():
            return "number"
        case str():
            return f"text, {len(found):,} characters{_looks(found)}"
        case list():
            return f"list of {len(found):,}"
        case Mapping():
            return f"object of {len(found):,} fields"
        case _:
            return "something else"


def _looks(text: str) -> str:
    if _uuid(text):
        return ", an id"
    if _DAY.fullmatch(text):
        return ", a date"
    return ", a date and time" if _MOMENT.fullmatch(text) else ""


@cache
def _names() -> frozenset[str]:
    """Of every field of every fact, and of their parts."""
    schemas = [fact.model_json_schema() for fact in FACTS.values()]
    parts = [part for schema in schemas for part in (schema, *schema.get("$defs", {}).values())]
    return frozenset(name for part in parts for name in part.get("properties", {}))
