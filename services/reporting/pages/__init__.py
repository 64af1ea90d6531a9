"""Reporting's pages: trends, the reports behind their numbers, signals, operations, and dead letters."""

from fastapi import APIRouter

from services.reporting.pages import (
    commissioners,
    compare,
    impact,
    letters,
    operations,
    organisations,
    participation,
    records,
    signals,
    themes,
    trends,
    triangulation,
)

router = APIRouter(include_in_schema=False)
router.include_router(trends.router)
router.include_router(themes.router)
router.include_router(compare.router)
router.include_router(impact.router)
router.include_router(organisations.router)
router.include_router(commissioners.router)
router.include_router(participation.router)
router.include_router(triangulation.router)
router.include_router(records.router)
router.include_router(signals.router)
router.include_router(operations.router)
router.include_router(letters.router)
