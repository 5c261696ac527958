"""The SHA-256 of what comes in pieces, calculated in a thread while the next pieces are on their way."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final

# So much is hashed at a time: a trip to a thread and back takes a tenth of it.
_AT_ONCE: Final = 1024 * 1024
# A thread takes longer to be asked than so much to be hashed.
_LITTLE: Final = 128 * 1024


class PiecewiseHash:
    """A SHA-256 that keeps the event loop for others: some pieces at a time are in a thread."""

    def __init__(self) -> None:
        self._contents = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._size = 0
        self._under_way: asyncio.Future[None] | None = None

    async def update(self, piece: bytes) -> None:
        """Take the next piece; where a thread gets some, returns when those before them are hashed."""
        self._waiting.append(piece)
        self._size += len(piece)
        if self._size >= _AT_ONCE:
            await self._finish()
            self._begin()

    async def hexdigest(self) -> str:
        """Return the SHA-256 of all pieces, in hexadecimal digits."""
        await self._finish()
        if self._size < _LITTLE:
            self._add(self._waiting)
            self._waiting, self._size = [], 0
        else:
            self._begin()
            await self._finish()
        return self._contents.hexdigest()

    def _begin(self) -> None:
        self._under_way = asyncio.get_running_loop().run_in_executor(None, self._add, self._waiting)
        self._waiting, self._size = [], 0

    def _add(self, pieces: Sequence[bytes]) -> None:
        for piece in pieces:
            self._contents.update(piece)

    async def _finish(self) -> None:
        if self._under_way is not None:
            # Who is cancelled here leaves the thread to end by itself, and hashes nothing more.
            await asyncio.shield(self._under_way)
            self._under_way = None
