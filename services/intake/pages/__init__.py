"""Intake's pages. Left out of the API's document."""

from fastapi import APIRouter

from services.intake.pages import (
    administration,
    history,
    home,
    keys,
    my_reports,
    report,
    withdrawing,
)

router = APIRouter(include_in_schema=False)
for part in (home, report, my_reports, withdrawing, administration, keys, history):
    router.include_router(part.router)
