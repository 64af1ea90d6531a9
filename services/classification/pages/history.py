"""The history of a verdict, and of what verdicts are given by."""

from collections.abc import Iterator
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.model.taxonomy import published_taxonomies
from services.classification.pages.common import (
    LABELS,
    Overseer,
    QualityLead,
    ReferenceInPath,
    find,
    scope_of,
)
from shared.contracts.reports import Kind
from shared.platform.audit import RecordKind
from shared.platform.http import Reading
from shared.web.actors import Actor
from shared.web.history import Before, Record, download_history, show_history
from shared.web.history_words import Words

router = APIRouter()

IN_FORCE = Record(
    title="Themes and models in force",
    caption="History",
    path="/taxonomies/history",
    back=("/versions", "Back to versions"),
    kinds=(RecordKind.TAXONOMY,),
    record_id=None,
    words=Words(
        fields={
            "version": "Version",
            "tried": "Version tried",
            "taxonomy_version": "List of themes",
            "taxonomy_sha256": "SHA-256 digest of the list",
            "model_version": "Model",
            "model_sha256": "SHA-256 digest of the model",
        }
    ),
    part_names={Kind.EVENT: "for events", Kind.FEEDBACK: "for feedback"},
    note="It says by which list of themes, and by which model, reports have been given their themes from when on, and what was tried.",
)


@router.get("/verdicts/{reference}/history")
async def verdict_history(
    request: Request,
    reference: ReferenceInPath,
    actor: QualityLead,
    connection: Reading,
    before: Before = None,
) -> Response:
    record = await _verdict(connection, actor, reference)
    return await show_history(request, connection, record, before)


@router.get("/verdicts/{reference}/history.csv")
async def verdict_history_file(
    reference: ReferenceInPath, actor: QualityLead, connection: Reading
) -> Response:
    return await download_history(connection, await _verdict(connection, actor, reference))


@router.get("/taxonomies/history")
async def taxonomy_history(
    request: Request, _: Overseer, connection: Reading, before: Before = None
) -> Response:
    return await show_history(request, connection, IN_FORCE, before)


@router.get("/taxonomies/history.csv")
async def taxonomy_history_file(_: Overseer, connection: Reading) -> Response:
    return await download_history(connection, IN_FORCE)


async def _verdict(connection: AsyncConnection, actor: Actor, reference: str) -> Record:
    report = await find(connection, scope_of(actor).to_correct, reference)
    return Record(
        title="History of the verdict",
        caption=report.reference,
        path=f"/verdicts/{report.reference}/history",
        back=(f"/verdicts/{report.reference}", f"Themes of {report.reference}"),
        kinds=(RecordKind.VERDICT,),
        record_id=str(report.report_id),
        words=_verdict_words(),
    )


@cache
def _verdict_words() -> Words:
    return Words(
        fields={
            "taxonomy_version": "List of themes",
            "model_version": "Model",
            "tenet": "Part of quality",
            "sentiment": "Feeling",
            "hints": "Reasons to look",
            "chosen_from": "Found",
            "compared_with": "Compared with revision",
        },
        values={
            "themes": dict(titles()),
            "tenet": LABELS.tenets,
            "hints": LABELS.hints,
            "sentiment": {str(number): text for number, text in LABELS.sentiments.items()},
            "decided_by": {"model": "The model", "person": "A person"},
            "chosen_from": {
                "least-certain": "among the least certain",
                "sample": "in the random sample",
                "other": "in another way",
            },
        },
        steps={
            "themes assigned": "themes assigned by the model",
            "themes assigned anew": "themes assigned anew by the model, after another version was put in force",
            "agreed with": "agreed with the verdict",
            "read a second time": "read a second time, without its verdict",
        },
    )


def titles() -> Iterator[tuple[str, str]]:
    """Of every theme there ever was, by its key: a slug never changes its meaning."""
    for taxonomy in published_taxonomies():
        for theme in taxonomy.themes:
            yield theme.slug, theme.title
            for sub_theme in theme.sub_themes:
                yield f"{theme.slug}/{sub_theme.slug}", f"{theme.title}: {sub_theme.title}"
