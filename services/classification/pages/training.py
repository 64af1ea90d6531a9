"""What people decided, as a file to train and measure models with: the columns of the labelled file, and what the model had said."""

from collections.abc import AsyncIterator, Iterable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.classification import domain
from services.classification.pages.common import QualityLead, scope_of
from services.classification.repository import Scope, training
from services.classification.repository.training import Decided
from shared.platform.http import runtime_of
from shared.platform.transaction import Transactions
from shared.web.csv_text import BYTE_ORDER_MARK, MEDIA_TYPE, csv_text, file_headers

BATCH = 1_000
COLUMNS = (
    "id",
    "kind",
    "service",
    "question",
    "sentiment",
    "text",
    "sub_themes",
    "themes",
    "model_version",
    "tenet",
    "agreed",
)

router = APIRouter()


@router.get("/verdicts/corrections.csv")
async def corrections(request: Request, actor: QualityLead) -> StreamingResponse:
    """One row for each report of the person's area that a person decided. It holds what people wrote."""
    return StreamingResponse(
        _lines(runtime_of(request).transactions, scope_of(actor).to_correct),
        media_type=MEDIA_TYPE,
        headers=file_headers("corrections"),
    )


async def _lines(transactions: Transactions, scope: Scope) -> AsyncIterator[str]:
    """By a connection of its own: the page's is given back before the file has been sent."""
    yield BYTE_ORDER_MARK + csv_text([COLUMNS])
    async with transactions.read() as connection:
        last = None
        while batch := await training.decided_by_people(connection, scope, after=last, limit=BATCH):
            yield csv_text([_row(each) for each in batch])
            last = batch[-1].report.report_id


def _row(decided: Decided) -> Sequence[object]:
    report, decision, model = decided.report, decided.decision, decided.model
    agreed = model is not None and domain.agrees(model, domain.keys_of(decision), decision.tenet)
    return (
        report.reference,
        report.kind,
        report.provider,
        report.question,
        "",  # nobody decides on the feeling, and the model's own guess is no lesson
        report.text,
        _titles(theme.sub_theme_title for theme in decision.themes),
        _titles(theme.title for theme in decision.themes),
        decision.model_version,
        decision.tenet,
        "yes" if agreed else "no",
    )


def _titles(titles: Iterable[str | None]) -> str:
    """Each once, in their order."""
    return "|".join(dict.fromkeys(title for title in titles if title))
