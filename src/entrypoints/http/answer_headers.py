"""Headers of every answer: the request id, what a browser may do with the answer, and how much the caller has left.

They are set around the whole application, so that also an answer to an unexpected error has them.
"""

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.log_context import LOG_CONTEXT
from application.ports.id_generator import IdGenerator
from application.stopping import Stopping
from entrypoints.http.rate_limit_fields import rate_limit_fields
from entrypoints.http.request_id import HEADER_NAME, STATE_KEY, request_id_of

# Each holds where the answer does not say otherwise: an answer of the API is data, and no page.
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS: Final = "Strict-Transport-Security"
# A process that is about to end takes no other request on this connection: the client opens one to another process.
_CLOSE: Final = (b"connection", b"close")


class AnswerHeaders:
    """Takes the caller's request id or makes one, and adds to each answer the headers that it lacks."""

    def __init__(self, app: ASGIApp, ids: IdGenerator, stopping: Stopping, *, hsts_seconds: int) -> None:
        """Wrap an application; `hsts_seconds` 0 says nothing about TLS."""
        self._app = app
        self._stopping = stopping
        self._ids = ids
        added = {**SECURITY_HEADERS, **({HSTS: f"max-age={hsts_seconds}"} if hsts_seconds else {})}
        self._added = [(name.lower().encode(), value.encode()) for name, value in added.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its id in the state."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(scope) or self._ids.new_id("req")
        state = scope.setdefault("state", {})
        state[STATE_KEY] = request_id
        # Each request has a task of its own. Who asked is in the state as soon as that is known.
        LOG_CONTEXT.set(state)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name for name, _ in headers}
                headers.append((HEADER_NAME, request_id.encode()))
                headers += rate_limit_fields(scope["state"].get("allowance"))
                headers += [added for added in self._added if added[0] not in there]
                if self._stopping.is_announced:
                    headers.append(_CLOSE)
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_headers)
