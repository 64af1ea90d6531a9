"""For machines that watch: alive, ready, measured, and how it goes. Reached on the service's own port, not through the front door."""

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.contracts.operations import Heartbeat
from shared.platform.runtime import Runtime

PATHS = ("/livez", "/readyz", "/metrics", "/status")

router = APIRouter(include_in_schema=False)


def _runtime(request: Request) -> Runtime:
    return cast("Runtime", request.app.state.runtime)


@router.get("/livez")
async def livez() -> PlainTextResponse:
    """Answers as long as the process can; asks nothing of anybody else, so that an outage elsewhere restarts nothing."""
    return PlainTextResponse("alive\n")


@router.get("/readyz")
async def readyz(request: Request) -> PlainTextResponse:
    status = await _runtime(request).status()
    if status.ready:
        return PlainTextResponse("ready\n")
    return PlainTextResponse("\n".join(status.problems) + "\n", 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    runtime = _runtime(request)
    await runtime.status()  # brings lag and outbox up to date
    return Response(generate_latest(runtime.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/status")
async def status(request: Request) -> Heartbeat:
    return await _runtime(request).status()
