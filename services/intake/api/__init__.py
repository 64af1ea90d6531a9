"""Intake's doors for programs: `/api/v1`, and its description."""

from fastapi import APIRouter, FastAPI

from services.intake.api import (
    bulk,
    directory,
    documentation,
    imports,
    keys,
    reports,
    withdrawals,
)
from services.intake.api.problems import FieldProblems, field_problems, key_missing
from shared.platform.errors import Unauthorized

router = APIRouter()
router.include_router(documentation.router)
for part in (reports, withdrawals, bulk, directory, imports, keys):
    router.include_router(part.router, prefix="/api/v1")


def add_api(app: FastAPI) -> None:
    """The routes, and how their own kinds of error are told."""
    app.include_router(router)
    app.add_exception_handler(FieldProblems, field_problems)
    app.add_exception_handler(Unauthorized, key_missing)
