"""The one way to make a service's web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.platform.runtime import Runtime
from shared.web import health, telemetry
from shared.web.actors import Elsewhere, go_elsewhere
from shared.web.addresses import origin_of
from shared.web.csrf import check_csrf
from shared.web.drafts import Drafts, Pruning
from shared.web.endings import refuse_ended
from shared.web.errors import UnexpectedErrors, add_error_handlers
from shared.web.pages import make_environment
from shared.web.rates import Limited, Rates
from shared.web.security import BodyLimit, SecurityHeaders
from shared.web.session import Sessions
from shared.web.settings import WebSettings
from shared.web.static import VersionedFiles


def create_web_app(
    runtime: Runtime,
    *,
    title: str,
    templates: Path,
    description: str = "",
    openapi_url: str | None = None,
) -> FastAPI:
    """An application that runs `runtime` while it lives, with everything but the service's own pages.

    `templates` is the service's folder of Jinja templates. `openapi_url` publishes the API's document there, for a service that
    has an API; pages keep themselves out of it by `include_in_schema=False` on their router.
    """
    web = WebSettings()
    settings = runtime.settings
    runtime.add_worker(Pruning(web.drafts))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with runtime.lifespan():
            yield

    app = FastAPI(
        title=title,
        description=description,
        lifespan=lifespan,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_ended), Depends(check_csrf)],
    )
    app.state.runtime = runtime
    app.state.drafts = Drafts.of(settings.session_key.get_secret_value(), web.drafts)
    app.state.public_origin = origin_of(settings.public_url)
    app.state.templates = make_environment(templates, web, settings.public_url)
    rates = app.state.rates = Rates(web, runtime.metrics.registry)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(Limited, spend=rates.spend_by_member)
    app.add_middleware(
        Sessions,
        secret_key=settings.session_key.get_secret_value(),
        public_url=settings.public_url,
        settings=web,
    )
    app.add_middleware(Limited, spend=rates.spend_at_the_door)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(
        SecurityHeaders, public_url=settings.public_url, sign_in_issuer=settings.sign_in_issuer
    )
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=web.trusted_proxies)
    add_error_handlers(app)
    app.add_exception_handler(Elsewhere, go_elsewhere)
    app.include_router(health.router)
    app.mount("/static", VersionedFiles(), name="static")
    FastAPIInstrumentor.instrument_app(
        app,
        excluded_urls=telemetry.EXCLUDED,
        server_request_hook=telemetry.without_query,
        exclude_spans=["receive", "send"],
    )
    return app
