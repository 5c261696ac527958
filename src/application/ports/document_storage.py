"""The storage of bytes: template files and documents."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.identifiers import WorkspaceId


@dataclass(frozen=True, slots=True)
class BlobKey:
    """The name of a blob: its workspace, and the SHA-256 of its contents in 64 lower-case hexadecimal digits."""

    workspace_id: WorkspaceId
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob as the storage sees it: its size in bytes, and when it was stored last (UTC)."""

    key: BlobKey
    size: int
    stored_at: datetime


class BlobNotFoundError(LookupError):
    """There is no blob of this name."""

    def __init__(self, key: BlobKey) -> None:
        super().__init__(f"The storage has no blob {key.sha256} for the workspace {key.workspace_id}.")
        self.key = key


class DocumentStorage(Protocol):
    """Keeps blobs by the hash of their contents: the same contents have the same name and are kept once.

    Every method raises ServiceUnavailableError when the store is down.
    """

    @abstractmethod
    async def put(self, key: BlobKey, content: bytes) -> None:
        """Store the content durably, whole or not at all; again with the same key changes nothing but its age.

        Whoever goes on to write a row that names the blob uses `storing`.

        Raises:
            ValueError: the content's SHA-256 is not the key's.
            StorageFullError: there is no room.
        """

    @abstractmethod
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        """Store what comes in pieces as `put` does, with constant memory; pieces may be of any size.

        For those who move blobs: nobody is kept from erasing it meanwhile.

        Raises:
            ValueError, StorageFullError: as for `put`; what the pieces raise is passed on, and nothing is stored.
        """

    @abstractmethod
    def storing(self, key: BlobKey, content: bytes) -> AbstractAsyncContextManager[None]:
        """Store the content as `put` does, and keep everybody from erasing it until the block is left.

        In the block the row is written that names the blob: who erases one then sees either that row, or stored bytes
        that nobody is about to name. Entering raises what `put` does.
        """

    def storing_all(self, blobs: Mapping[BlobKey, bytes]) -> AbstractAsyncContextManager[None]:
        """Store many blobs as `storing` does each; storages that can do so for less than that do.

        Where it fails, some of them may be stored.
        """
        return _storing_each(self, blobs)

    @abstractmethod
    async def read(self, key: BlobKey) -> bytes:
        """Return the whole content, verified against the key's SHA-256.

        Raises:
            BlobNotFoundError: there is none.
            ServiceUnavailableError: the contents are not those that were stored.
        """

    @abstractmethod
    def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to but excluding `end` (None: to the end), in pieces, with constant memory.

        What is streamed from the beginning with no `end` is verified before its last piece comes, as `read` does.

        Raises:
            BlobNotFoundError: there is none; raised when the first piece is asked for.
            ServiceUnavailableError: the contents are not those that were stored; raised in place of the last piece.
        """

    @abstractmethod
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        """Remove the blob unless something names it, which is asked while nobody is storing it.

        Nothing happens where there is none. It waits for those who are storing it.

        Raises:
            ServiceUnavailableError: it is being stored for too long; the blob is left.
        """

    @abstractmethod
    async def find(self, key: BlobKey) -> StoredBlob | None:
        """Return what the storage knows of a blob without reading it; None where there is none."""

    @abstractmethod
    def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        """Yield every blob of the workspace, in any order, with constant memory.

        One that is stored or erased meanwhile may be among them or not.
        """

    @abstractmethod
    def workspaces(self) -> AsyncIterator[WorkspaceId]:
        """Yield every workspace that the storage may have blobs of, in any order: also those that are no more."""


@asynccontextmanager
async def _storing_each(storage: DocumentStorage, blobs: Mapping[BlobKey, bytes]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        entering = (stack.enter_async_context(storage.storing(*blob)) for blob in blobs.items())
        for outcome in await asyncio.gather(*entering, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        yield
