"""The service's web application; nothing connects before it starts."""

from pathlib import Path

from fastapi import FastAPI

from services.classification import pages, repository
from services.classification.consumers import build_consumers
from services.classification.model.verdict import load_model
from services.classification.settings import Settings
from services.classification.workers import InForce
from shared.contracts.reports import Kind
from shared.platform.runtime import Runtime
from shared.web.app import create_web_app


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    for kind in Kind:
        load_model(kind)  # a broken taxonomy stops the process here, not at its first report
    runtime = Runtime(
        settings,
        consumers=build_consumers(settings),
        workers=[InForce()],
        counts=repository.counts,
    )
    app = create_web_app(
        runtime, title="Classification", templates=Path(__file__).parent / "templates"
    )
    app.include_router(pages.router)
    return app
