"""Classification's pages: verdicts, their review and correction, second readings, agreement, versions and their trials, and the histories."""

from fastapi import APIRouter

from services.classification.pages import (
    agreement,
    correcting,
    history,
    one_click,
    readings,
    review,
    training,
    trials,
    verdicts,
    versions,
)

router = APIRouter(include_in_schema=False)
# `verdicts` takes any one word after its own address, so what has a name of its own comes before.
for part in (
    review,
    agreement,
    readings,
    training,
    verdicts,
    correcting,
    one_click,
    versions,
    trials,
    history,
):
    router.include_router(part.router)
