"""API keys, for administrators' programs. People have pages for it: `/administration/keys`."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.clients import KeyRoute, OnlyAdministrators
from services.intake.api.models import PlainDate
from services.intake.api.problems import FieldProblems, ProblemDocument, example
from services.intake.api.reports import REFUSALS
from services.intake.domain.directory import Line
from services.intake.domain.keys import USUAL, KeyDetails, Scope, problem_with_last_day
from services.intake.domain.submissions import Problem, london_date
from services.intake.use_cases.keys import create_key, revoke_key
from shared.contracts.base import OrganisationCode
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Tx

router = APIRouter(
    prefix="/keys", tags=["Keys"], route_class=KeyRoute, dependencies=[OnlyAdministrators]
)
FORBIDDEN = {"model": ProblemDocument, "description": "The key is not an administrator's"}


class KeyIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: OrganisationCode = Field(description="The only organisation the key acts for")
    label: Line = Field(description="What it is for, so that somebody knows when to revoke it")
    scopes: frozenset[Scope] = Field(
        USUAL,
        min_length=1,
        description="What it may do; reports:write and reports:read unless said",
    )
    last_day: PlainDate | None = Field(
        None, description="The last day it works, in London; until it is revoked unless said"
    )


class KeyOut(BaseModel):
    key_id: UUID
    organisation: str
    label: str
    scopes: list[Scope]
    last_day: date | None
    key: str = Field(description="The key itself: shown here, once, and kept only as a digest")


@router.post(
    "",
    status_code=201,
    summary="Make a key",
    responses={**{status: REFUSALS[status] for status in (401, 413, 415, 422)}, 403: FORBIDDEN},
    openapi_extra=example(
        {
            "organisation": "Y90001",
            "label": "Clinical system of Elm Road",
            "scopes": ["reports:write", "reports:read"],
            "last_day": "2027-11-30",
        }
    ),
)
async def post_key(wanted: KeyIn, tx: Tx) -> KeyOut:
    """A key that acts for one organisation, within its scopes."""
    problems = []
    if await directory.organisation(tx.connection, wanted.organisation) is None:
        problems.append(Problem("organisation", "The directory has no such organisation"))
    if wrong := problem_with_last_day(wanted.last_day, london_date(tx.now)):
        problems.append(Problem("last_day", wrong))
    details = KeyDetails(wanted.organisation, wanted.label, wanted.scopes, wanted.last_day)
    made = None if problems else await create_key(details, tx)
    if made is None:
        raise FieldProblems(problems)
    return KeyOut(
        key_id=made.key_id,
        organisation=wanted.organisation,
        label=wanted.label,
        scopes=sorted(wanted.scopes),
        last_day=wanted.last_day,
        key=made.shown,
    )


@router.delete(
    "/{key_id}",
    status_code=204,
    summary="Revoke a key",
    responses={
        401: REFUSALS[401],
        403: FORBIDDEN,
        404: {"model": ProblemDocument, "description": "There is no such key"},
    },
)
async def delete_key(key_id: UUID, tx: Tx) -> None:
    """The key opens nothing from now on. Revoking it again is no error."""
    if await revoke_key(key_id, tx, within=None) is None:
        raise NotFound("There is no such key.")
