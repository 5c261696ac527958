"""Locks between those who store a blob and those who erase it: flock(2), for all processes that share a directory.

A lock ends with the process that holds it, however that dies. Whoever wants one that is taken asks again: a thread that
waited in the kernel would be missed by those who have to give it back.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Final

from typing_extensions import override

from adapters.storage.file_locks import take_lock
from domain.errors import ServiceUnavailableError

# So many digits of a hash have a lock of their own: enough that few wait for somebody else's blob.
_DIGITS: Final = 3
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.005
# As long as the database may keep somebody waiting who holds one.
_SECONDS: Final = 10.0


class BlobLock:
    """The lock of one blob, for one holder; shared by those who store it, and exclusive for who erases it."""

    def __init__(self, directory: str, sha256: str) -> None:
        self.path = f"{directory}/{sha256[:_DIGITS]}"
        # A task may be cancelled while a thread takes the lock for it.
        self._mutex = threading.Lock()
        self._descriptor: int | None = None
        self._released = False

    def take(self, *, exclusive: bool = False) -> bool:
        """Take the lock unless it is taken; tell whether it is ours.

        Raises:
            OSError: the directory is gone, or its file system has no locks.
        """
        descriptor = take_lock(self.path, exclusive=exclusive)
        return descriptor is not None and self.adopt(descriptor)

    def adopt(self, descriptor: int) -> bool:
        """Make a lock ours that was taken for us, unless it was given back before; tell whether it is."""
        with self._mutex:
            if not self._released:
                self._descriptor = descriptor
                return True
        os.close(descriptor)
        return False

    def release(self) -> None:
        """Give the lock back, also one that is being taken."""
        with self._mutex:
            self._released = True
            descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class HeldLock(AbstractAsyncContextManager[None]):
    """Holds a lock for a block; `take` is asked until it has it."""

    def __init__(self, lock: BlobLock, take: Callable[[], Awaitable[bool]]) -> None:
        self._lock = lock
        self._take = take

    @override
    async def __aenter__(self) -> None:
        try:
            await self._enter()
        except BaseException:
            self._lock.release()
            raise

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()

    async def _enter(self) -> None:
        end = time.monotonic() + _SECONDS
        while not await self._take():
            if time.monotonic() >= end:
                raise ServiceUnavailableError(
                    "storage",
                    "The same file is stored and erased by others all the time: try again in a moment.",
                )
            await asyncio.sleep(_SECONDS_BETWEEN_ATTEMPTS)
