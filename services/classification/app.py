"""The service's web application; nothing connects before it starts."""

from pathlib import Path

from fastapi import FastAPI

from services.classification import pages, repository
from services.classification.consumers import build_background, build_consumers
from services.classification.model.versions import SHIPPED, Versions
from services.classification.settings import Settings
from services.classification.workers import InForce, Reclassification, Trials
from shared.platform.runtime import Runtime
from shared.web.app import create_web_app


def create_app(settings: Settings | None = None, versions: Versions = SHIPPED) -> FastAPI:
    settings = settings or Settings()
    for version in versions.listed:
        versions.load(version.name)  # a broken one stops the process here, not at its first report
    runtime = Runtime(
        settings,
        consumers=build_consumers(versions),
        background=build_background(versions),
        workers=[InForce(versions), Reclassification(settings, versions), Trials(versions)],
        counts=repository.counts,
    )
    app = create_web_app(
        runtime, title="Classification", templates=Path(__file__).parent / "templates"
    )
    app.state.versions = versions
    app.include_router(pages.router)
    return app
