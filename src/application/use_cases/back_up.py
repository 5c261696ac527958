"""Backups: the database as it was at one moment, and every blob that it named then."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from application.backup_manifest import BLOBS, DUMP, MANIFEST, FileSum, Manifest, backup_name, blobs_in, line_of
from application.copied_blobs import copy_blobs
from application.ports.backup_files import BackupFiles
from application.ports.clock import Clock
from application.ports.database_backup import DatabaseBackup
from application.ports.document_storage import BlobKey, DocumentStorage
from domain.errors import ConflictError

_PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class BackUpCommand:
    """Who hears of the work: `on_count` once of how many blobs there are, `on_blob` of each that is done."""

    on_count: Callable[[int], object] = lambda _: None
    on_blob: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup: how many blobs were new in it, and those that the storage could not give."""

    manifest: Manifest
    new: int
    missing: tuple[BlobKey, ...]


class BackUp:
    """Writes the dump, the list of the blobs, the blobs that the place does not have yet, and last the manifest.

    A backup is there when its manifest is: one that is interrupted leaves those before it as they were, and blobs that
    the next one need not copy. While it runs, no blob is erased. A blob that the storage has lost does not keep
    everything else from being backed up; it is told of.
    """

    def __init__(
        self,
        database: DatabaseBackup,
        storage: DocumentStorage,
        files: BackupFiles,
        blobs: DocumentStorage,
        clock: Clock,
        version: str,
    ) -> None:
        """Take the stores of the service, then where the backup's files and blobs go, and the version of DocGen."""
        self._database = database
        self._storage = storage
        self._files = files
        self._blobs = blobs
        self._clock = clock
        self._version = version

    async def __call__(self, command: BackUpCommand) -> BackedUp:
        """Make a backup.

        Raises:
            ServiceUnavailableError: a store or the place of the backup cannot be used, or another backup is under way.
            StorageFullError: the place has no room.
            ConflictError: a backup was begun there in the same second.
        """
        async with self._database.blobs_kept():
            now = self._clock.now()
            name = backup_name(now)
            if name in await self._files.folders():
                raise ConflictError(f"There is a backup {name} in this place already: try again in a second.")
            listed = _Listed()
            async with self._database.snapshot() as snapshot:
                listing = await self._write(f"{name}/{BLOBS}", listed.lines(snapshot.blobs()))
                dump = await self._write(f"{name}/{DUMP}", snapshot.dump())
            command.on_count(listed.count)
            named = blobs_in(name, self._files.read(f"{name}/{BLOBS}"))
            new, missing = await copy_blobs(named, self._storage, self._blobs, command.on_blob)
            manifest = Manifest(
                name=name,
                created_at=now,
                version=self._version,
                made_with=snapshot.made_with,
                dump=dump,
                blobs=listing,
                blob_count=listed.count,
                blob_bytes=listed.bytes,
                missing=len(missing),
            )
            await self._write(f"{name}/{MANIFEST}", _one(manifest.as_json()))
        return BackedUp(manifest, new, missing)

    async def _write(self, name: str, pieces: AsyncIterable[bytes]) -> FileSum:
        contents, size = hashlib.sha256(), 0

        async def summed() -> AsyncIterator[bytes]:
            nonlocal size
            async for piece in pieces:
                contents.update(piece)
                size += len(piece)
                yield piece

        await self._files.write(name, summed())
        return FileSum(size, contents.hexdigest())


class _Listed:
    """Counts the blobs while their lines are written, in pieces that are worth a write each."""

    def __init__(self) -> None:
        self.count = 0
        self.bytes = 0

    async def lines(self, blobs: AsyncIterator[tuple[BlobKey, int]]) -> AsyncIterator[bytes]:
        """Yield the lines."""
        piece = bytearray()
        async for key, size in blobs:
            self.count += 1
            self.bytes += size
            piece += line_of(key, size)
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece)


async def _one(piece: bytes) -> AsyncIterator[bytes]:
    yield piece
