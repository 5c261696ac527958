"""A document storage in memory."""

import hashlib
from collections.abc import AsyncIterator

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
    async def delete(self, key: BlobKey) -> None:
        self._require_up()
        self.blobs.pop(key, None)

    @override
    async def keys(self, workspace_id: WorkspaceId) -> AsyncIterator[BlobKey]:
        self._require_up()
        for key in list(self.blobs):
            if key.workspace_id == workspace_id:
                yield key

    def _content(self, key: BlobKey) -> bytes:
        self._require_up()
        try:
            return self.blobs[key]
        except KeyError:
            raise BlobNotFoundError(key) from None

    def _require_up(self) -> None:
        if self.down:
            raise ServiceUnavailableError("storage", "The storage does not answer.")
