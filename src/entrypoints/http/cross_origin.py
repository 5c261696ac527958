"""Pages of other origins that may call the API from a browser (the CORS protocol of the Fetch Standard).

Nobody may unless a setting names the origin. Keys travel in a header that a page has to set itself, never in cookies:
no answer allows credentials.
"""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.described_headers import HEADERS

ANY_ORIGIN: Final = "*"

_METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
# `*` does not stand for Authorization (Fetch Standard, section 3.3.5).
_ACCEPTED: Final = (
    b"Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match, If-Range, Prefer, Range, "
    b"X-Request-ID"
)
_EXPOSED: Final = ", ".join(sorted(HEADERS)).encode("ascii")
_REMEMBERED_SECONDS: Final = b"600"


class CrossOriginMiddleware:
    """Answers preflight requests of the origins that may call, and lets their pages read the answers.

    For other origins nothing is added, which is what a browser refuses; the request itself is answered as ever.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it only asks whether it may come."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None:
            await self._app(scope, receive, send)
            return
        allowed = ANY_ORIGIN in self._origins or origin in self._origins
        if allowed and scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await _allow(origin, send)
            return

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A cache must not give the answer for one origin to another.
                headers = [*message.get("headers", ()), (b"vary", b"Origin")]
                if allowed:
                    headers += [_origin(origin), (b"access-control-expose-headers", _EXPOSED)]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_origin)


def _origin(origin: str) -> tuple[bytes, bytes]:
    return b"access-control-allow-origin", origin.encode("latin-1")


async def _allow(origin: str, send: Send) -> None:
    headers = [
        _origin(origin),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _ACCEPTED),
        (b"access-control-max-age", _REMEMBERED_SECONDS),
        (b"vary", b"Origin"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
