"""API keys, for administrators' programs."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.clients import OnlyAdministrators
from services.intake.api.problems import FieldProblems, JsonRoute, ProblemDocument, example
from services.intake.api.reports import REFUSALS
from services.intake.domain.directory import Line
from services.intake.domain.submissions import Problem
from services.intake.use_cases import create_key, revoke_key
from shared.contracts.base import OrganisationCode
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Tx

router = APIRouter(
    prefix="/keys", tags=["Keys"], route_class=JsonRoute, dependencies=[OnlyAdministrators]
)
_FORBIDDEN = {"model": ProblemDocument, "description": "The key is not an administrator's"}


class KeyIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: OrganisationCode = Field(description="The only organisation the key acts for")
    label: Line = Field(description="What it is for, so that somebody knows when to revoke it")


class KeyOut(BaseModel):
    key_id: UUID
    organisation: str
    label: str
    key: str = Field(description="The key itself: shown here, once, and kept only as a digest")


@router.post(
    "",
    status_code=201,
    summary="Make a key",
    responses={**{status: REFUSALS[status] for status in (401, 415, 422)}, 403: _FORBIDDEN},
    openapi_extra=example({"organisation": "Y90001", "label": "Clinical system of Elm Road"}),
)
async def post_key(wanted: KeyIn, tx: Tx) -> KeyOut:
    """A key that acts for one organisation."""
    if await directory.organisation(tx.connection, wanted.organisation) is None:
        raise FieldProblems([Problem("organisation", "The directory has no such organisation")])
    made = await create_key(wanted.organisation, wanted.label, tx)
    return KeyOut(
        key_id=made.key_id, organisation=wanted.organisation, label=wanted.label, key=made.shown
    )


@router.delete(
    "/{key_id}",
    status_code=204,
    summary="Revoke a key",
    responses={
        401: REFUSALS[401],
        403: _FORBIDDEN,
        404: {"model": ProblemDocument, "description": "There is no such key"},
    },
)
async def delete_key(key_id: UUID, tx: Tx) -> None:
    """The key opens nothing from now on. Revoking it again is no error."""
    if not await revoke_key(key_id, tx):
        raise NotFound("There is no such key.")
