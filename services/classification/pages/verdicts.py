"""The review queue, a report's verdict, and its correction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import domain, repository, use_cases
from services.classification.model.taxonomy import Taxonomy
from services.classification.pages.common import versions_of
from services.classification.repository import NOBODY, Filters, Scope, StoredReport
from shared.contracts.directory import Role
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme, DecidedBy, Hint
from shared.directory.repository import names
from shared.platform.errors import Forbidden, NotFound
from shared.platform.http import Reading, Tx
from shared.web.actors import Actor, CurrentActor, require
from shared.web.drafts import Draft
from shared.web.forms import Filled, Form, read_form, wrong
from shared.web.pages import render

router = APIRouter()

PAGE_SIZE = 20
NONE_OF_THESE = "none"
OTHERS = "Other themes"
NOT_ANY_MORE = "Not in the list of themes any more"
_LAST = {OTHERS: 1, NOT_ANY_MORE: 2}
QualityLead = Annotated[Actor, Depends(require(Role.QUALITY_LEAD))]
ReferenceInPath = Annotated[str, Path(max_length=20)]


@dataclass(frozen=True)
class Labels:
    """How the contract's values are called on pages."""

    hints: dict[Hint, str]
    tenets: dict[Tenet, str]
    kinds: dict[Kind, str]
    sentiments: dict[int, str]


LABELS = Labels(
    hints={
        Hint.POSSIBLE_HARM: "Possible harm",
        Hint.SAFEGUARDING: "Safeguarding",
        Hint.DUTY_OF_CANDOUR: "Duty of candour",
    },
    tenets={
        Tenet.EXPERIENCE: "Experience",
        Tenet.EFFECTIVENESS: "Effectiveness",
        Tenet.SAFETY: "Safety",
    },
    kinds={Kind.EVENT: "Event", Kind.FEEDBACK: "Feedback"},
    sentiments={1: "Very positive", 2: "Positive", 3: "Neutral", 4: "Negative", 5: "Very negative"},
)


class CorrectionForm(Form):
    themes: tuple[str, ...] = Field(min_length=1, title="themes")
    tenet: Tenet
    revision: int = Field(ge=1)
    reason: Annotated[str, StringConstraints(max_length=2_000)] = ""

    messages: ClassVar[dict[str, str]] = {
        "themes": "Choose what the report is about, or \u201cNone of these\u201d",
        "tenet": "Choose which part of quality it is about",
        "reason.string_too_long": "Reason must be 2,000 characters or fewer",
    }

    @model_validator(mode="after")
    def _none_or_some(self) -> "CorrectionForm":
        if NONE_OF_THESE in self.themes and len(self.themes) > 1:
            raise wrong("themes", "Choose themes or \u201cNone of these\u201d, not both")
        return self

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(self.themes) - {NONE_OF_THESE}


@router.get("/verdicts")
async def review(
    request: Request,
    actor: QualityLead,
    connection: Reading,
    kind: str = "",
    show: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The least certain verdicts first. Filters that nobody offers count as none."""
    filters = Filters(
        decided_by=DecidedBy.PERSON if show == DecidedBy.PERSON else DecidedBy.MODEL,
        kind=Kind(kind) if kind in LABELS.kinds else None,
    )
    scope = scope_of(actor).to_correct
    total = await repository.queue_length(connection, scope, filters)
    entries = await repository.queue(connection, scope, filters, page=page, size=PAGE_SIZE)
    query = {"kind": filters.kind or "", "show": filters.decided_by}
    return render(
        request,
        "review.html",
        entries=entries,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        names=await names(connection, {code for one in entries for code in _codes(one.report)}),
        filters=filters,
        values=query,
        address=lambda number: f"/verdicts?{urlencode(query | {'page': number})}",
        title_of=domain.title_of,
        labels=LABELS,
    )


@router.get("/verdicts/{reference}")
async def show_verdict(
    request: Request, reference: ReferenceInPath, actor: CurrentActor, connection: Reading
) -> HTMLResponse:
    """For quality leads, and read-only for the organisations the report is from and about."""
    scope = scope_of(actor)
    report = await find(connection, scope, reference)
    decisions = await repository.decisions(connection, report.report_id)
    current = decisions[0]
    return render(
        request,
        "verdict.html",
        report=report,
        current=current,
        decisions=decisions,
        segments=domain.segments(report.text, current.themes),
        words_of=lambda theme: _words_of(report.text, theme),
        names=await names(connection, _codes(report)),
        may_correct=await repository.find_report(connection, scope.to_correct, report.reference)
        is not None,
        corrected="corrected" in request.query_params,
        key_of=domain.key_of,
        none_of_these=NONE_OF_THESE,
        title_of=domain.title_of,
        labels=LABELS,
    )


@router.get("/verdicts/{reference}/correct")
async def show_correction(
    request: Request,
    reference: ReferenceInPath,
    actor: QualityLead,
    draft: Draft,
    connection: Reading,
) -> HTMLResponse:
    report = await find(connection, scope_of(actor).to_correct, reference)
    current = (await repository.decisions(connection, report.report_id))[0]
    chosen = [domain.key_of(theme) for theme in current.themes]
    shown: dict[str, object] = {
        "themes": chosen,
        "tenet": current.tenet,
        "revision": str(current.revision),
    }
    values = await draft.over(connection, CorrectionForm, shown)
    if values["revision"] != shown["revision"]:  # decided anew meanwhile: only the reason stands
        values |= shown
    taxonomy = await _taxonomy(connection, request, report)
    return _correction_page(request, report, current, taxonomy, values, {})


@router.post("/verdicts/{reference}/correct")
async def correct_verdict(
    request: Request, reference: ReferenceInPath, actor: QualityLead, draft: Draft, tx: Tx
) -> Response:
    """A reason is asked for a change; agreeing with the model needs none."""
    scope = scope_of(actor).to_correct
    report = await find(tx.connection, scope, reference)
    current = (await repository.decisions(tx.connection, report.report_id))[0]
    filled = await read_form(request, CorrectionForm)
    taxonomy = await _taxonomy(tx.connection, request, report)
    filled = _checked(filled, current, taxonomy)
    if filled.value is None:
        return _correction_page(request, report, current, taxonomy, filled.typed, filled.errors)
    form = filled.value
    correction = domain.Correction(
        themes=form.chosen,
        tenet=form.tenet,
        reason=form.reason or "Agreed with the verdict",
        member_id=actor.member_id,
        person=actor.name,
    )
    await use_cases.correct(reference, form.revision, correction, scope, tx, versions_of(request))
    await draft.sent(tx.connection)
    return RedirectResponse(f"/verdicts/{report.reference}?corrected", 303)


def scope_of(actor: Actor) -> Scope:
    """Raises Forbidden for roles that see no report's text: reviewers, operators and administrators."""
    if not actor.may(Role.QUALITY_LEAD, Role.REPORTER, Role.RESPONDER):
        raise Forbidden("Your role does not include reading reports.")
    codes = actor.codes
    return Scope(
        answers=codes if actor.may(Role.RESPONDER) else NOBODY,
        reported=codes if actor.may(Role.REPORTER) else NOBODY,
        oversees=codes if actor.may(Role.QUALITY_LEAD) else NOBODY,
    )


async def find(connection: AsyncConnection, scope: Scope, reference: str) -> StoredReport:
    report = await repository.find_report(connection, scope, reference.upper().replace("\0", ""))
    if report is None:
        raise NotFound("There is no such report, or it is not one of your organisation's.")
    return report


async def _taxonomy(
    connection: AsyncConnection, request: Request, report: StoredReport
) -> Taxonomy:
    return await use_cases.taxonomy_in_force(connection, report.kind, versions_of(request))


def _checked(
    filled: Filled[CorrectionForm], current: domain.Decision, taxonomy: Taxonomy
) -> Filled[CorrectionForm]:
    form = filled.value
    if form is None:
        return filled
    kept = {domain.key_of(theme) for theme in domain.outdated(current, taxonomy)}
    if form.chosen - dict(domain.choices(taxonomy)).keys() - kept:
        return filled.refuse("themes", "Choose themes from the list")
    if not form.reason and not domain.agrees(current, form.chosen, form.tenet):
        return filled.refuse("reason", "Enter why you are changing it")
    return filled


def _correction_page(
    request: Request,
    report: StoredReport,
    current: domain.Decision,
    taxonomy: Taxonomy,
    values: Mapping[str, object],
    errors: dict[str, str],
) -> HTMLResponse:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for key, (theme, sub_theme) in domain.choices(taxonomy):
        told = sub_theme or theme
        heading = theme.title if theme.sub_themes else OTHERS
        groups.setdefault(heading, []).append((key, told.title, told.description))
    for kept in domain.outdated(current, taxonomy):
        choice = (domain.key_of(kept), domain.title_of(kept), kept.title)
        groups.setdefault(NOT_ANY_MORE, []).append(choice)
    return render(
        request,
        "correct.html",
        422 if errors else 200,
        report=report,
        current=current,
        groups=dict(sorted(groups.items(), key=lambda group: _LAST.get(group[0], 0))),
        values=values,
        errors=errors,
        segments=domain.segments(report.text, current.themes),
        none_of_these=NONE_OF_THESE,
        labels=LABELS,
    )


def _codes(report: StoredReport) -> set[str]:
    return {report.reporter, report.provider}


def _words_of(text: str, theme: AssignedTheme) -> list[str]:
    """The words that led to a theme, each once, in their order."""
    return list(dict.fromkeys(text[span.start : span.end] for span in theme.evidence))
