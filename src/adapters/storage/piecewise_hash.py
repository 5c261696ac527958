"""The SHA-256 of what comes in pieces, calculated in a thread while the next piece is on its way."""

import asyncio
import hashlib
from typing import Final

# A thread takes longer to be asked than so much to be hashed.
_MUCH: Final = 128 * 1024


class PiecewiseHash:
    """A SHA-256 that keeps the event loop for others: one piece at a time is in a thread."""

    def __init__(self) -> None:
        self._contents = hashlib.sha256()
        self._under_way: asyncio.Future[None] | None = None

    async def update(self, piece: bytes) -> None:
        """Take the next piece; returns when the one before it is hashed."""
        await self._finish()
        if len(piece) < _MUCH:
            self._contents.update(piece)
        else:
            self._under_way = asyncio.get_running_loop().run_in_executor(None, self._contents.update, piece)

    async def hexdigest(self) -> str:
        """Return the SHA-256 of all pieces, in hexadecimal digits."""
        await self._finish()
        return self._contents.hexdigest()

    async def _finish(self) -> None:
        if self._under_way is not None:
            # Who is cancelled here leaves the thread to end by itself, and hashes nothing more.
            await asyncio.shield(self._under_way)
            self._under_way = None
