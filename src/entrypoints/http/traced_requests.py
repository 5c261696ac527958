"""Requests as spans: the root of a trace, or the part of a caller's that is ours.

FastAPI's own telemetry is not used for them: it says the whole address of a request, with what people search for, and
the tokens of signed links. Also, it does nearly as much for requests whose trace nobody wants as for the others.
Source: OpenTelemetry Semantic Conventions, "HTTP server span".
"""

from typing import Any, Final

from opentelemetry import context as current
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.request_id import STATE_KEY
from entrypoints.http.scope_headers import header_of
from entrypoints.http.watching import WATCHING

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_OTHER: Final = "_OTHER"
_FORMAT: Final = TraceContextTextMapPropagator()
_CARRIED: Final = ("traceparent", "tracestate")
_SERVER_ERROR: Final = 500


class TracedRequests:
    """Around the whole application. A request is named by its method and the template of its route."""

    def __init__(self, app: ASGIApp, tracer: Tracer, *, propagates: bool) -> None:
        """Wrap an application; `propagates` says whether requests may be a part of their callers' traces."""
        self._app = app
        self._tracer = tracer
        self._propagates = propagates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within its span."""
        # Who watches asks all the time, and that says nothing of what the service does.
        if scope["type"] != "http" or scope["path"] in WATCHING:
            await self._app(scope, receive, send)
            return
        parent = self._parent_of(scope)
        span = self._tracer.start_span("HTTP", parent, SpanKind.SERVER)
        token = current.attach(set_span_in_context(span, parent))
        try:
            if span.is_recording():
                await self._told(span, scope, receive, send)
            else:  # what comes after it looks whether it is sampled
                await self._app(scope, receive, send)
        finally:
            current.detach(token)

    def _parent_of(self, scope: Scope) -> Context:
        if not self._propagates or header_of(scope, b"traceparent") is None:
            return Context()
        headers = {name: found for name in _CARRIED if (found := header_of(scope, name.encode())) is not None}
        return _FORMAT.extract(headers, Context())

    async def _told(self, span: Span, scope: Scope, receive: Receive, send: Send) -> None:
        status: int | None = None

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting_status)
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            _describe(span, scope, status)
            span.end()


def _describe(span: Span, scope: Scope, status: int | None) -> None:
    given = scope["method"]
    method = given if given in _METHODS else _OTHER
    route = getattr(scope.get("route"), "path_format", None)
    span.update_name(" ".join(filter(None, ("HTTP" if method is _OTHER else method, route))))
    state = scope.get("state", {})
    caller: Any = state.get("caller")
    found = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "url.scheme": scope["scheme"],
        "network.protocol.version": scope["http_version"],
        "docgen.request.id": state.get(STATE_KEY),
        "docgen.workspace.id": None if caller is None else caller.workspace_id,
    }
    span.set_attributes({name: value for name, value in found.items() if value is not None})
    if status is not None and status >= _SERVER_ERROR:
        span.set_attribute("error.type", str(status))
        span.set_status(StatusCode.ERROR)
