"""Locks on blobs in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from typing_extensions import override

from application.ports.blob_locks import BlobLocks, Deleting, StillHeld
from application.ports.document_storage import BlobKey
from domain.errors import ServiceUnavailableError


class InMemoryBlobLocks(BlobLocks):
    """Locks of one process; `down`, `lost` and `patience_seconds` are for tests to set."""

    def __init__(self, patience_seconds: float = 10.0) -> None:
        self.down = False
        self.lost = False
        self.patience_seconds = patience_seconds
        self._shared: Counter[BlobKey] = Counter()
        self._alone: set[BlobKey] = set()
        self._doubtful_until: dict[BlobKey, float] = {}
        self._changed = asyncio.Condition()

    @override
    @asynccontextmanager
    async def shared(self, key: BlobKey) -> AsyncIterator[StillHeld]:
        async with self._changed:
            await self._wait_until_free(key, also_of_shared=False)
            self._shared[key] += 1
        try:
            yield self._lasts
        finally:
            self._shared[key] -= 1
            await self._tell()

    @override
    @asynccontextmanager
    async def alone(self, key: BlobKey) -> AsyncIterator[Deleting]:
        async with self._changed:
            await self._wait_until_free(key, also_of_shared=True)
            self._alone.add(key)
        try:
            yield partial(self._deleting, key)
        finally:
            self._alone.discard(key)
            await self._tell()

    @asynccontextmanager
    async def _deleting(self, key: BlobKey, seconds: float) -> AsyncIterator[bool]:
        loop = asyncio.get_running_loop()
        if not self.lost:
            self._doubtful_until[key] = loop.time() + seconds
            loop.call_later(seconds, lambda: loop.create_task(self._tell()))
        yield not self.lost
        self._doubtful_until.pop(key, None)

    async def _lasts(self) -> bool:
        return not self.lost

    async def _wait_until_free(self, key: BlobKey, *, also_of_shared: bool) -> None:
        if self.down:
            raise ServiceUnavailableError("database", "The database does not answer.")

        def is_free() -> bool:
            if also_of_shared:
                return key not in self._alone and not self._shared[key]
            is_doubtful = self._doubtful_until.get(key, 0.0) > asyncio.get_running_loop().time()
            return key not in self._alone and not is_doubtful

        try:
            async with asyncio.timeout(self.patience_seconds):
                await self._changed.wait_for(is_free)
        except TimeoutError:
            raise ServiceUnavailableError("storage", "Others hold the lock for too long.") from None

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
