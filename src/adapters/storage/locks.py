"""Locks between those who store a blob and those who erase it: flock(2), for all processes that share a directory.

A lock ends with the process that holds it, however that dies. Whoever wants one that is taken asks again: a thread that
waited in the kernel would be missed by those who have to give it back.
"""

import asyncio
import errno
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Final

from typing_extensions import override

from adapters.storage.file_locks import take_lock
from domain.errors import ServiceUnavailableError

# So many digits of a hash have a lock of their own: enough that few wait for somebody else's blob.
_DIGITS: Final = 3
# Its name is none of a blob's.
_PROBE: Final = "probe"
# What flock(2) fails with where the file system, or the server that it is on, has no locks.
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.005
# As long as the database may keep somebody waiting who holds one.
_SECONDS: Final = 10.0


class Locks:
    """Locks of one holder, which are given back together."""

    def __init__(self) -> None:
        # A task may be cancelled while a thread or a process takes locks for it.
        self._mutex = threading.Lock()
        self._descriptors: tuple[int, ...] = ()
        self._released = False

    def adopt(self, *descriptors: int) -> bool:
        """Make locks ours that were taken for us, unless they were given back before; tell whether they are."""
        with self._mutex:
            if not self._released:
                self._descriptors += descriptors
                return True
        _close(descriptors)
        return False

    def release(self) -> None:
        """Give the locks back, also those that are being taken."""
        with self._mutex:
            self._released = True
            descriptors, self._descriptors = self._descriptors, ()
        _close(descriptors)


class BlobLock(Locks):
    """The lock of one blob, for one holder; shared by those who store it, and exclusive for who erases it."""

    def __init__(self, directory: str, sha256: str) -> None:
        super().__init__()
        self.path = lock_path(directory, sha256)

    def take(self, *, exclusive: bool = False) -> bool:
        """Take the lock unless it is taken; tell whether it is ours.

        Raises:
            OSError: the directory is gone, or its file system has no locks.
        """
        descriptor = take_lock(self.path, exclusive=exclusive)
        return descriptor is not None and self.adopt(descriptor)


def lock_path(directory: str, sha256: str) -> str:
    """Return the file whose lock is that of a blob."""
    return f"{directory}/{sha256[:_DIGITS]}"


def require_locks(directory: str, take: Callable[[str], int | None] = take_lock) -> None:
    """Refuse a file system without flock(2) when the storage is opened, and not with the first document.

    Raises:
        ServiceUnavailableError: it has none.
    """
    path = f"{directory}/{_PROBE}"
    try:
        descriptor = take(path)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        raise ServiceUnavailableError(
            "storage",
            f"The file system of {directory!r} has no locks (flock: {error.strerror}), which keep a file from being "
            "erased while somebody stores it: put DOCGEN_DATA_DIR on another one, or mount this one with locks.",
        ) from error
    if descriptor is not None:
        _close([descriptor])
    Path(path).unlink(missing_ok=True)  # another process that starts may remove it first


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class HeldLock(AbstractAsyncContextManager[None]):
    """Holds a lock for a block; `take` is asked until it has it."""

    def __init__(self, lock: Locks, take: Callable[[], Awaitable[bool]]) -> None:
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
