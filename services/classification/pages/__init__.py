"""Classification's pages: verdicts and their review, and the histories."""

from fastapi import APIRouter

from services.classification.pages import history, verdicts

router = APIRouter(include_in_schema=False)
for part in (verdicts, history):
    router.include_router(part.router)
