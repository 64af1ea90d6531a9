"""What a version tried on history would change: how far the trial is, numbers side by side, and examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.classification import use_cases
from services.classification.domain.trial import ENOUGH_DECIDED, ThemeCount, add_up
from services.classification.pages.common import LABELS, Overseer, QualityLead
from services.classification.pages.history import titles
from services.classification.pages.versions import numbers_of
from services.classification.repository import Scope, trials
from services.classification.repository.trials import Example
from shared.contracts.directory import Role
from shared.platform.errors import NotFound
from shared.platform.http import Reading, Tx
from shared.web.pages import render

router = APIRouter()
EXAMPLES = 5
"""For each theme."""


@dataclass(frozen=True)
class Row:
    """A theme in the table, with what changes in it."""

    title: str
    count: ThemeCount
    examples: Sequence[Example]


@router.get("/versions/trials/{trial_id}")
async def show_trial(
    request: Request, trial_id: UUID, actor: Overseer, connection: Reading
) -> HTMLResponse:
    """Numbers of the reports that the reader may open, or of all for operators, who see no words."""
    trial = await trials.find_trial(connection, trial_id)
    if trial is None:
        raise NotFound("There is no such trial. A newer one of the same version takes its place.")
    scope = numbers_of(actor)
    found = add_up(await trials.comparisons(connection, trial_id, scope))
    examples: list[Example] = []
    if may_decide := actor.may(Role.QUALITY_LEAD):
        own = Scope(oversees=actor.codes)
        examples = await trials.examples(connection, trial_id, own, for_each=EXAMPLES)
    names = dict(titles())
    rows = [
        Row(names.get(key, key), count, [one for one in examples if one.theme == key])
        for key, count in found.themes.items()
    ]
    return render(
        request,
        "trial.html",
        trial=trial,
        found=found,
        rows=sorted(rows, key=lambda row: (-row.count.gained - row.count.lost, row.title)),
        exact=scope is None,
        may_decide=may_decide,
        enough=ENOUGH_DECIDED,
        labels=LABELS,
    )


@router.post("/versions/trials/{trial_id}/stop")
async def stop_trial(trial_id: UUID, _: QualityLead, tx: Tx) -> Response:
    await use_cases.stop_trial(trial_id, tx)
    return RedirectResponse(f"/versions/trials/{trial_id}", 303)
