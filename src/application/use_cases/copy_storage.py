"""Moving: every blob of one storage in another one."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from application.copied_blobs import copy_blobs
from application.ports.document_storage import BlobKey, DocumentStorage


@dataclass(frozen=True, slots=True)
class CopiedStorage:
    """What a copy came to: how many blobs were new to the other storage, and those that could not be read."""

    new: int
    unreadable: tuple[BlobKey, ...]


class CopyStorage:
    """Copies what is not there yet, whatever names it, and verifies all of it on its way.

    Nothing is removed anywhere: a service may go on with the old storage meanwhile. What was interrupted goes on where
    it was, and what came since is copied by another run.
    """

    def __init__(self, source: DocumentStorage, target: DocumentStorage) -> None:
        self._source = source
        self._target = target

    async def count(self) -> int:
        """Count the blobs to copy, for whoever shows how far the work is."""
        count = 0
        async for _ in self._blobs():
            count += 1
        return count

    async def __call__(self, on_blob: Callable[[], object]) -> CopiedStorage:
        """Copy; `on_blob` hears of each blob that is done.

        Raises:
            ServiceUnavailableError: one of the storages is down.
            StorageFullError: the other one has no room.
        """
        return CopiedStorage(*await copy_blobs(self._blobs(), self._source, self._target, on_blob))

    async def _blobs(self) -> AsyncIterator[tuple[BlobKey, int]]:
        async for workspace_id in self._source.workspaces():
            async for blob in self._source.stored_blobs(workspace_id):
                yield blob.key, blob.size
