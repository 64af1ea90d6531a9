"""How far the model and people agree, and people among themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.classification.domain import (
    Agreement,
    ChosenFrom,
    Pair,
    Picture,
    agreement_of,
    picture_of,
)
from services.classification.pages.common import LABELS, QualityLead, scope_of
from services.classification.pages.history import titles
from services.classification.repository import agreement
from services.classification.repository.agreement import Compared
from shared.contracts.reports import Kind
from shared.platform.http import Reading
from shared.web.pages import render

router = APIRouter()

WAYS = {
    ChosenFrom.SAMPLE: "From the random sample",
    ChosenFrom.LEAST_CERTAIN: "From the least certain",
    ChosenFrom.OTHER: "Opened in another way",
}


@dataclass(frozen=True)
class Row:
    """Decisions on verdicts of one version of the model, by how people came to them."""

    model: str
    way: str
    found: Agreement


@dataclass(frozen=True)
class Side:
    """Two readers: figures, and a picture where there is enough to draw."""

    rows: Sequence[Row]
    whole: Agreement
    picture: Picture | None


@router.get("/verdicts/agreement")
async def show_agreement(
    request: Request, actor: QualityLead, connection: Reading, kind: str = ""
) -> HTMLResponse:
    """Of one kind of reports at a time: each has a list of themes of its own. Events, unless feedback is asked for."""
    wanted = Kind.FEEDBACK if kind == Kind.FEEDBACK else Kind.EVENT
    scope = scope_of(actor).to_correct
    named = dict(titles())
    compared = await agreement.model_and_people(connection, scope, wanted)
    read = await agreement.people_and_people(connection, scope, wanted)
    return render(
        request,
        "agreement.html",
        model=_side("model", [each.pair for each in compared], named, _rows(compared)),
        people=_side("people", read, named),
        titles=named,
        values={"kind": wanted},
        labels=LABELS,
    )


def _rows(compared: Sequence[Compared]) -> list[Row]:
    """The newest version's first, and of each the sample first: it is what tells most."""
    versions = sorted({each.model_version for each in compared}, reverse=True)
    return [
        Row(version, words, agreement_of(pairs))
        for version in versions
        for way, words in WAYS.items()
        if (
            pairs := [
                each.pair
                for each in compared
                if (each.model_version, each.chosen_from) == (version, way)
            ]
        )
    ]


def _side(key: str, pairs: Sequence[Pair], named: dict[str, str], rows: Sequence[Row] = ()) -> Side:
    whole = agreement_of(pairs)
    picture = picture_of(key, "Kappa by theme", whole.themes, named) if whole.is_enough else None
    return Side(rows, whole, picture)
