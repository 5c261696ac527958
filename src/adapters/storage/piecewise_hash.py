"""The SHA-256 of what comes in pieces, calculated in a thread while the next pieces are on their way.

The same trip to that thread can do something else with them: write them to a file.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from typing import Final

# So much is hashed at a time: a trip to a thread and back takes a tenth of it.
_HASHED_AT_ONCE: Final = 1024 * 1024
# What else is done with pieces takes time too; of more of them, the C library gives memory back, and gets it anew.
_TAKEN_AT_ONCE: Final = 512 * 1024
# A thread takes longer to be asked than so much to be hashed.
_LITTLE: Final = 128 * 1024


class PiecewiseHash:
    """A SHA-256 that keeps the event loop for others: some pieces at a time are in a thread."""

    def __init__(self, take: Callable[[bytes], None] | None = None) -> None:
        """Give each piece to `take` too, in order and always in a thread; what that raises, the methods raise."""
        self._contents = hashlib.sha256()
        self._take = take
        self._at_once = _HASHED_AT_ONCE if take is None else _TAKEN_AT_ONCE
        self._waiting = deque[bytes]()
        self._size = 0
        self._under_way: asyncio.Future[None] | None = None

    async def update(self, piece: bytes) -> None:
        """Take the next piece; where a thread gets some, returns when those before them are hashed."""
        self._waiting.append(piece)
        self._size += len(piece)
        if self._size >= self._at_once:
            await self._finish()
            self._begin()

    async def hexdigest(self) -> str:
        """Return the SHA-256 of all pieces, in hexadecimal digits, when all are taken."""
        await self._finish()
        if self._size < _LITTLE and self._take is None:
            self._add(self._waiting)
            self._waiting, self._size = deque(), 0
        else:
            self._begin()
            await self._finish()
        return self._contents.hexdigest()

    def _begin(self) -> None:
        self._under_way = asyncio.get_running_loop().run_in_executor(None, self._add, self._waiting)
        self._under_way.add_done_callback(_be_heard)
        self._waiting, self._size = deque(), 0

    def _add(self, pieces: deque[bytes]) -> None:
        while pieces:
            piece = pieces.popleft()  # its memory is another one's next
            self._contents.update(piece)
            if self._take is not None:
                self._take(piece)

    async def _finish(self) -> None:
        if self._under_way is not None:
            # Who is cancelled here leaves the thread to end by itself, and hashes nothing more.
            await asyncio.shield(self._under_way)
            self._under_way = None


def _be_heard(done: asyncio.Future[None]) -> None:
    """Take note of an error, also where nobody waits any more: the event loop would log it then."""
    if not done.cancelled():
        done.exception()
