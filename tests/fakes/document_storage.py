"""A document storage in memory."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from typing_extensions import override

from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from domain.errors import ServiceUnavailableError, StorageFullError
from domain.identifiers import WorkspaceId

_PIECE = 64 * 1024


class InMemoryDocumentStorage(DocumentStorage):
    """Keeps blobs in `blobs`, which tests may look at and damage; `down` and `capacity` (bytes) are theirs as well."""

    def __init__(self, capacity: int | None = None) -> None:
        self.blobs: dict[BlobKey, bytes] = {}
        self.capacity = capacity
        self.down = False
        self._storing: Counter[BlobKey] = Counter()
        self._erasing: set[BlobKey] = set()
        self._changed = asyncio.Condition()

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        self._require_up()
        if hashlib.sha256(content).hexdigest() != key.sha256:
            raise ValueError(f"the content does not have the SHA-256 {key.sha256}")
        room = None if self.capacity is None else self.capacity - sum(map(len, self.blobs.values()))
        if room is not None and key not in self.blobs and len(content) > room:
            raise StorageFullError(f"The storage has room for {room:,} bytes, and {len(content):,} are needed.")
        self.blobs[key] = content

    @override
    @asynccontextmanager
    async def storing(self, key: BlobKey, content: bytes) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: key not in self._erasing)
            self._storing[key] += 1
        try:
            await self.put(key, content)
            yield
        finally:
            self._storing[key] -= 1
            await self._tell()

    @override
    async def read(self, key: BlobKey) -> bytes:
        content = self._content(key)
        if hashlib.sha256(content).hexdigest() != key.sha256:
            raise ServiceUnavailableError("storage", f"The blob {key.sha256} is damaged.")
        return content

    @override
    async def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        content = self._content(key)[start:end]
        for at in range(0, len(content), _PIECE):
            yield content[at : at + _PIECE]

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        self._require_up()
        async with self._changed:
            await self._changed.wait_for(lambda: not self._storing[key] and key not in self._erasing)
            self._erasing.add(key)
        try:
            if not await is_named():
                self.blobs.pop(key, None)
        finally:
            self._erasing.discard(key)
            await self._tell()

    @override
    async def keys(self, workspace_id: WorkspaceId) -> AsyncIterator[BlobKey]:
        self._require_up()
        for key in list(self.blobs):
            if key.workspace_id == workspace_id:
                yield key

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _content(self, key: BlobKey) -> bytes:
        self._require_up()
        try:
            return self.blobs[key]
        except KeyError:
            raise BlobNotFoundError(key) from None

    def _require_up(self) -> None:
        if self.down:
            raise ServiceUnavailableError("storage", "The storage does not answer.")
