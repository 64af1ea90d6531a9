"""The versions that themes can be assigned by: which is in force, how far history has followed, and putting another one in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, cast

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import use_cases
from services.classification.domain.trial import ENOUGH_DECIDED, add_up
from services.classification.model.versions import Version, Versions
from services.classification.pages import cards
from services.classification.pages.common import LABELS, Overseer, QualityLead, versions_of
from services.classification.repository import Scope, trials
from services.classification.repository import versions as repository
from services.classification.repository.trials import Trial
from services.classification.repository.versions import Adoption
from services.classification.settings import Settings
from shared.contracts.directory import Role
from shared.contracts.reports import Kind
from shared.platform.errors import Conflict, NotFound
from shared.platform.http import Reading, Tx, runtime_of
from shared.web.actors import Actor
from shared.web.drafts import Draft
from shared.web.forms import Form, read_form
from shared.web.pages import render

router = APIRouter()
VersionName = Annotated[str, Path(max_length=80)]


class AdoptionForm(Form):
    instead_of: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    """The version in force that the person saw."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]

    messages: ClassVar[Mapping[str, str]] = {
        "reason": "Enter why it is to be put in force",
        "reason.string_too_long": "Reason must be 2,000 characters or fewer",
    }


@dataclass(frozen=True)
class Standing:
    """A kind of reports: what is in force, what else there is, and how far history has followed. Numbers are the reader's."""

    kind: Kind
    adopted: Adoption | None
    in_force: Version | None
    """None for a version of a newer release than this one."""
    others: list[Version]
    followed: int
    waiting: int
    trial: Trial | None
    """The one under way."""

    @property
    def total(self) -> int:
        return self.followed + self.waiting


@router.get("/versions")
async def show_versions(request: Request, actor: Overseer, connection: Reading) -> HTMLResponse:
    found = await trials.newest_trials(connection)
    return render(
        request,
        "versions.html",
        standings=await _standings(connection, versions_of(request), actor, found),
        trials=found,
        exact=actor.may(Role.OPERATOR),
        may_decide=actor.may(Role.QUALITY_LEAD),
        has_card=cards.there_is,
        adopted="adopted" in request.query_params,
        labels=LABELS,
    )


@router.get("/versions/{measured}/card")
async def show_card(request: Request, measured: VersionName, _: Overseer) -> HTMLResponse:
    found = _find(request, measured)
    if not cards.there_is(found.name):
        raise NotFound("There is no model card of this version.")
    return render(request, "card.html", version=found, card=cards.shown(found.name))


@router.post("/versions/{version}/trials")
async def begin_trial(
    request: Request, version: VersionName, actor: QualityLead, tx: Tx
) -> Response:
    trial_id = await use_cases.start_trial(version, actor.name, tx, versions_of(request))
    return RedirectResponse(f"/versions/trials/{trial_id}", 303)


@router.get("/versions/{version}/adopt")
async def show_adoption(
    request: Request, version: VersionName, actor: QualityLead, draft: Draft, connection: Reading
) -> HTMLResponse:
    wanted = _find(request, version)
    adopted = await _adopted(connection, wanted)
    shown = {"instead_of": adopted.version}
    values = await draft.over(connection, AdoptionForm, shown)
    return await _adoption_page(request, connection, actor, wanted, adopted, values | shown, {})


@router.post("/versions/{version}/adopt")
async def adopt(
    request: Request, version: VersionName, actor: QualityLead, draft: Draft, tx: Tx
) -> Response:
    wanted = _find(request, version)
    adopted = await _adopted(tx.connection, wanted)
    filled = await read_form(request, AdoptionForm)
    if filled.value is None:
        shown = {**filled.typed, "instead_of": adopted.version}
        return await _adoption_page(
            request, tx.connection, actor, wanted, adopted, shown, filled.errors
        )
    await use_cases.adopt(
        version,
        instead_of=filled.value.instead_of,
        reason=filled.value.reason,
        member_id=actor.member_id,
        person=actor.name,
        tx=tx,
        versions=versions_of(request),
    )
    await draft.sent(tx.connection)
    return RedirectResponse("/versions?adopted", 303)


def numbers_of(actor: Actor) -> Scope | None:
    """Whose reports a reader's numbers count: an operator's all, for which the scope is none; a quality lead's those that they may
    open."""
    return None if actor.may(Role.OPERATOR) else Scope(oversees=actor.codes)


async def _standings(
    connection: AsyncConnection, versions: Versions, actor: Actor, found: Mapping[str, Trial]
) -> list[Standing]:
    adopted = await repository.adoptions_in_force(connection)
    counted = await repository.reports_by_version(connection, tuple(Kind), numbers_of(actor))
    return [_standing(kind, adopted.get(kind), versions, counted, found.values()) for kind in Kind]


def _standing(
    kind: Kind,
    adopted: Adoption | None,
    versions: Versions,
    counted: Mapping[tuple[Kind, str], int],
    found: Iterable[Trial],
) -> Standing:
    name = adopted.version if adopted else ""
    by_version = {version: n for (of_kind, version), n in counted.items() if of_kind is kind}
    followed = by_version.pop(name, 0)
    return Standing(
        kind=kind,
        adopted=adopted,
        in_force=versions.find(name),
        others=[each for each in versions.of(kind) if each.name != name],
        followed=followed,
        waiting=sum(by_version.values()),
        trial=next((one for one in found if one.under_way and one.kind is kind), None),
    )


def _find(request: Request, name: str) -> Version:
    version = versions_of(request).find(name)
    if version is None:
        raise NotFound("There is no such version.")
    return version


async def _adopted(connection: AsyncConnection, version: Version) -> Adoption:
    """What it would take the place of. Raises Conflict where that is itself."""
    adopted = (await repository.adoptions_in_force(connection)).get(version.kind)
    if adopted is None:
        raise Conflict("Nothing is in force yet. Try again in a moment.")
    if adopted.version == version.name:
        raise Conflict("This version is in force already.")
    return adopted


async def _adoption_page(
    request: Request,
    connection: AsyncConnection,
    actor: Actor,
    version: Version,
    adopted: Adoption,
    values: Mapping[str, object],
    errors: dict[str, str],
) -> HTMLResponse:
    scope = numbers_of(actor)
    trial = (await trials.newest_trials(connection)).get(version.name)
    found = await trials.comparisons(connection, trial.trial_id, scope) if trial else []
    counted = await repository.reports_by_version(connection, [version.kind], scope)
    settings = cast("Settings", runtime_of(request).settings)
    return render(
        request,
        "adopt.html",
        422 if errors else 200,
        version=version,
        adopted=adopted,
        trial=trial,
        found=add_up(found),
        to_follow=sum(n for (_, name), n in counted.items() if name != version.name),
        exact=scope is None,
        enough=ENOUGH_DECIDED,
        per_second=settings.reclassify_per_second,
        values=values,
        errors=errors,
        labels=LABELS,
    )
