"""A storage whose files are also kept in a folder of this machine, for one that is far away.

Only what is read whole is kept: files of templates, and assets. Documents are streamed to their readers, once each as
a rule, and would push the templates out.
"""

import asyncio
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from typing_extensions import override

from application.ports.document_storage import BlobKey, DocumentStorage
from domain.identifiers import WorkspaceId

_log = logging.getLogger("docgen.storage")


class FileCache:
    """Files in a folder that belongs to this service alone, for all its processes on the machine.

    A file is there whole or not at all, and handed out only while its contents have the SHA-256 of its name. Beyond
    `max_bytes` those go that were not used for the longest time. A folder that cannot be used, or is full, costs time
    and nothing else; it can be deleted at any time.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._complained = False

    def get(self, key: BlobKey) -> bytes | None:
        """Return the contents, None where they are not kept, or damaged."""
        path = self._path_of(key)
        try:
            if not self._is_ours():
                return None
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() != key.sha256:
            _log.warning("The file %s in the cache is damaged; it is fetched from the storage again.", path.name)
            path.unlink(missing_ok=True)
            return None
        return content

    def put(self, key: BlobKey, content: bytes) -> None:
        """Keep contents, unless they are larger than the whole cache."""
        if len(content) > self._max_bytes:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_ours():
                self._write(self._path_of(key), content)
                self._make_room()
        except OSError as error:
            self._complain(f"{error.strerror}")

    def discard(self, key: BlobKey) -> None:
        """Give contents up, if they are kept."""
        try:
            if self._is_ours():
                self._path_of(key).unlink(missing_ok=True)
        except OSError:
            return

    def _path_of(self, key: BlobKey) -> Path:
        return self._folder / f"{key.workspace_id}-{key.sha256}"

    def _is_ours(self) -> bool:
        """Tell whether nobody else can have put a file there."""
        found = self._folder.stat()
        if found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return True
        self._complain("others can write to it, or own it")
        return False

    def _complain(self, reason: str) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("Files of the storage are not kept in %s: %s.", self._folder, reason)

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _make_room(self) -> None:
        files = sorted(self._files())
        over = sum(size for _, size, _ in files) - self._max_bytes
        for _, size, path in files:
            if over <= 0:
                break
            Path(path).unlink(missing_ok=True)
            over -= size

    def _files(self) -> list[tuple[float, int, str]]:
        """List all files, those that killed processes left half-written included, with the times of their last use."""
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                try:
                    about = entry.stat()
                except FileNotFoundError:  # another process makes room too
                    continue
                found.append((about.st_mtime, about.st_size, entry.path))
        return found


class CachedDocumentStorage(DocumentStorage):
    """Reads from the cache, and from the storage what is not there; everything else is done by the storage."""

    def __init__(self, storage: DocumentStorage, cache: FileCache) -> None:
        self._storage = storage
        self._cache = cache

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        await self._storage.put(key, content)

    @override
    def storing(self, key: BlobKey, content: bytes) -> AbstractAsyncContextManager[None]:
        return self._storage.storing(key, content)

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
    def keys(self, workspace_id: WorkspaceId) -> AsyncIterator[BlobKey]:
        return self._storage.keys(workspace_id)
