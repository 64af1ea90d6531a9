"""The reporting service, put together."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.reporting import pages, repository
from services.reporting.consumers import build_consumers
from services.reporting.health_board import HealthBoard
from services.reporting.settings import Settings
from services.reporting.workers import Reconciler, SignalWatch
from shared.platform.runtime import Runtime
from shared.web.app import create_web_app

ROOM = Path(__file__).parent


def create_app(settings: Settings | None = None) -> FastAPI:
    """Everything reporting is, not yet connected to anything."""
    settings = settings or Settings()
    board = HealthBoard(settings)
    runtime = Runtime(
        settings,
        consumers=build_consumers(),
        workers=[board, SignalWatch()],
        account=repository.account,
    )
    registry = runtime.metrics.registry
    runtime.add_worker(Reconciler(board, settings.reconcile_seconds, registry))
    app = create_web_app(runtime, title="Reporting", templates=ROOM / "templates")
    app.state.health_board = board
    app.include_router(pages.router)
    app.mount("/trends/static", StaticFiles(directory=ROOM / "static"))
    return app
