"""Restoring: an empty installation becomes what was backed up."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

from application.backup_manifest import (
    BLOBS,
    DUMP,
    MANIFEST,
    FileSum,
    Manifest,
    blobs_in,
    damaged,
    is_backup_name,
    manifest_of,
)
from application.copied_blobs import copy_blobs
from application.ports.backup_files import BackupFileNotFoundError, BackupFiles
from application.ports.database_backup import DatabaseBackup
from application.ports.document_storage import BlobKey, DocumentStorage
from domain.errors import ConflictError


@dataclass(frozen=True, slots=True)
class RestoreCommand:
    """Which backup, by name (None: the newest), and who hears of the work, as in `BackUpCommand`."""

    backup: str | None = None
    on_count: Callable[[int], object] = lambda _: None
    on_blob: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many blobs were not there already, and those that the backup does not have."""

    manifest: Manifest
    new: int
    missing: tuple[BlobKey, ...]


class RestoreBackup:
    """Everything is verified on its way. The blobs come first, and the database last: no row is without its blob.

    What was interrupted can be begun again; blobs that are there are not copied anew. A blob that the backup does not
    have does not keep everything else from being restored; it is told of.
    """

    def __init__(
        self, database: DatabaseBackup, storage: DocumentStorage, files: BackupFiles, blobs: DocumentStorage
    ) -> None:
        """Take the stores that are to be filled, then where the backup's files and blobs are."""
        self._database = database
        self._storage = storage
        self._files = files
        self._blobs = blobs

    async def backups(self) -> list[str]:
        """Return the names of all whole backups, the newest first.

        Raises:
            ServiceUnavailableError: their place cannot be used.
        """
        names = [name for name in await self._files.folders() if is_backup_name(name)]
        return [name for name in sorted(names, reverse=True) if await self._has_manifest(name)]

    async def manifest(self, name: str) -> Manifest:
        """Return what a backup says of itself.

        Raises:
            ServiceUnavailableError: it is damaged, or its place cannot be used.
        """
        content = b"".join([piece async for piece in self._read(name, MANIFEST)])
        return manifest_of(name, content)

    async def __call__(self, command: RestoreCommand) -> Restored:
        """Restore a backup.

        Raises:
            ConflictError: there is no such backup, or the database is not empty.
            ServiceUnavailableError: a store or the place of the backup cannot be used, or the backup is damaged.
            StorageFullError: the storage has no room.
        """
        manifest = await self.manifest(await self._chosen(command.backup))
        await self._database.require_restorable(manifest.name, manifest.made_with)
        for file, expected in ((DUMP, manifest.dump), (BLOBS, manifest.blobs)):
            if await self._sum_of(manifest.name, file) != expected:
                raise damaged(manifest.name, file)
        command.on_count(manifest.blob_count)
        named = blobs_in(manifest.name, self._read(manifest.name, BLOBS))
        new, missing = await copy_blobs(named, self._blobs, self._storage, command.on_blob)
        await self._database.restore(manifest.name, manifest.made_with, self._read(manifest.name, DUMP))
        return Restored(manifest, new, missing)

    async def _chosen(self, wanted: str | None) -> str:
        there = await self.backups()
        if not there:
            raise ConflictError(
                "There is no backup in this place: name the folder, or the prefix, that one was made in."
            )
        if wanted is None:
            return there[0]
        if wanted not in there:
            raise ConflictError(f"There is no backup {wanted!r} in this place; there are: {', '.join(there)}.")
        return wanted

    async def _sum_of(self, name: str, file: str) -> FileSum:
        contents, size = hashlib.sha256(), 0
        async for piece in self._read(name, file):
            contents.update(piece)
            size += len(piece)
        return FileSum(size, contents.hexdigest())

    async def _read(self, name: str, file: str) -> AsyncIterator[bytes]:
        try:
            async for piece in self._files.read(f"{name}/{file}"):
                yield piece
        except BackupFileNotFoundError:
            raise damaged(name, file) from None

    async def _has_manifest(self, name: str) -> bool:
        with suppress(BackupFileNotFoundError):
            async for _ in self._files.read(f"{name}/{MANIFEST}"):
                return True
        return False
