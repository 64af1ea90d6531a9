"""Each request is a span, but for those of the machines that watch. What was asked for after the `?` may be somebody's words and is
left out."""

from typing import Any

from opentelemetry.trace import Span

EXCLUDED = "/livez$,/readyz$,/metrics$,/status$,/static/"
_WITH_QUERY = ("http.url", "http.target", "url.full", "url.query")


def without_query(span: Span, scope: dict[str, Any]) -> None:
    """Overwrites every attribute that would hold the query."""
    if not span.is_recording() or not scope.get("query_string"):
        return
    for name in _WITH_QUERY:
        span.set_attribute(name, scope["path"])
