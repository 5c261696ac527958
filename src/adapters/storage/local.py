"""Blobs on a local disk: <root>/<workspace>/<first two digits>/<SHA-256>."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from datetime import UTC, datetime, timedelta
from functools import partial
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from typing_extensions import override

from adapters.storage.blob_files import INCOMING, BlobFiles, IncomingFile, parent_of, synchronise
from adapters.storage.blob_names import (
    COMPONENT,
    damaged,
    folder_of,
    is_sha256,
    is_workspace,
    name_of,
    require_content,
)
from adapters.storage.blob_reading import BlobReading
from adapters.storage.disk_errors import disk_errors
from adapters.storage.files_in_memory import FilesInMemory
from adapters.storage.locks import BlobLock, HeldLock, Locks, lock_path, require_locks
from adapters.storage.piecewise_hash import PiecewiseHash
from adapters.storage.writer import GROUP, BlobWriter, LockTakenError
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage, StoredBlob
from application.ports.health_check import HealthCheck
from domain.errors import StorageFullError
from domain.identifiers import WorkspaceId

_SHARD: Final = re.compile(r"[0-9a-f]{2}")
# So much is read and hashed in less time than it takes to ask a thread.
_SMALL: Final = 64 * 1024
_ONLY_US: Final = 0o700
_LOCKS: Final = ".locks"
_STALE_AFTER: Final = timedelta(hours=1)


class LocalDocumentStorage(DocumentStorage):
    """Content-addressed files that nobody but the service's user can read; an async context manager.

    A blob is there under its name whole or not at all, whenever the process or the machine stops: it is written to a
    temporary file of the same file system, synchronised, renamed, and the directory synchronised. A root that
    disappears (an unmounted disk) is an error, never an empty storage. All file access runs in threads, but for what is
    in memory.
    """

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._locks = f"{root}/{_LOCKS}"
        self._clock = clock
        self._files = BlobFiles(str(root))
        self._files_in_memory: FilesInMemory | None = None

    async def __aenter__(self) -> Self:
        """Make the root where there is none yet, and remove what killed processes left half-written.

        Raises:
            ServiceUnavailableError: the root cannot be made or written.
        """
        await self.prepare()
        self._writer = BlobWriter(str(self._root))
        await self._writer.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._writer.__aexit__(kind, error, traceback)

    async def prepare(self) -> None:
        """Make the root where there is none yet, and remove what killed processes left; nothing can be stored by that.

        Raises:
            ServiceUnavailableError: the root cannot be made or written.
        """
        await asyncio.to_thread(self._prepare)

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        place = self._place_of(key)
        with self._disk_errors():
            await self._writer.store(place, content)

    @override
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        place = self._place_of(key)
        with self._disk_errors():
            file = await asyncio.to_thread(self._files.incoming)
        with file:
            contents = PiecewiseHash(file.write)
            async for piece in pieces:
                with self._disk_errors():
                    await contents.update(piece)
            with self._disk_errors():
                sha256 = await contents.hexdigest()
                require_content(key, sha256)
                await asyncio.to_thread(_keep, file, place)

    @override
    def storing(self, key: BlobKey, content: bytes) -> AbstractAsyncContextManager[None]:
        lock = BlobLock(self._locks, key.sha256)
        return HeldLock(lock, lambda: self._put_locked(lock, key, content))

    @override
    @asynccontextmanager
    async def storing_all(self, blobs: Mapping[BlobKey, bytes]) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            keys = list(blobs)
            for start in range(0, len(keys), GROUP):
                locks, group = Locks(), {key: blobs[key] for key in keys[start : start + GROUP]}
                await stack.enter_async_context(HeldLock(locks, partial(self._put_all_locked, locks, group)))
            yield

    async def _put_all_locked(self, locks: Locks, blobs: Mapping[BlobKey, bytes]) -> bool:
        """Store blobs under their locks; False where somebody has one of those."""
        asked = [(self._place_of(key), lock_path(self._locks, key.sha256), content) for key, content in blobs.items()]
        with self._disk_errors():
            try:
                return locks.adopt(*await self._writer.store_all(asked))
            except LockTakenError:
                return False

    async def _put_locked(self, lock: BlobLock, key: BlobKey, content: bytes) -> bool:
        """Store a blob under its lock; False where somebody has that."""
        place = self._place_of(key)
        with self._disk_errors():
            try:
                descriptor = await self._writer.store(place, content, lock.path)
            except LockTakenError:
                return False
        return descriptor is not None and lock.adopt(descriptor)

    @override
    async def read(self, key: BlobKey) -> bytes:
        content = self._in_memory(key)
        return await asyncio.to_thread(self._read, key) if content is None else content

    @override
    async def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        content = self._in_memory(key)
        if content is not None:
            if wanted := content[start:end]:
                yield wanted
            return
        reading = BlobReading(key, self._place_of(key), start, end)
        try:
            while not reading.ended:
                for piece in await asyncio.to_thread(self._step, reading):
                    yield piece
        finally:
            reading.leave()

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        lock = BlobLock(self._locks, key.sha256)
        async with HeldLock(lock, lambda: asyncio.to_thread(self._take_alone, lock, key)):
            if not await is_named():
                await asyncio.to_thread(self._delete, key)

    @override
    async def find(self, key: BlobKey) -> StoredBlob | None:
        return await asyncio.to_thread(self._find, key)

    @override
    async def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        folder = self._root / folder_of(workspace_id)
        for shard in await asyncio.to_thread(self._names_in, folder):
            if _SHARD.fullmatch(shard):
                for blob in await asyncio.to_thread(self._blobs_in, workspace_id, folder / shard):
                    yield blob

    @override
    async def workspaces(self) -> AsyncIterator[WorkspaceId]:
        for name in await asyncio.to_thread(self._names_in, self._root):
            if is_workspace(name):
                yield WorkspaceId(name)

    async def probe(self) -> None:
        """Return when the storage takes files.

        Raises:
            ServiceUnavailableError: it does not.
        """
        await asyncio.to_thread(self._probe)

    def _in_memory(self, key: BlobKey) -> bytes | None:
        """Return a small blob that is in memory, and what its name says: None leads to a thread, which tells errors."""
        content = None if self._files_in_memory is None else self._files_in_memory.read(self._place_of(key))
        return content if content is None or hashlib.sha256(content).hexdigest() == key.sha256 else None

    # --- in threads -------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        with self._disk_errors():
            incoming = self._root / INCOMING
            self._root.mkdir(mode=_ONLY_US, parents=True, exist_ok=True)
            incoming.mkdir(mode=_ONLY_US, exist_ok=True)
            (self._root / _LOCKS).mkdir(mode=_ONLY_US, exist_ok=True)
            require_locks(self._locks)
            self._files_in_memory = FilesInMemory.below(str(self._root), _SMALL)
            oldest = self._clock.now() - _STALE_AFTER
            for file in incoming.iterdir():
                # Another process that starts may remove it first.
                with suppress(FileNotFoundError):
                    if datetime.fromtimestamp(file.stat().st_mtime, UTC) < oldest:
                        file.unlink()

    def _take_alone(self, lock: BlobLock, key: BlobKey) -> bool:
        self._place_of(key)  # it is a key
        with self._disk_errors():
            return lock.take(exclusive=True)

    def _read(self, key: BlobKey) -> bytes:
        with self._reading_errors(key), FileIO(self._place_of(key)) as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != key.sha256:
            raise damaged(key)
        return content

    def _step(self, reading: BlobReading) -> list[bytes]:
        with self._reading_errors(reading.key):
            return reading.step()

    def _delete(self, key: BlobKey) -> None:
        path = self._path_of(key)
        with self._disk_errors():
            try:
                path.unlink()
            except FileNotFoundError:
                self._require_root()

    def _find(self, key: BlobKey) -> StoredBlob | None:
        path = self._path_of(key)
        with self._disk_errors():
            try:
                return _described(key, path.stat())
            except FileNotFoundError:
                self._require_root()
                return None

    def _blobs_in(self, workspace_id: WorkspaceId, directory: Path) -> list[StoredBlob]:
        keys = [BlobKey(workspace_id, name) for name in self._names_in(directory) if is_sha256(name)]
        found = []
        with self._disk_errors():
            for key in keys:
                with suppress(FileNotFoundError):  # it is erased meanwhile
                    found.append(_described(key, (directory / key.sha256).stat()))
        return found

    def _names_in(self, directory: Path) -> list[str]:
        with self._disk_errors():
            try:
                return os.listdir(directory)  # noqa: PTH208  # a Path of each name would cost more than the call
            except FileNotFoundError:
                self._require_root()
                return []

    def _probe(self) -> None:
        with self._disk_errors():
            descriptor, temporary = tempfile.mkstemp(dir=self._root / INCOMING)
            os.close(descriptor)
            Path(temporary).unlink()

    # --- paths and errors -------------------------------------------------------------------------------------

    def _path_of(self, key: BlobKey) -> Path:
        return Path(self._place_of(key))

    def _place_of(self, key: BlobKey) -> str:
        return f"{self._root}/{name_of(key)}"

    def _require_root(self) -> None:
        self._root.stat()

    @contextmanager
    def _reading_errors(self, key: BlobKey) -> Iterator[None]:
        with self._disk_errors():
            try:
                yield
            except FileNotFoundError:
                self._require_root()
                raise BlobNotFoundError(key) from None

    def _disk_errors(self) -> AbstractContextManager[None]:
        return disk_errors(self._root)


def _keep(file: IncomingFile, place: str) -> None:
    file.keep(place)
    synchronise(parent_of(place))


def _described(key: BlobKey, found: os.stat_result) -> StoredBlob:
    return StoredBlob(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


class LocalStorageTrial(AbstractAsyncContextManager[None]):
    """Sees whether a storage can be opened, without the process that writes for who stores."""

    def __init__(self, storage: LocalDocumentStorage) -> None:
        self._storage = storage

    @override
    async def __aenter__(self) -> None:
        await self._storage.prepare()

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass


class LocalStorageHealthCheck(HealthCheck):
    """The storage works when it takes a file. A full disk is no reason to stop handing out what lies on it."""

    def __init__(self, storage: LocalDocumentStorage) -> None:
        self._storage = storage

    @property
    @override
    def component(self) -> str:
        return COMPONENT

    @override
    async def check(self) -> None:
        with suppress(StorageFullError):
            await self._storage.probe()
