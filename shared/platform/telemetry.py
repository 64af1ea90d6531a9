"""Traces: one trace id from a form to a mail's acceptance, through HTTP, outbox, Kafka headers and timers (W3C trace context)."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.platform.settings import ServiceSettings

_PROPAGATOR = TraceContextTextMapPropagator()
_IDS = RandomIdGenerator()


def setup(settings: ServiceSettings) -> None:
    """Give the process its tracer; spans leave it only when an OTLP collector is configured. Safe to call again."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    provider = TracerProvider(
        resource=Resource.create(
            {
                "service.name": f"insight-{settings.service}",
                "service.instance.id": settings.instance,
            }
        )
    )
    if settings.otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def tracer() -> trace.Tracer:
    return trace.get_tracer("insight")


def new_traceparent() -> str:
    """The beginning of a trace, for a fact that came without one."""
    return f"00-{_IDS.generate_trace_id():032x}-{_IDS.generate_span_id():016x}-01"


def context_of(traceparent: str | None) -> context.Context:
    """The context that a `traceparent` names; an empty one, and so a new trace, when there is none or it is malformed."""
    return _PROPAGATOR.extract(
        {"traceparent": traceparent} if traceparent else {}, context.Context()
    )


def traceparent_of(span: trace.Span) -> str | None:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, context.Context()))
    return carrier.get("traceparent")


def current_traceparent() -> str | None:
    """The `traceparent` of whatever is going on here, if anything is traced."""
    return traceparent_of(trace.get_current_span())


@contextmanager
def use_traceparent(traceparent: str | None) -> Iterator[None]:
    """Inside the block, new spans and facts belong to the trace that `traceparent` names."""
    token = context.attach(context_of(traceparent))
    try:
        yield
    finally:
        context.detach(token)
