"""Moving: every blob of one storage in another one."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from application.copied_blobs import copy_blobs
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.storage_mark import StorageMark
from domain.errors import ConflictError


@dataclass(frozen=True, slots=True)
class CopiedStorage:
    """What a copy came to: how many blobs were new to the other storage, and those that could not be read."""

    new: int
    unreadable: tuple[BlobKey, ...]


class CopyStorage:
    """Copies what is not there yet, whatever names it, and verifies all of it on its way.

    Nothing is removed anywhere: a service may go on with the old storage meanwhile. What was interrupted goes on where
    it was, and what came since is copied by another run. When all is there, the mark is put there too, by which the
    database knows the storage.
    """

    def __init__(
        self, source: DocumentStorage, target: DocumentStorage, source_mark: StorageMark, target_mark: StorageMark
    ) -> None:
        self._source = source
        self._target = target
        self._source_mark = source_mark
        self._target_mark = target_mark

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
            ConflictError: the other one belongs to another database; nothing was copied.
        """
        mark = await self._source_mark.read()
        await self._require_free(mark)
        done = CopiedStorage(*await copy_blobs(self._blobs(), self._source, self._target, on_blob))
        if mark is not None:
            await self._target_mark.make(mark)
        return done

    async def _require_free(self, mark: str | None) -> None:
        there = await self._target_mark.read()
        if there is not None and there != mark:
            raise ConflictError(
                f"The storage in {self._target_mark.place} belongs to another database, and nothing was copied: "
                "name an empty folder, or a prefix that nobody else uses."
            )

    async def _blobs(self) -> AsyncIterator[tuple[BlobKey, int]]:
        async for workspace_id in self._source.workspaces():
            async for blob in self._source.stored_blobs(workspace_id):
                yield blob.key, blob.size
