"""One click that agrees with a verdict, takes one theme out of it or adds one: each is a revision of its own."""

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.classification import domain, repository, use_cases
from services.classification.domain import Because, ChosenFrom, Correction, Decision
from services.classification.pages.common import (
    QualityLead,
    ReferenceInPath,
    find,
    scope_of,
    versions_of,
)
from services.classification.pages.offers import taxonomy_of, titles_of
from services.classification.repository import Scope, StoredReport
from shared.platform.errors import Unprocessable
from shared.platform.http import Tx
from shared.platform.transaction import Transaction
from shared.web.actors import Actor
from shared.web.addresses import safe_next
from shared.web.forms import Form, read_form

router = APIRouter()


class Click(Form):
    revision: int = Field(ge=1)
    chosen_from: ChosenFrom = ChosenFrom.OTHER
    back: str = ""
    """The page of the queue that it was sent from."""


ClickModel = TypeVar("ClickModel", bound=Click)


class NotAbout(Click):
    theme: str
    because: Because


class About(Click):
    theme: str


@dataclass(frozen=True)
class Seen:
    """The report that the click is on, and its verdict as it is now."""

    report: StoredReport
    current: Decision
    scope: Scope


@router.post("/verdicts/{reference}/agree")
async def agree(
    request: Request, reference: ReferenceInPath, actor: QualityLead, tx: Tx
) -> RedirectResponse:
    """From the verdict's page, or from its row in the queue, where the person is led back to."""
    seen, click = await _clicked(request, reference, actor, tx, Click)
    themes = domain.keys_of(seen.current)
    await _correct(request, seen, click, themes, domain.AGREED, actor, tx)
    queue = safe_next(click.back)
    if queue.startswith("/verdicts?"):
        return RedirectResponse(f"{queue}&{urlencode({'agreed': seen.report.reference})}", 303)
    return _corrected(seen)


@router.post("/verdicts/{reference}/not-about")
async def take_out(
    request: Request, reference: ReferenceInPath, actor: QualityLead, tx: Tx
) -> RedirectResponse:
    seen, click = await _clicked(request, reference, actor, tx, NotAbout)
    titles = {domain.key_of(theme): domain.title_of(theme) for theme in seen.current.themes}
    if click.theme not in titles:
        raise Unprocessable("The report does not have this theme.")
    reason = domain.not_about(titles[click.theme], click.because)
    themes = domain.keys_of(seen.current) - {click.theme}
    await _correct(request, seen, click, themes, reason, actor, tx)
    return _corrected(seen)


@router.post("/verdicts/{reference}/about")
async def add(
    request: Request, reference: ReferenceInPath, actor: QualityLead, tx: Tx
) -> RedirectResponse:
    seen, click = await _clicked(request, reference, actor, tx, About)
    titles = titles_of(await taxonomy_of(tx.connection, request, seen.report))
    if click.theme not in titles:
        raise Unprocessable("This theme is not in the list.")
    reason = domain.also_about(titles[click.theme])
    themes = domain.keys_of(seen.current) | {click.theme}
    await _correct(request, seen, click, themes, reason, actor, tx)
    return _corrected(seen)


async def _clicked(
    request: Request, reference: str, actor: Actor, tx: Transaction, model: type[ClickModel]
) -> tuple[Seen, ClickModel]:
    """Nothing is typed into these forms: what is wrong with one was not sent from our page. Raises Conflict where the verdict is not
    any more what the person saw."""
    scope = scope_of(actor).to_correct
    report = await find(tx.connection, scope, reference)
    filled = await read_form(request, model)
    if filled.value is None:
        raise Unprocessable("Open the report again, and press the button there.")
    current = (await repository.decisions(tx.connection, report.report_id))[0]
    use_cases.check_unchanged(current, filled.value.revision)
    return Seen(report, current, scope), filled.value


async def _correct(
    request: Request,
    seen: Seen,
    click: Click,
    themes: frozenset[str],
    reason: str,
    actor: Actor,
    tx: Transaction,
) -> None:
    correction = Correction(
        themes=themes,
        tenet=seen.current.tenet,
        reason=reason,
        member_id=actor.member_id,
        person=actor.name,
        chosen_from=click.chosen_from,
    )
    await use_cases.correct(
        seen.report.reference, click.revision, correction, seen.scope, tx, versions_of(request)
    )


def _corrected(seen: Seen) -> RedirectResponse:
    return RedirectResponse(f"/verdicts/{seen.report.reference}?corrected", 303)
