from collections.abc import Iterator

import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.platform import telemetry
from tests.web.demo import DemoSettings, create_app


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What the process's own tracer says; there is one for each process, so others' spans may be among them."""
    telemetry.setup(DemoSettings())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()


async def ask(path: str) -> None:
    transport = httpx2.ASGITransport(create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        await client.get(path)


async def test_a_request_is_a_span_without_what_was_asked_for(spans: InMemorySpanExporter) -> None:
    await ask("/?q=the+words+somebody+typed")
    finished = spans.get_finished_spans()
    assert [span.name for span in finished] == ["GET /"]
    assert all("typed" not in str(value) for value in (finished[0].attributes or {}).values())


async def test_machines_that_watch_leave_no_spans(spans: InMemorySpanExporter) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/status", "/static/insight.css?v=1"):
        await ask(path)
    assert spans.get_finished_spans() == ()
