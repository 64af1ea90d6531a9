"""Classification's pages: verdicts, their review and correction, second readings, agreement, versions and their trials, lists of themes,
and the histories."""

from fastapi import APIRouter

from services.classification.pages import (
    agreement,
    correcting,
    history,
    one_click,
    readings,
    review,
    taxonomies,
    training,
    trials,
    verdicts,
    versions,
)

router = APIRouter(include_in_schema=False)
# `verdicts` and `taxonomies` take any one word after their own address, so what has a name of its own comes before.
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
    taxonomies,
):
    router.include_router(part.router)
