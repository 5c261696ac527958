"""A document storage in memory."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from typing_extensions import override

from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage, StoredBlob
from domain.errors import ServiceUnavailableError, StorageFullError
from domain.identifiers import WorkspaceId

_PIECE = 64 * 1024


class InMemoryDocumentStorage(DocumentStorage):
    """Keeps blobs in `blobs`, which tests may look at and damage; `down` and `capacity` (bytes) are theirs as well.

    When each was stored is in `stored_at`.
    """

    def __init__(self, capacity: int | None = None) -> None:
        self.blobs: dict[BlobKey, bytes] = {}
        self.stored_at: dict[BlobKey, datetime] = {}
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
        self.blobs.setdefault(key, content)
        self.stored_at[key] = datetime.now(UTC)

    @override
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        await self.put(key, b"".join([piece async for piece in pieces]))

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
        _verify(key, content)
        return content

    @override
    async def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        content = self._content(key)
        if start == 0 and end is None:
            _verify(key, content)
        content = content[start:end]
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
    async def find(self, key: BlobKey) -> StoredBlob | None:
        self._require_up()
        content = self.blobs.get(key)
        return None if content is None else self._described(key, content)

    @override
    async def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        self._require_up()
        for key, content in list(self.blobs.items()):
            if key.workspace_id == workspace_id:
                yield self._described(key, content)

    @override
    async def workspaces(self) -> AsyncIterator[WorkspaceId]:
        self._require_up()
        for workspace_id in {key.workspace_id for key in self.blobs}:
            yield workspace_id

    def _described(self, key: BlobKey, content: bytes) -> StoredBlob:
        return StoredBlob(key, len(content), self.stored_at[key])

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


def _verify(key: BlobKey, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != key.sha256:
        raise ServiceUnavailableError("storage", f"The blob {key.sha256} is damaged.")
