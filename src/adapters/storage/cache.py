"""A storage whose files are also kept in a folder of this machine, for one that is far away.

Only what is read whole is kept: files of templates, and assets. Documents are streamed to their readers, once each as
a rule, and would push the templates out.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from typing_extensions import override

from adapters.storage.bounded_folder import BoundedFolder
from application.ports.document_storage import BlobKey, DocumentStorage, StoredBlob
from domain.identifiers import WorkspaceId

_log = logging.getLogger("docgen.storage")


class FileCache:
    """Files of a storage, each handed out only while its contents have the SHA-256 of its name."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = BoundedFolder(folder, max_bytes, "Files of the storage are not kept")

    def get(self, key: BlobKey) -> bytes | None:
        """Return the contents, None where they are not kept, or damaged."""
        name = _name_of(key)
        content = self._folder.read(name)
        if content is not None and hashlib.sha256(content).hexdigest() != key.sha256:
            _log.warning("The file %s in the cache is damaged; it is fetched from the storage again.", name)
            self._folder.discard(name)
            return None
        return content

    def put(self, key: BlobKey, content: bytes) -> None:
        """Keep contents, unless they are larger than the whole cache."""
        self._folder.write(_name_of(key), content)

    def discard(self, key: BlobKey) -> None:
        """Give contents up, if they are kept."""
        self._folder.discard(_name_of(key))


def _name_of(key: BlobKey) -> str:
    return f"{key.workspace_id}-{key.sha256}"


class CachedDocumentStorage(DocumentStorage):
    """Reads from the cache, and from the storage what is not there; everything else is done by the storage."""

    def __init__(self, storage: DocumentStorage, cache: FileCache) -> None:
        self._storage = storage
        self._cache = cache

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        await self._storage.put(key, content)

    @override
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        await self._storage.put_pieces(key, pieces)

    @override
    def storing(self, key: BlobKey, content: bytes) -> AbstractAsyncContextManager[None]:
        return self._storage.storing(key, content)

    @override
    def storing_all(self, blobs: Mapping[BlobKey, bytes]) -> AbstractAsyncContextManager[None]:
        return self._storage.storing_all(blobs)

    @override
    async def read(self, key: BlobKey) -> bytes:
        content = await asyncio.to_thread(self._cache.get, key)
        if content is None:
            content = await self._storage.read(key)
            await asyncio.to_thread(self._cache.put, key, content)
        return content

    @override
    def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._storage.stream(key, start, end)

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        await self._storage.erase(key, is_named)
        await asyncio.to_thread(self._cache.discard, key)

    @override
    async def find(self, key: BlobKey) -> StoredBlob | None:
        return await self._storage.find(key)

    @override
    def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        return self._storage.stored_blobs(workspace_id)

    @override
    def workspaces(self) -> AsyncIterator[WorkspaceId]:
        return self._storage.workspaces()
