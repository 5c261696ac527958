"""Messages to webhooks: the receiver is told of the trace that its message belongs to.

Source: OpenTelemetry Semantic Conventions, "HTTP client span".
"""

from collections.abc import Mapping
from contextlib import suppress

from opentelemetry.trace import SpanKind, StatusCode
from typing_extensions import override

from adapters.telemetry.context import carried
from adapters.telemetry.spans import Spans
from application.ports.webhook_sender import WebhookAnswer, WebhookSender
from domain.errors import InvalidRequestError
from domain.webhook_url import parse_webhook_url

_FIRST_ERROR = 400


class TracedWebhookSender(WebhookSender):
    """Says where a message goes by host and port; the rest of an address often is a secret."""

    def __init__(self, inner: WebhookSender, spans: Spans, *, propagates: bool) -> None:
        self._inner = inner
        self._spans = spans
        self._propagates = propagates

    @override
    async def check(self, url: str) -> None:
        await self._inner.check(url)

    @override
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        with self._spans.part("POST", _of(url, body), SpanKind.CLIENT) as span:
            sent = {**headers, **carried()} if self._propagates else headers
            answer = await self._inner.send(url, sent, body)
            if answer.status_code is not None:
                span.set_attribute("http.response.status_code", answer.status_code)
            if answer.status_code is None or answer.status_code >= _FIRST_ERROR:
                span.set_attribute("error.type", str(answer.status_code or "no-answer"))
                span.set_status(StatusCode.ERROR)
            return answer


def _of(url: str, body: bytes) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {"http.request.method": "POST", "http.request.body.size": len(body)}
    with suppress(InvalidRequestError):
        parsed = parse_webhook_url(url)
        attributes |= {"server.address": parsed.host, "server.port": parsed.port, "url.scheme": parsed.scheme}
    return attributes
