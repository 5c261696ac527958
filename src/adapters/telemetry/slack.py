"""Calls of Slack's Web API, with a span for each.

Slack is told of no trace: it does nothing with one. Source: OpenTelemetry Semantic Conventions, "HTTP client span".
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.trace import Span, SpanKind
from typing_extensions import override

from adapters.telemetry.spans import Spans
from application.ports.slack_api import SlackAnswer, SlackClient, SlackClients


class TracedSlackClients(SlackClients):
    """Makes clients that tell of their calls."""

    def __init__(self, inner: SlackClients, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    @override
    def of_token(self, token: str) -> "TracedSlackClient":
        return TracedSlackClient(self._inner.of_token(token), self._spans)


class TracedSlackClient(SlackClient):
    """Names methods and sizes. Of addresses it says the host alone: the rest is what allows to answer or to read."""

    def __init__(self, inner: SlackClient, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    def _call(self, name: str, url: str | None = None, verb: str = "POST") -> AbstractContextManager[Span]:
        attributes = {"http.request.method": verb}
        host = None if url is None else urlsplit(url).hostname
        if host is not None:
            attributes["server.address"] = host
        return self._spans.part(f"slack {name}", attributes, SpanKind.CLIENT)

    @override
    async def call(self, method: str, **arguments: object) -> SlackAnswer:
        with self._call(method):
            return await self._inner.call(method, **arguments)

    @override
    async def call_at_once(self, method: str, **arguments: object) -> SlackAnswer:
        with self._call(method):
            return await self._inner.call_at_once(method, **arguments)

    @override
    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        with self._call("respond", response_url):
            await self._inner.respond(response_url, message)

    @override
    async def upload(self, upload_url: str, size: int, content: AsyncIterator[bytes]) -> None:
        with self._call("upload", upload_url) as span:
            span.set_attribute("http.request.body.size", size)
            await self._inner.upload(upload_url, size, content)

    @override
    async def download(self, url: str, most: int) -> bytes:
        with self._call("download", url, "GET") as span:
            content = await self._inner.download(url, most)
            span.set_attribute("http.response.body.size", len(content))
            return content
