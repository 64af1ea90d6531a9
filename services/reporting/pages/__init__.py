"""Reporting's pages: trends, and operations."""

from fastapi import APIRouter

from services.reporting.pages import downloads, operations, trends

router = APIRouter(include_in_schema=False)
router.include_router(downloads.router)
router.include_router(trends.router)
router.include_router(operations.router)
