"""API keys for administrators: whose there are, making one, revoking one. The support unit's administrators see every organisation's
keys, others' only their own organisation's: what they look after goes into each query."""

from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import repository
from services.intake.domain.keys import MEANINGS, USUAL, KeyDetails, Scope, problem_with_last_day
from services.intake.domain.submissions import london_date
from services.intake.pages.administration.common import Admin, administrator_of
from services.intake.use_cases.keys import create_key, revoke_key
from shared.contracts.base import OrganisationCode
from shared.contracts.directory import OrganisationStatus
from shared.directory import repository as directory
from shared.platform.errors import Forbidden, NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor
from shared.web.forms import Filled, Form, FormDate, read_form
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

router = APIRouter(prefix="/administration/keys")
PAGE_SIZE = 50
LONGEST_LABEL = 100
_NO_SUCH_KEY = "There is no such key among those that you look after."


class KeyForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "organisation": "Enter the code of an organisation, such as Y90001",
        "label.missing": "Enter what the key is for",
        "label.string_too_long": f"What it is for must be {LONGEST_LABEL} characters or fewer",
        "label": "What it is for must be one line of text",
        "scopes": "Select what the key may do",
    }

    organisation: Annotated[OrganisationCode, BeforeValidator(str.upper)]
    label: Annotated[
        str,
        StringConstraints(
            max_length=LONGEST_LABEL, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
        ),
    ]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    last_day: FormDate | None = None
    submission: UUID
    """Made with the page, and then the key's id: the same form sent twice makes one key."""


@router.get("")
async def show_keys(
    request: Request,
    actor: Admin,
    connection: Reading,
    q: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
) -> Response:
    words, within = q.replace("\0", "").strip(), administrator_of(actor).only
    total = await repository.count_keys(connection, words, within=within)
    found = await repository.find_keys(
        connection, words, within=within, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return render(
        request,
        "keys.html",
        keys=found,
        total=total,
        values={"q": words},
        everybodys=within is None,
        pages=Pages("/administration/keys", {"q": words}, page, total, PAGE_SIZE),
    )


@router.get("/new")
async def show_form(
    request: Request, actor: Admin, organisation: Annotated[str, Query(max_length=12)] = ""
) -> Response:
    values: dict[str, str | list[str]] = {
        "submission": str(uuid4()),
        "organisation": administrator_of(actor).only or organisation,
        "scopes": [*sorted(USUAL)],
    }
    return _form(request, actor, values, {}, 200)


@router.post("/new")
async def make_key(request: Request, actor: Admin, tx: Tx) -> Response:
    form = await _checked(request, actor, tx)
    if form.value is None:
        typed = {**form.typed, "submission": _submission_of(form)}
        errors = {name: words for name, words in form.errors.items() if name != "submission"}
        return _form(request, actor, typed, errors, 422)
    wanted = form.value
    details = KeyDetails(
        wanted.organisation, wanted.label, frozenset(wanted.scopes), wanted.last_day
    )
    made = await create_key(details, tx, wanted.submission)
    if made is None:
        return render(request, "key_made_before.html", 409, key_id=wanted.submission)
    line = await repository.key_line(
        tx.connection, made.key_id, within=administrator_of(actor).only
    )
    return render(request, "key_made.html", 201, key=line, shown=made.shown, meanings=MEANINGS)


async def _checked(request: Request, actor: Actor, tx: Tx) -> Filled[KeyForm]:
    """The form, with what only the directory and the clock can say about it."""
    form = await read_form(request, KeyForm)
    wanted = form.value
    if wanted is None:
        return form
    if administrator_of(actor).only not in (None, wanted.organisation):
        raise Forbidden("You can make keys for your own organisation only.")
    if problem := await _problem_with_organisation(wanted.organisation, tx.connection):
        form = form.refuse("organisation", problem)
    if problem := problem_with_last_day(wanted.last_day, london_date(tx.now)):
        form = form.refuse("last_day", problem)
    return form


async def _problem_with_organisation(code: str, connection: AsyncConnection) -> str | None:
    found = await directory.organisation(connection, code)
    if found is None:
        return "The directory has no organisation with this code"
    return None if found.status is OrganisationStatus.OPEN else f"{found.name} is closed"


def _submission_of(form: Filled[KeyForm]) -> str:
    typed = form.typed.get("submission")
    return typed if isinstance(typed, str) and "submission" not in form.errors else str(uuid4())


def _form(
    request: Request,
    actor: Actor,
    values: dict[str, str | list[str]],
    errors: dict[str, str],
    status: int,
) -> Response:
    return render(
        request,
        "key_new.html",
        status,
        values=values,
        errors=errors,
        own=actor.organisation if administrator_of(actor).only else None,
        choices=[(scope.value, meaning, scope.value) for scope, meaning in MEANINGS.items()],
    )


@router.get("/{key_id}/revoke")
async def confirm_revoking(
    request: Request, key_id: UUID, actor: Admin, connection: Reading
) -> Response:
    key = await repository.key_line(connection, key_id, within=administrator_of(actor).only)
    if key is None:
        raise NotFound(_NO_SUCH_KEY)
    return render(request, "key_revoke.html", key=key)


@router.post("/{key_id}/revoke")
async def revoke(key_id: UUID, actor: Admin, tx: Tx) -> Response:
    if await revoke_key(key_id, tx, within=administrator_of(actor).only) is None:
        raise NotFound(_NO_SUCH_KEY)
    return RedirectResponse("/administration/keys", 303)
