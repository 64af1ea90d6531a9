"""The directory for administrators: who is in it, and what it says of each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.intake import repository
from services.intake.pages.my_reports import pages_of
from shared.contracts.directory import Role
from shared.directory import repository as directory
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web.actors import require
from shared.web.pages import render

router = APIRouter(prefix="/administration", dependencies=[Depends(require(Role.ADMINISTRATOR))])
PAGE_SIZE = 50


@router.get("")
async def show_organisations(
    request: Request,
    connection: Reading,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    words = q.replace("\0", "").strip()
    total = await repository.count_organisations(connection, words)
    found = await repository.find_organisations(
        connection, words, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return render(
        request,
        "administration.html",
        organisations=found,
        total=total,
        values={"q": words},
        pages=pages_of("/administration", {"q": words}, page, total, PAGE_SIZE),
    )


@router.get("/organisations/{code}")
async def show_organisation(request: Request, code: str, connection: Reading) -> Response:
    organisation = await directory.organisation(connection, code.replace("\0", ""))
    if organisation is None:
        raise NotFound("The directory has no organisation with this code.")
    others = {each for each in (organisation.commissioner, organisation.successor) if each}
    names = await directory.names(connection, others)
    return render(request, "organisation_record.html", organisation=organisation, names=names)
