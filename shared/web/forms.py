"""Posted forms: read safely, checked by a Pydantic model, and given back with messages and everything that was typed.

    class ReportForm(Form):
        messages: ClassVar[Mapping[str, str]] = {"provider": "Select the provider this is about"}
        provider: OrganisationCode
        happened_on: FormDate
        text: Annotated[str, StringConstraints(max_length=4000)]
        factors: tuple[ContributoryFactor, ...] = ()          # checkboxes

    form = await read_form(request, ReportForm)
    if form.value is None:
        return render(request, "report.html", 422, values=form.typed, errors=form.errors)

What was left empty counts as not given, so an optional field takes its default and a required one its message. A date's three
boxes (`happened_on[day]`, `[month]`, `[year]`) arrive as one field. Rules across fields `raise wrong("harm", "Select ...")`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from starlette.datastructures import UploadFile

from shared.platform.errors import BadRequest, UnsupportedMediaType
from shared.web.filters import number

URLENCODED = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LISTS = (tuple, list, set, frozenset)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

UNREADABLE = "{} contains characters that we cannot read. Type them again"


class Form(BaseModel):
    """Base of the models that forms are checked by."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    messages: ClassVar[Mapping[str, str]] = {}
    """What to say, by `field` or, more exactly, by `field.error_type` (Pydantic's error types)."""


FormModel = TypeVar("FormModel", bound=Form)


def wrong(field_name: str, message: str) -> PydanticCustomError:
    """An error to raise from a model's validator, shown by the field it names."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "field": field_name})


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it was sent. Its name is whatever the sender calls it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class PostedValues:
    """The names and values of a posted form, in order."""

    pairs: tuple[tuple[str, str], ...] = ()
    unreadable: frozenset[str] = frozenset()
    """Fields with bytes that are not UTF-8 or with NUL; the rest of their text is kept."""

    files: Mapping[str, UploadedFile] = field(default_factory=dict)

    def first(self, name: str) -> str:
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


@dataclass(frozen=True)
class Filled(Generic[FormModel]):
    """A form as it came: `value` when all of it is right, else `errors` (field to message, in the form's order)."""

    value: FormModel | None
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str | list[str]] = field(default_factory=dict)
    """Everything that was typed, as the templates' `values`; a list where the field is one of several."""

    def refuse(self, field_name: str, message: str) -> "Filled[FormModel]":
        """The same form with one more error, found by a look into the database for example."""
        return Filled(None, {**self.errors, field_name: message}, self.typed)


async def read_form(request: Request, model: type[FormModel]) -> Filled[FormModel]:
    """Check the posted form. Raises `UnsupportedMediaType` or `BadRequest` only when it is not a form at all."""
    values = await posted_values(request)
    given = {name: _given(values, model, name) for name in model.model_fields}
    errors = {
        name: UNREADABLE.format(_label(model, name))
        for name in model.model_fields
        if name in values.unreadable
    }
    value = None
    try:
        value = model.model_validate({name: one for name, one in given.items() if one})
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_input=False):
            name, message = _explain(model, error)
            errors.setdefault(name, message)
    ordered = {name: errors.pop(name) for name in model.model_fields if name in errors} | errors
    return Filled(None if ordered else value, ordered, typed_in(values, model))


async def posted_values(request: Request) -> PostedValues:
    """The form's names and values; read once for a request. An empty body is an empty form."""
    known = getattr(request.state, "posted_values", None)
    if isinstance(known, PostedValues):
        return known
    content_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type == "multipart/form-data":
        values = await _multipart(request)
    else:
        body = await request.body()
        if body and content_type != URLENCODED:
            raise UnsupportedMediaType(f"Send the form as {URLENCODED}.")
        values = _urlencoded(body)
    request.state.posted_values = values
    return values


async def uploaded_file(request: Request, name: str) -> UploadedFile | None:
    """The file that came with the form; none without one. `BodyLimit` says how large it may be."""
    return (await posted_values(request)).files.get(name)


def _urlencoded(body: bytes) -> PostedValues:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise BadRequest(f"The form has more than {number(MOST_FIELDS)} fields.") from None
    return _readable(pairs)


async def _multipart(request: Request) -> PostedValues:
    # Left with the form, the file would stay open until somebody collects it.
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        values = _readable([(key, one) for key, one in form.multi_items() if isinstance(one, str)])
        files = {
            key: UploadedFile(one.filename, await one.read())
            for key, one in form.multi_items()
            if isinstance(one, UploadFile) and one.filename
        }
    return replace(values, files=files)


def _readable(pairs: list[tuple[str, str]]) -> PostedValues:
    """PostgreSQL keeps no NUL, and what was not UTF-8 is lost already: neither is passed on without a word."""
    unreadable = {key for key, value in pairs if _REPLACEMENT in value or "\0" in value}
    lines = (
        (key.replace("\0", ""), value.replace("\0", "").replace("\r\n", "\n"))
        for key, value in pairs
    )
    return PostedValues(tuple(lines), frozenset(unreadable))


def _given(values: PostedValues, model: type[Form], name: str) -> object:
    if _takes_several(model, name):
        return [value for value in values.all(name) if value.strip()]
    parts = {part: values.first(f"{name}[{part}]").strip() for part in ("day", "month", "year")}
    if any(parts.values()):
        return parts
    value = values.first(name)
    return value if value.strip() else None


def typed_in(values: PostedValues, model: type[Form]) -> dict[str, str | list[str]]:
    """Everything that was typed, as the templates' `values`; a list where the model's field is one of several."""
    typed: dict[str, str | list[str]] = {key: values.first(key) for key, _ in values.pairs}
    several = {name: values.all(name) for name in model.model_fields if _takes_several(model, name)}
    return typed | several


def _takes_several(model: type[Form], name: str) -> bool:
    annotation = model.model_fields[name].annotation
    return get_origin(annotation) in _LISTS or annotation in _LISTS


def _label(model: type[Form], name: str) -> str:
    """The field in words: its title, else its name."""
    title = model.model_fields[name].title if name in model.model_fields else None
    label = title or name.replace("_", " ")
    return label[:1].upper() + label[1:]


def _explain(model: type[Form], error: ErrorDetails) -> tuple[str, str]:
    """The field an error belongs to and what to say there."""
    context: dict[str, Any] = error.get("ctx") or {}
    name = str(context.get("field") or (error["loc"][0] if error["loc"] else ""))
    if error["type"] == "wrong":
        return name, str(context["message"])
    exact = model.messages.get(f"{name}.{error['type']}")
    if exact is None and error["type"] == "value_error":  # a validator's own words
        return name, str(context["error"])
    message = exact or model.messages.get(name)
    return name, message or _general(error["type"], _label(model, name), context)


def _general(kind: str, label: str, context: Mapping[str, Any]) -> str:
    """The design system's wording for the commonest mistakes."""
    if kind == "missing":
        return f"Enter {label[:1].lower()}{label[1:]}"
    if kind == "string_too_long":
        return f"{label} must be {number(context['max_length'])} characters or fewer"
    if kind == "string_too_short":
        return f"{label} must be {number(context['min_length'])} characters or more"
    if kind in {"enum", "literal_error"}:
        return f"Choose {label[:1].lower()}{label[1:]} from the list"
    if kind.startswith(("int_", "float_", "decimal_")):
        return f"{label} must be a number"
    limit = _limit(kind, context)
    return f"{label} must be {limit}" if limit else f"{label} is not in the right format"


def _limit(kind: str, context: Mapping[str, Any]) -> str | None:
    words = {"greater_than_equal": ("ge", "or more"), "less_than_equal": ("le", "or fewer")}
    if kind not in words:
        return None
    bound, rest = words[kind]
    return f"{context[bound]} {rest}"


def _date_of_parts(value: object) -> object:
    """Three boxes as one date; months may be written as words. Raises with the design system's wording."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("Date must be a real date") from None
    if not isinstance(value, dict):
        return value
    missing = [part for part in ("day", "month", "year") if not value[part]]
    if missing:
        raise ValueError(f"Date must include a {' and '.join(missing)}")
    month = value["month"].lower()[:3]
    number_of_month = str(_MONTHS.index(month) + 1) if month in _MONTHS else value["month"]
    if not (value["year"].isascii() and value["year"].isdigit() and len(value["year"]) == 4):
        raise ValueError("Year must include 4 numbers")
    try:
        return date(int(value["year"]), int(number_of_month), int(value["day"]))
    except ValueError:
        raise ValueError("Date must be a real date") from None


FormDate = Annotated[date, BeforeValidator(_date_of_parts)]
"""A date typed into day, month and year boxes, or given as 2026-11-24."""
