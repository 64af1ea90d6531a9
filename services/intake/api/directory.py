"""The directory, for administrators' programs."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.intake.api.clients import OnlyAdministrators
from services.intake.api.problems import FieldProblems, JsonRoute, ProblemDocument, example
from services.intake.api.reports import REFUSALS
from services.intake.domain.administering import NotAllowed
from services.intake.domain.directory import OrganisationDetails
from services.intake.use_cases.administering import save_organisation
from shared.contracts.base import OrganisationCode
from shared.contracts.directory import OrganisationRecorded
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx

router = APIRouter(
    prefix="/directory/organisations",
    tags=["Directory"],
    route_class=JsonRoute,
    dependencies=[OnlyAdministrators],
)
Code = Annotated[OrganisationCode, Path(description="The organisation's code")]

EXAMPLE = {
    "name": "Elm Road Surgery",
    "kind": "practice",
    "commissioner": "Q9A",
    "contacts": ["office@elmroad.example"],
    "members": [{"subject": "amira.patel", "name": "Dr Amira Patel", "roles": ["reporter"]}],
}
_FORBIDDEN = {"model": ProblemDocument, "description": "The key is not an administrator's"}


@router.put(
    "/{code}",
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
    "/{code}",
    summary="Read an organisation",
    response_model=OrganisationRecorded,
    responses={
        401: REFUSALS[401],
        403: _FORBIDDEN,
        404: {"model": ProblemDocument, "description": "The directory has no such organisation"},
    },
)
async def get_organisation(code: Code, connection: Reading) -> Response:
    found = await directory.organisation(connection, code)
    if found is None:
        raise NotFound("The directory has no organisation with this code.")
    return _record(found, 200)


def _record(organisation: OrganisationRecorded, status: int) -> Response:
    return Response(organisation.model_dump_json(), status, media_type="application/json")
