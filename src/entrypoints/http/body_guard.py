"""Guards what a client sends: not more than a limit, not for longer than it may take, and for nobody who has gone.

Starlette's own limit answers in plain text, and has no time limit; this one raises inside the application, where the
error handlers turn everything into problem details.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.waiting_caller import UNTIL_CALLER_GONE
from domain.errors import OverloadedError
from entrypoints.http.errors import answer_to_error
from entrypoints.http.in_flight import InFlight
from entrypoints.http.scope_headers import header_of
from entrypoints.http.time_limit import standing_still

# In the state of a request whose body needs no waiting for: most are there with the head.
WHOLE_BODY_IS_HERE: Final = "whole_body_is_here"

# A body that is too large is read up to so many times the limit, and thrown away: most clients send all of it before
# they look for an answer, and would see a broken connection in place of one.
_READ_AND_THROWN_AWAY: Final = 4


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """A body has so many bytes at most, and `seconds` to come, with one more for each `bytes_per_second` that came.

    No pause within it is longer than `seconds`. Some paths take other sizes.
    """

    max_bytes: int
    seconds: float
    bytes_per_second: int
    max_bytes_of: Mapping[str, int] = field(default_factory=dict)

    def of_path(self, path: str) -> "BodyLimits":
        """Return what holds for a path."""
        return replace(self, max_bytes=self.max_bytes_of.get(path, self.max_bytes)) if self.max_bytes_of else self


class BodyGuardMiddleware:
    """Refuses bodies that are too slow, or too large: by their declared length at once, else when they grow so."""

    def __init__(self, app: ASGIApp, limits: BodyLimits, in_flight: InFlight) -> None:
        self._app = app
        self._limits = limits
        self._in_flight = in_flight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a guarded body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._in_flight.begin(scope["path"])
        except OverloadedError as refusal:
            # Around the application's own handling of errors.
            await (await answer_to_error(Request(scope), refusal))(scope, receive, send)
            return
        body = _Body(scope, receive, self._limits.of_path(scope["path"]), self._in_flight)
        token = UNTIL_CALLER_GONE.set(body.until_gone)
        try:
            await self._app(scope, body.receive, send)
        finally:
            UNTIL_CALLER_GONE.reset(token)
            self._in_flight.end(body.held)


class _Body:
    """One request's body."""

    def __init__(self, scope: Scope, receive: Receive, limits: BodyLimits, in_flight: InFlight) -> None:
        self._scope = scope
        self._receive = receive
        self._limits = limits
        self._in_flight = in_flight
        self.held = 0
        self._received = 0
        self._began: float | None = None
        self._complete = False

    async def receive(self) -> Message:
        """Return the next piece.

        Raises:
            HTTPException: the body is encoded (415), is too large (413), takes too long (408), or does not fit beside
                others (503).
        """
        if self._complete:  # what comes now is the client going away, which may take as long as it likes
            return await self._receive()
        limits = self._limits
        if (encoding := _encoding(self._scope)) is not None:
            if not _waits_for_answer(self._scope):
                await self._throw_away()
            raise _encoded(encoding)
        if _declared_length(self._scope) > limits.max_bytes:
            if not _waits_for_answer(self._scope):
                await self._throw_away()
            raise self._too_large()
        message = await self._next_message()
        self._received += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._received > limits.max_bytes:
            if not self._complete:
                await self._throw_away()
            raise self._too_large()
        await self._hold(len(message.get("body", b"")))
        return message

    async def _next_message(self) -> Message:
        if self._scope.get("state", {}).get(WHOLE_BODY_IS_HERE):
            return await self._receive()  # without a pause
        try:
            with standing_still(self._scope):
                async with asyncio.timeout(self._seconds_left()):
                    return await self._receive()
        except TimeoutError:
            raise self._too_slow() from None

    async def _hold(self, size: int) -> None:
        try:
            self._in_flight.hold(size)
        except OverloadedError as refusal:
            if not self._complete:
                await self._throw_away()
            # FastAPI takes every other error of a body for a fault of its sender.
            raise HTTPException(503, str(refusal), {"Retry-After": str(refusal.retry_after)}) from refusal
        self.held += size

    async def until_gone(self) -> None:
        """Wait until the client has closed the connection, or does not send its request to the end."""
        try:
            while (await self.receive())["type"] != "http.disconnect":
                pass
        except HTTPException:
            return

    def _seconds_left(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        limits = self._limits
        end = self._began + limits.seconds + self._received / limits.bytes_per_second
        return min(limits.seconds, max(0.0, end - now))

    async def _throw_away(self) -> None:
        left = _READ_AND_THROWN_AWAY * self._limits.max_bytes
        try:
            with standing_still(self._scope):
                async with asyncio.timeout(self._limits.seconds):
                    await self._read(left)
        except TimeoutError:
            return

    async def _read(self, left: int) -> None:
        while left > 0:
            message = await self._receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body", False):
                return

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"The request's body is larger than the limit of {self._limits.max_bytes:,} bytes.")

    def _too_slow(self) -> HTTPException:
        limits = self._limits
        return HTTPException(
            408,
            f"The request's body came too slowly: it has {limits.seconds:g} seconds, and one more for each "
            f"{limits.bytes_per_second:,} bytes. Send the request again, over a faster connection.",
            {"Connection": "close"},  # RFC 9110, section 15.5.9: what still comes is not read
        )


def _waits_for_answer(scope: Scope) -> bool:
    """Tell whether the client sends its body only when it is asked for it (RFC 9110, section 10.1.1)."""
    return (header_of(scope, b"expect") or "").lower() == "100-continue"


def _encoding(scope: Scope) -> str | None:
    """Return how a body is encoded, None where it is as it is."""
    encoding = (header_of(scope, b"content-encoding") or "").strip()
    return None if encoding.lower() in ("", "identity") else encoding


def _encoded(encoding: str) -> HTTPException:
    return HTTPException(
        415,
        f"Send the body as it is: this service does not unpack {encoding[:40]!r} (Content-Encoding).",
        {"Accept-Encoding": "identity"},  # RFC 9110, section 12.5.3
    )


def _declared_length(scope: Scope) -> int:
    length = header_of(scope, b"content-length") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0
