"""The five services as their own code describes them, built without a server: nothing connects before an app's lifespan."""

import importlib
from functools import cache
from typing import cast

from fastapi import FastAPI

from shared.platform.runtime import Runtime
from shared.platform.settings import ServiceSettings

SERVICES = ("intake", "classification", "actions", "notifications", "reporting")


@cache
def app_of(service: str) -> FastAPI:
    """The service's app with settings that lead nowhere."""
    settings = importlib.import_module(f"services.{service}.settings").Settings
    create_app = importlib.import_module(f"services.{service}.app").create_app
    nowhere = cast("type[ServiceSettings]", settings).model_validate(
        {"database_url": "postgresql+asyncpg://nobody@localhost/nowhere", "session_key": "none"}
    )
    return cast("FastAPI", create_app(nowhere))


def runtime_of(service: str) -> Runtime:
    runtime: Runtime = app_of(service).state.runtime
    return runtime


def openapi() -> dict[str, object]:
    """Intake's API: the only one for programs of other people."""
    return app_of("intake").openapi()
