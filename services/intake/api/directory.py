"""The directory: written by administrators' programs, read by an organisation's own."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from services.intake.api.clients import DirectoryReader, KeyRoute, OnlyAdministrators
from services.intake.api.problems import FieldProblems, ProblemDocument, example
from services.intake.api.reports import REFUSALS
from services.intake.domain.administering import NotAllowed
from services.intake.domain.directory import OrganisationDetails
from services.intake.use_cases.administering import save_organisation
from shared.contracts.base import OrganisationCode
from shared.contracts.directory import OrganisationKind, OrganisationRecorded, ServiceOffered
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx

router = APIRouter(prefix="/directory", tags=["Directory"], route_class=KeyRoute)
Code = Annotated[OrganisationCode, Path(description="The organisation's code")]

EXAMPLE = {
    "name": "Elm Road Surgery",
    "kind": "practice",
    "commissioner": "Q9A",
    "contacts": ["office@elmroad.example"],
    "members": [{"subject": "amira.patel", "name": "Dr Amira Patel", "roles": ["reporter"]}],
}
_FORBIDDEN = {"model": ProblemDocument, "description": "The key is not an administrator's"}


class Provider(BaseModel):
    """An organisation that reports can be about."""

    code: str
    name: str
    kind: OrganisationKind
    services: tuple[ServiceOffered, ...]


@router.get(
    "/providers",
    summary="List the providers",
    responses={status: REFUSALS[status] for status in (401, 403, 429)},
)
async def get_providers(_: DirectoryReader, connection: Reading) -> list[Provider]:
    """The organisations that a report can be about, by name, and the services to choose from: what the report form lists."""
    return [
        Provider(code=each.code, name=each.name, kind=each.kind, services=each.services)
        for each in await directory.providers(connection)
    ]


@router.put(
    "/organisations/{code}",
    dependencies=[OnlyAdministrators],
    summary="Record an organisation",
    response_model=OrganisationRecorded,
    responses={
        **{status: REFUSALS[status] for status in (401, 413, 415, 422)},
        201: {"model": OrganisationRecorded, "description": "The organisation is new"},
        403: _FORBIDDEN,
    },
    openapi_extra=example(EXAMPLE),
)
async def put_organisation(code: Code, details: OrganisationDetails, tx: Tx) -> Response:
    """The organisation is, from now on, as the body says, whole. The same body again changes nothing and publishes nothing."""
    try:
        saved = await save_organisation(code, details, tx)
    except NotAllowed as refused:
        raise FieldProblems(refused.problems) from None
    return _record(saved.organisation, 201 if saved.created else 200)


@router.get(
    "/organisations/{code}",
    summary="Read an organisation",
    response_model=OrganisationRecorded,
    responses={
        **{status: REFUSALS[status] for status in (401, 403, 429)},
        404: {"model": ProblemDocument, "description": "Your key can read no such organisation"},
    },
)
async def get_organisation(code: Code, client: DirectoryReader, connection: Reading) -> Response:
    """An organisation's key reads its own organisation only; the administrator's reads any."""
    found = await directory.organisation(connection, code) if client.may_see(code) else None
    if found is None:
        raise NotFound("There is no organisation with this code that your key can read.")
    return _record(found, 200)


def _record(organisation: OrganisationRecorded, status: int) -> Response:
    return Response(organisation.model_dump_json(), status, media_type="application/json")
