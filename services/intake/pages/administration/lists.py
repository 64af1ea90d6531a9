"""The lists: organisations, and members across organisations."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from services.intake import repository
from services.intake.pages.administration.common import KINDS, LISTS, ROLES, Admin, administrator_of
from services.intake.repository import Wanted
from shared.contracts.directory import OrganisationKind, OrganisationStatus
from shared.directory import repository as directory
from shared.platform.http import Reading
from shared.web.pages import render
from shared.web.paging import PageNumber, Pages

router = APIRouter(prefix=LISTS)
PAGE_SIZE = 50
MOST_MEMBERS = 100

Words = Annotated[str, Query(max_length=200)]


@router.get("")
async def show_organisations(
    request: Request,
    actor: Admin,
    connection: Reading,
    q: Words = "",
    kind: OrganisationKind | Literal[""] = "",
    status: OrganisationStatus | Literal[""] = "",
    commissioner: Annotated[str, Query(pattern=r"^[A-Z0-9]{0,12}$")] = "",
    page: PageNumber = 1,
) -> Response:
    administrator = administrator_of(actor)
    wanted = Wanted(
        words=q.replace("\0", "").strip(),
        kind=kind or None,
        status=status or None,
        commissioner=commissioner or None,
        only=administrator.only,
    )
    total = await repository.count_organisations(connection, wanted)
    found = await repository.find_organisations(
        connection, wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    query = {"q": wanted.words, "kind": kind, "status": status, "commissioner": commissioner}
    names = await directory.names(
        connection, {each.commissioner for each in found if each.commissioner}
    )
    return render(
        request,
        "directory/organisations.html",
        organisations=found,
        names=names,
        total=total,
        whole=administrator.only is None,
        filtered=any(query.values()),
        values=query,
        kinds=KINDS,
        commissioners=await directory.listed(connection, {OrganisationKind.COMMISSIONER}),
        pages=Pages(LISTS, query, page, total, PAGE_SIZE),
    )


@router.get("/members")
async def show_members(
    request: Request, actor: Admin, connection: Reading, q: Words = ""
) -> Response:
    """Nobody is listed before something is looked for."""
    words = q.replace("\0", "").strip()
    only = administrator_of(actor).only
    found = (
        await repository.find_members(connection, words, only, limit=MOST_MEMBERS + 1)
        if words
        else []
    )
    return render(
        request,
        "directory/member_search.html",
        members=found[:MOST_MEMBERS],
        more=len(found) > MOST_MEMBERS,
        most=MOST_MEMBERS,
        words=words,
        values={"q": words},
        roles=ROLES,
    )
