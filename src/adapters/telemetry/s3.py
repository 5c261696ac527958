"""Requests to a bucket, by the events of the AWS SDK: one span for each, with all its attempts.

Source: OpenTelemetry Semantic Conventions, "AWS S3".
"""

from typing import Any, Final

from opentelemetry.trace import Span, SpanKind, StatusCode

from adapters.telemetry.spans import Spans, fail, is_sampled

_SPAN: Final = "docgen_span"
_FIRST_ERROR: Final = 400


class BucketSpans:
    """Makes a span of each request of a trace; the key of an object is left out, it is the hash of a document."""

    def __init__(self, spans: Spans) -> None:
        self._tracer = spans.tracer

    def watch_client(self, events: Any) -> None:
        """Tell of what a client asks for, by its events."""
        events.register("before-call.s3", self._before)
        events.register("after-call.s3", _after)
        events.register("after-call-error.s3", _failed)

    def _before(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        if is_sampled():
            attributes = {"rpc.system.name": "aws-api", "rpc.method": f"S3/{model.name}"}
            context[_SPAN] = self._tracer.start_span(f"S3/{model.name}", kind=SpanKind.CLIENT, attributes=attributes)


def _after(http_response: Any, context: dict[str, Any], **_: Any) -> None:
    span: Span | None = context.pop(_SPAN, None)
    if span is not None:
        span.set_attribute("http.response.status_code", http_response.status_code)
        if http_response.status_code >= _FIRST_ERROR:
            span.set_attribute("error.type", str(http_response.status_code))
            span.set_status(StatusCode.ERROR)
        span.end()


def _failed(exception: BaseException, context: dict[str, Any], **_: Any) -> None:
    span: Span | None = context.pop(_SPAN, None)
    if span is not None:
        fail(span, exception)
        span.end()
