"""Downloads: what is small at once, and what is large as it is asked for, anew from where a connection broke."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from adapters.storage.s3.bucket import MISSING, Bucket, RefusedError
from adapters.storage.s3.failures import FAILURES

if TYPE_CHECKING:
    from aiobotocore.response import StreamingBody

_PIECE: Final = 256 * 1024
# What is read ahead for whoever reads slowly: documents are smaller as a rule, and hold no connection then.
_AHEAD: Final = 1024 * 1024
# Others than those who stream have a quarter of the connections for themselves.
_SHARE_OF_STREAMS: Final = 0.75
_OUT_OF_RANGE: Final = "InvalidRange"


class MissingError(Exception):
    """There is no object of this name."""


class Downloads:
    """Reads objects of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._room = asyncio.Semaphore(max(1, int(bucket.options.connections * _SHARE_OF_STREAMS)))

    async def stream(self, name: str, start: int, end: int | None) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of an object from `start` up to but excluding `end`, in pieces.

        Raises:
            MissingError: there is none.
            ServiceUnavailableError: the store is down, slow, or refuses, or breaks off again and again.
        """
        async with AsyncExitStack() as stack:
            await self._take_room(stack)
            pieces = self._pieces(name, start, end)
            stack.push_async_callback(pieces.aclose)
            ahead: list[bytes] = []
            async for piece in pieces:
                ahead.append(piece)
                if sum(map(len, ahead)) >= _AHEAD:
                    break
            else:
                await stack.aclose()
            for piece in ahead:
                yield piece
            ahead.clear()
            async for piece in pieces:
                yield piece

    async def read(self, name: str) -> bytes:
        """Return the contents of an object.

        Raises:
            MissingError, ServiceUnavailableError: as for `stream`.
        """
        return b"".join([piece async for piece in self._pieces(name, 0, None)])

    async def _take_room(self, stack: AsyncExitStack) -> None:
        try:
            async with asyncio.timeout(self._bucket.options.request_seconds):
                await self._room.acquire()
        except TimeoutError as error:
            raise self._bucket.failure(error) from error
        stack.callback(self._room.release)

    async def _pieces(self, name: str, start: int, end: int | None) -> AsyncGenerator[bytes, None]:
        failures = 0
        while True:
            body = await self._body(name, start, end)
            if body is None:
                return
            try:
                async with body:
                    while piece := await body.read(_PIECE):
                        start += len(piece)
                        failures = 0
                        yield piece
            except FAILURES as error:
                failures += 1
                if failures == self._bucket.options.attempts:
                    raise self._bucket.failure(error) from error
            else:
                return

    async def _body(self, name: str, start: int, end: int | None) -> "StreamingBody | None":
        """Ask for a range; None where there is nothing at it."""
        if end is not None and end <= start:
            if await self._bucket.head(name) is None:
                raise MissingError
            return None
        wanted = {} if start == 0 and end is None else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        try:
            answer = await self._bucket.ask(
                self._bucket.client.get_object, expected=(*MISSING, _OUT_OF_RANGE), Key=name, **wanted
            )
        except RefusedError as refusal:
            if refusal.code == _OUT_OF_RANGE:
                return None
            raise MissingError from refusal
        return answer["Body"]
