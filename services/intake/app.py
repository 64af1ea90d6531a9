"""Intake as one process: the only place where its parts meet."""

from pathlib import Path

from fastapi import FastAPI

from services.intake import repository
from services.intake.api import add_api
from services.intake.api.documentation import OPENAPI_URL
from services.intake.consumers import build_consumers
from services.intake.domain.keys import KeysUsed
from services.intake.pages import router as pages
from services.intake.settings import Settings
from services.intake.workers import KeyUseWriter
from shared.platform.runtime import Runtime
from shared.web import sign_in, statements
from shared.web.app import create_web_app

DESCRIPTION = "Send reports about providers and follow what becomes of them. Administrators keep the directory and the keys."


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    used = KeysUsed()
    runtime = Runtime(
        settings,
        consumers=build_consumers(settings),
        workers=[KeyUseWriter(used)],
        account=repository.account,
    )
    app = create_web_app(
        runtime,
        title="Insight",
        templates=Path(__file__).parent / "templates",
        description=DESCRIPTION,
        openapi_url=OPENAPI_URL,
    )
    app.state.keys_used = used
    add_api(app)
    app.include_router(pages)
    app.include_router(sign_in.router)
    app.include_router(statements.router)
    return app
