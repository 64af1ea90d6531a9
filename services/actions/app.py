"""Actions as a web application: the only place that builds it."""

from pathlib import Path

from fastapi import FastAPI

from services.actions import repository
from services.actions.consumers import build_consumers, build_timers
from services.actions.pages import router
from services.actions.settings import Settings
from shared.platform.runtime import Runtime
from shared.web.app import create_web_app


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    runtime = Runtime(
        settings,
        consumers=build_consumers(),
        timers=build_timers(),
        counts=repository.counts,
    )
    app = create_web_app(runtime, title="Actions", templates=Path(__file__).parent / "templates")
    app.include_router(router)
    return app
