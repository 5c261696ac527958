"""Blobs in a bucket: <prefix><workspace>/<first two digits>/<SHA-256>."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from types import TracebackType
from typing import Final, Self

from typing_extensions import override

from adapters.storage.blob_names import (
    COMPONENT,
    damaged,
    folder_of,
    is_sha256,
    is_workspace,
    name_of,
    require_content,
)
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.downloads import Downloads, MissingError
from adapters.storage.s3.uploads import PART, ExistsError, Uploads
from adapters.storage.verified import verified
from application.ports.blob_locks import BlobLocks, StillHeld
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage, StoredBlob
from application.ports.health_check import HealthCheck
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId

_log = logging.getLogger("docgen.storage")

# Hashing so much takes a thread less time than the loop would stand still.
_MUCH: Final = 1_000_000


class S3DocumentStorage(DocumentStorage):
    """Content-addressed objects of a bucket; an async context manager.

    An object is there under its name whole or not at all, as stores of this kind promise. What keeps who stores a blob
    from who erases it is not theirs: `locks` has to be shared by all processes that use the bucket.
    """

    def __init__(self, bucket: Bucket, locks: BlobLocks, clock: Clock) -> None:
        self._bucket = bucket
        self._locks = locks
        self._clock = clock
        self._uploads = Uploads(bucket)
        self._downloads = Downloads(bucket)

    async def __aenter__(self) -> Self:
        """Connect, and give up what killed processes left half-stored.

        Raises:
            ServiceUnavailableError: the store refuses the bucket, and will go on to. One that is out of reach may come
                back, and is logged.
        """
        await self._bucket.__aenter__()
        self._sweeping = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._sweeping.cancel()
        await asyncio.wait([self._sweeping])
        await self._bucket.__aexit__(kind, error, traceback)

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        name = self._name_of(key)
        require_content(key, await _sha256_of(content))
        only_new = self._bucket.options.conditional_put
        # Whoever would send much for nothing looks first.
        if only_new and len(content) > PART and await self._renewed(name, len(content)):
            return
        try:
            await self._send(name, key, content, only_new=only_new)
        except ExistsError:
            if not await self._renewed(name, len(content)):
                await self._send(name, key, content, only_new=False)

    @override
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        name = self._name_of(key)
        await self._uploads.put_pieces(name, pieces, partial(require_content, key))

    @override
    def storing(self, key: BlobKey, content: bytes) -> AbstractAsyncContextManager[None]:
        return self.storing_all({key: content})

    @override
    @asynccontextmanager
    async def storing_all(self, blobs: Mapping[BlobKey, bytes]) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:

            async def enter(key: BlobKey, content: bytes) -> StillHeld:
                held = await stack.enter_async_context(self._locks.shared(key))
                await self.put(key, content)
                return held

            # All are waited for, so that no lock is taken when the block is left.
            outcomes = await asyncio.gather(*(enter(*blob) for blob in blobs.items()), return_exceptions=True)
            held = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
            yield
            lasted = await asyncio.gather(*(lasts() for lasts in held))
        for key, lock_lasted in zip(blobs, lasted, strict=True):
            if not lock_lasted:
                await self._store_again(key, blobs[key])

    async def _store_again(self, key: BlobKey, content: bytes) -> None:
        """Store what somebody may have erased before its row was written, which nobody does from now on."""
        _log.warning("The lock of the blob %s was lost while it was stored: it is stored again.", key.sha256)
        try:
            async with self._locks.shared(key):
                await self.put(key, content)
        except ServiceUnavailableError:
            # Without locks nobody erases either; and where it is the store that is down, this says so.
            await self.put(key, content)

    @override
    async def read(self, key: BlobKey) -> bytes:
        try:
            content = await self._downloads.read(self._name_of(key))
        except MissingError:
            raise BlobNotFoundError(key) from None
        if await _sha256_of(content) != key.sha256:
            raise damaged(key)
        return content

    @override
    async def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        pieces = self._downloads.stream(self._name_of(key), start, end)
        async with aclosing(verified(key, pieces) if start == 0 and end is None else pieces) as wanted:
            try:
                async for piece in wanted:
                    yield piece
            except MissingError:
                raise BlobNotFoundError(key) from None

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        name = self._name_of(key)
        # A request whose answer does not come within its time may be carried out for as long after that.
        seconds = 2 * self._bucket.options.request_seconds
        async with self._locks.alone(key) as deleting:
            if await is_named():
                return
            async with deleting(seconds) as is_held:
                if is_held:
                    await self._bucket.ask(self._bucket.client.delete_object, Key=name)

    @override
    async def find(self, key: BlobKey) -> StoredBlob | None:
        found = await self._bucket.head(self._name_of(key))
        return found and _described(key, found["ContentLength"], found["LastModified"])

    @override
    async def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        folder = f"{self._bucket.options.prefix}{folder_of(workspace_id)}/"
        async for page in self._bucket.pages("list_objects_v2", Prefix=folder):
            for found in page.get("Contents", ()):
                key = BlobKey(workspace_id, found["Key"].rpartition("/")[2])
                if is_sha256(key.sha256) and found["Key"] == self._name_of(key):
                    yield _described(key, found["Size"], found["LastModified"])

    @override
    async def workspaces(self) -> AsyncIterator[WorkspaceId]:
        prefix = self._bucket.options.prefix
        async for page in self._bucket.pages("list_objects_v2", Prefix=prefix, Delimiter="/"):
            for found in page.get("CommonPrefixes", ()):
                name = found["Prefix"].removeprefix(prefix).rstrip("/")
                if is_workspace(name):
                    yield WorkspaceId(name)

    def _name_of(self, key: BlobKey) -> str:
        return self._bucket.options.prefix + name_of(key)

    async def _send(self, name: str, key: BlobKey, content: bytes, *, only_new: bool) -> None:
        if len(content) <= PART:
            await self._uploads.put(name, content, key.sha256, only_new=only_new)
        else:
            await self._uploads.put_parts(name, _slices(content), only_new=only_new)

    async def _renewed(self, name: str, size: int) -> bool:
        """Renew the age of an object, so that a collector of unused blobs leaves it; False where it must be written."""
        found = await self._bucket.head(name)
        return found is not None and found["ContentLength"] == size and await self._uploads.touch(name)

    async def _sweep(self) -> None:
        try:
            await self._uploads.sweep(self._clock.now())
        except ServiceUnavailableError as error:
            _log.warning("What killed processes left half-stored could not be looked for. %s", error)


async def _sha256_of(content: bytes) -> str:
    if len(content) < _MUCH:
        return hashlib.sha256(content).hexdigest()
    return (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()


async def _slices(content: bytes) -> AsyncIterator[BytesIO]:
    for at in range(0, len(content), PART):
        yield BytesIO(content[at : at + PART])


def _described(key: BlobKey, size: int, stored_at: datetime) -> StoredBlob:
    return StoredBlob(key, size, stored_at.astimezone(UTC))


class S3StorageHealthCheck(HealthCheck):
    """The storage works when the bucket can be listed."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @property
    @override
    def component(self) -> str:
        return COMPONENT

    @override
    async def check(self) -> None:
        await self._bucket.probe()
