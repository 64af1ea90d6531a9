"""Notifications as a web application with its consumers and workers: the only place that puts them together."""

from pathlib import Path

from fastapi import FastAPI

from services.notifications import pages
from services.notifications.consumers import build_consumers, build_timers
from services.notifications.repository import delivery_log
from services.notifications.settings import Settings
from services.notifications.workers import Delivery, Pause, Watch
from shared.platform.runtime import Runtime
from shared.web.app import create_web_app


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    idle = Pause(0.01, settings.poll_seconds)
    runtime = Runtime(
        settings,
        consumers=build_consumers(idle.ring, settings.digest_at),
        timers=build_timers(idle.ring),
        workers=[Delivery(settings, idle), Watch(settings)],
        counts=delivery_log.counts,
    )
    app = create_web_app(
        runtime, title="Notifications", templates=Path(__file__).parent / "templates"
    )
    app.include_router(pages.router)
    return app
