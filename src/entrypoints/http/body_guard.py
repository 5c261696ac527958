"""Guards what a client sends: not more than a limit, and not for longer than it may take.

Starlette's own limit answers in plain text, and has no time limit; this one raises inside the application, where the
error handlers turn everything into problem details.
"""

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A body that is too large is read up to so many times the limit, and thrown away: most clients send all of it before
# they look for an answer, and would see a broken connection in place of one.
_READ_AND_THROWN_AWAY: Final = 4


class BodyGuardMiddleware:
    """Refuses bodies larger than `max_bytes`, by their declared length at once, else when they grow past it."""

    def __init__(self, app: ASGIApp, max_bytes: int, timeout_seconds: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._timeout = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a guarded body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = _declared_length(scope)
        received = 0
        complete = False

        async def guarded() -> Message:
            nonlocal received, complete
            if declared > self._max_bytes:
                if not _waits_for_answer(scope):
                    await self._throw_away(receive)
                raise self._too_large()
            if complete:  # what comes now is the client going away, which may take as long as it likes
                return await receive()
            try:
                async with asyncio.timeout(self._timeout):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(
                    408, f"No more of the request's body came for {self._timeout:g} seconds: send the request again."
                ) from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > self._max_bytes:
                if not complete:
                    await self._throw_away(receive)
                raise self._too_large()
            return message

        await self._app(scope, guarded, send)

    async def _throw_away(self, receive: Receive) -> None:
        left = _READ_AND_THROWN_AWAY * self._max_bytes
        try:
            async with asyncio.timeout(self._timeout):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
        except TimeoutError:
            return

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"The request's body is larger than the limit of {self._max_bytes:,} bytes.")


def _waits_for_answer(scope: Scope) -> bool:
    """Tell whether the client sends its body only when it is asked for it (RFC 9110, section 10.1.1)."""
    return Headers(scope=scope).get("expect", "").lower() == "100-continue"


def _declared_length(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0
