"""Blobs that are copied from one storage to another: to move, to back up, to restore."""

import logging
from collections.abc import AsyncIterator, Callable
from enum import Enum, auto
from typing import Final

from application.in_order import in_order
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from domain.errors import ServiceUnavailableError

# A storage in another place takes its time for each.
_AT_ONCE: Final = 8

_log = logging.getLogger("docgen.storage")


class Copied(Enum):
    """What became of a blob."""

    NEW = auto()
    # The other storage has it already.
    THERE = auto()
    # It is not where it should come from, or its bytes are not those that were stored.
    UNREADABLE = auto()


async def copy_blob(key: BlobKey, size: int, source: DocumentStorage, target: DocumentStorage) -> Copied:
    """Copy a blob of so many bytes unless it is there, with constant memory; what arrives has its SHA-256.

    A storage keeps blobs whole or not at all: one that is there with the right size was verified when it came.

    Raises:
        ServiceUnavailableError: one of the storages is down.
        StorageFullError: the other one has no room.
    """
    there = await target.find(key)
    if there is not None and there.size == size:
        return Copied.THERE
    try:
        await target.put_pieces(key, _read(key, source))
    except (BlobNotFoundError, ValueError):
        return Copied.UNREADABLE
    except _UnreadableError as error:
        # Either this blob cannot be read, or none can.
        await source.find(key)
        _log.warning("The blob %s of the workspace %s cannot be read: %s", key.sha256, key.workspace_id, error)
        return Copied.UNREADABLE
    return Copied.NEW


async def copy_blobs(
    named: AsyncIterator[tuple[BlobKey, int]],
    source: DocumentStorage,
    target: DocumentStorage,
    on_blob: Callable[[], object],
) -> tuple[int, tuple[BlobKey, ...]]:
    """Copy many blobs, several at a time; return how many were new, and those that could not be read.

    Raises:
        ServiceUnavailableError, StorageFullError: as for one.
    """

    async def copy(blob: tuple[BlobKey, int]) -> Copied:
        return await copy_blob(*blob, source, target)

    new, unreadable = 0, []
    async for (key, _), copied in in_order(named, copy, _AT_ONCE):
        on_blob()
        new += copied is Copied.NEW
        if copied is Copied.UNREADABLE:
            unreadable.append(key)
    return new, tuple(unreadable)


class _UnreadableError(Exception):
    """The storage that a blob comes from did not give it; what goes wrong where it arrives is another matter."""


async def _read(key: BlobKey, source: DocumentStorage) -> AsyncIterator[bytes]:
    try:
        async for piece in source.stream(key):
            yield piece
    except ServiceUnavailableError as error:
        raise _UnreadableError(str(error)) from error
