"""Many organisations from a file, for administrators' programs: what it would change first, then the change."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from services.intake.api.clients import KeyRoute, OnlyAdministrators
from services.intake.api.problems import FieldProblems, ProblemDocument
from services.intake.api.reports import REFUSALS
from services.intake.domain.directory_import import (
    GP_PRACTICE,
    CommissionerColumn,
    Options,
    Sort,
    Step,
    What,
)
from services.intake.domain.ods import UnusableFile
from services.intake.domain.submissions import Problem
from services.intake.repository import StagedImport
from services.intake.use_cases import importing
from shared.contracts.directory import OrganisationKind
from shared.platform.errors import UnsupportedMediaType
from shared.platform.http import Reading, Tx

router = APIRouter(
    prefix="/directory/imports",
    tags=["Directory"],
    route_class=KeyRoute,
    dependencies=[OnlyAdministrators],
)
CSV = "text/csv"
_FORBIDDEN = {"model": ProblemDocument, "description": "The key is not an administrator's"}
_GONE = {"model": ProblemDocument, "description": "There is no such import, or it has expired"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {CSV: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class StepOut(BaseModel):
    """One organisation that the import adds, changes or closes."""

    what: What
    code: str
    name: str
    line: int
    before: Mapping[str, str | None]
    after: Mapping[str, str | None] = Field(description="Only the fields that change")

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        return cls(
            what=step.what,
            code=step.code,
            name=step.name,
            line=step.line,
            before=step.before,
            after=step.after,
        )


class BadRowOut(BaseModel):
    line: int
    reason: str


class ImportOut(BaseModel):
    """What a file changes in the directory."""

    import_id: UUID
    sort: Sort
    new: int
    changed: int
    closed: int
    unchanged: int
    many_closures: bool = Field(description="It is applied only with `allow_closures`")
    steps: list[StepOut]
    problems: list[BadRowOut] = Field(description="Rows that cannot be taken in")
    left_out: Mapping[str, int] = Field(description="Rows that are not for the directory, by why")
    missing: list[str] = Field(description="Open organisations of this sort not in the file")
    closed_here: list[str] = Field(description="Open in the file, closed in the directory")
    unknown_commissioners: Mapping[str, int]
    expires_at: AwareDatetime
    applied_at: AwareDatetime | None

    @classmethod
    def of(cls, staged: StagedImport) -> "ImportOut":
        plan = staged.plan
        return cls(
            import_id=staged.line.id,
            sort=staged.sort,
            new=len(plan.of(What.NEW)),
            changed=len(plan.of(What.CHANGED)),
            closed=len(plan.of(What.CLOSED)),
            unchanged=plan.unchanged,
            many_closures=plan.many_closures,
            steps=[StepOut.of(step) for step in plan.steps],
            problems=[BadRowOut(line=each.line, reason=each.reason) for each in plan.problems],
            left_out=plan.left_out,
            missing=list(plan.missing),
            closed_here=list(plan.closed_here),
            unknown_commissioners=plan.unknown_commissioners,
            expires_at=staged.line.expires_at,
            applied_at=staged.line.applied_at,
        )


KindOfCode = Annotated[str, Query(pattern=r"^[A-Z0-9]{2,12}=[a-z-]{1,30}$")]


@router.post(
    "",
    status_code=201,
    summary="See what a file of the Organisation Data Service changes",
    responses={**{s: REFUSALS[s] for s in (401, 413, 415, 422)}, 403: _FORBIDDEN},
    openapi_extra=_BODY,
)
async def preview(
    request: Request,
    tx: Tx,
    sort: Annotated[
        Sort | None,
        Query(description="`practice` for epraccur, `trust` for etr; else the file tells"),
    ] = None,
    kind: Annotated[
        OrganisationKind | None,
        Query(description="Of new organisations whose kind the file does not tell"),
    ] = None,
    kind_of: Annotated[
        list[KindOfCode], Query(description="The same for one: `RRE=community`")
    ] = [],  # noqa: B006 - FastAPI copies it
    setting: Annotated[
        list[Annotated[str, Query(pattern=r"^[0-9]{1,2}$")]],
        Query(description="Prescribing settings that are taken in"),
    ] = [GP_PRACTICE],  # noqa: B006 - as above
    commissioner: Annotated[
        CommissionerColumn, Query(description="Which column of epraccur names the commissioner")
    ] = CommissionerColumn.COMMISSIONER,
) -> ImportOut:
    """The body is the file as it was published: `epraccur` or `etr`, 27 columns, no header. Nothing is changed; the answer can be
    applied for 24 hours, as long as none of its organisations is changed otherwise."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != CSV:
        raise UnsupportedMediaType(f"Send the file with Content-Type: {CSV}.")
    options = Options(
        kind=kind,
        kinds=kinds_by_code(kind_of),
        settings=frozenset(setting),
        commissioner=commissioner,
    )
    try:
        staged = await importing.preview_import(
            await request.body(), "by the interface for programs", sort, options, "a program", tx
        )
    except UnusableFile as problem:
        raise FieldProblems([Problem("file", str(problem))]) from None
    return ImportOut.of(staged)


def kinds_by_code(given: list[str]) -> dict[str, OrganisationKind]:
    """Raises FieldProblems for a kind that there is not."""
    found = {}
    for each in given:
        code, _, kind = each.partition("=")
        if kind not in set(OrganisationKind):
            raise FieldProblems([Problem("kind_of", f"There is no kind {kind}")])
        found[code] = OrganisationKind(kind)
    return found


@router.get(
    "/{import_id}",
    summary="Read an import",
    responses={401: REFUSALS[401], 403: _FORBIDDEN, 404: _GONE},
)
async def get_import(import_id: UUID, connection: Reading) -> ImportOut:
    return ImportOut.of(await importing.find_import(import_id, connection))


@router.post(
    "/{import_id}/apply",
    summary="Apply an import as it was shown",
    responses={
        401: REFUSALS[401],
        403: _FORBIDDEN,
        404: _GONE,
        409: {
            "model": ProblemDocument,
            "description": "It would close many organisations, has expired, or an organisation has changed since",
        },
    },
)
async def apply(
    import_id: UUID,
    tx: Tx,
    allow_closures: Annotated[
        bool, Query(description="Also when it closes many organisations")
    ] = False,
) -> ImportOut:
    """All of it or nothing. Applying it again changes nothing."""
    return ImportOut.of(
        await importing.apply_import(import_id, allow_closures=allow_closures, tx=tx)
    )
