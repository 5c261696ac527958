"""Removing old backups, and the blobs that only they name."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from application.backup_manifest import (
    BLOBS,
    MANIFEST,
    FileSum,
    backup_name,
    blobs_in,
    damaged,
    is_backup_name,
    manifest_of,
)
from application.ports.backup_files import BackupFileNotFoundError, BackupFiles
from application.ports.clock import Clock
from application.ports.database_backup import DatabaseBackup
from application.ports.document_storage import BlobKey, DocumentStorage

logger = logging.getLogger("docgen.storage")

# A backup without a manifest may be under way for so long.
_UNFINISHED: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Thinned:
    """What was removed: the names of backups, and how many blobs; None where these had to be left."""

    backups: tuple[str, ...]
    blobs: int | None


class ThinBackups:
    """The newest whole backups stay, with every blob that they name.

    No backup of this database is made meanwhile. One of another database in the same place, which nobody should have
    there, is taken for what it looks like, a young folder without a manifest: then no blob is removed. Manifests go
    first, so that what is interrupted leaves no backup that only looks whole, and is finished by the next run.
    """

    def __init__(self, database: DatabaseBackup, files: BackupFiles, blobs: DocumentStorage, clock: Clock) -> None:
        """Take the database, and where backups' files and blobs are."""
        self._database = database
        self._files = files
        self._blobs = blobs
        self._clock = clock

    async def __call__(self, keep: int) -> Thinned:
        """Keep so many backups, one at least.

        Raises:
            ServiceUnavailableError: the place cannot be used, a backup that stays is damaged, or another is under way.
        """
        async with self._database.blobs_kept():
            whole, young = [], []
            removed: list[str] = []
            oldest = backup_name(self._clock.now() - _UNFINISHED)
            for name in sorted(filter(is_backup_name, await self._files.folders()), reverse=True):
                if await self._is_whole(name):
                    whole.append(name)
                elif name >= oldest:
                    young.append(name)
                else:
                    removed.append(name)
            kept = whole[:keep]
            named = await self._named_by(kept)
            removed += whole[keep:]
            for name in removed:
                await self._files.remove(name, first=MANIFEST)
            if young:
                logger.warning("No blobs were removed: the backup %s is not finished.", young[0])
                return Thinned(tuple(removed), None)
            return Thinned(tuple(removed), await self._erase_all_but(named))

    async def _is_whole(self, name: str) -> bool:
        with suppress(BackupFileNotFoundError):
            async for _ in self._files.read(f"{name}/{MANIFEST}"):
                return True
        return False

    async def _named_by(self, names: list[str]) -> set[bytes]:
        """Return what backups name, whose lists have to be whole: what they do not name is removed."""
        named: set[bytes] = set()
        for name in names:
            try:
                manifest = manifest_of(
                    name, b"".join([piece async for piece in self._files.read(f"{name}/{MANIFEST}")])
                )
                listing = _Summed(self._files.read(f"{name}/{BLOBS}"))
                async for key, _ in blobs_in(name, listing.pieces()):
                    named.add(_short(key))
            except BackupFileNotFoundError:
                raise damaged(name, BLOBS) from None
            if listing.sum != manifest.blobs:
                raise damaged(name, BLOBS)
        return named

    async def _erase_all_but(self, named: set[bytes]) -> int:
        erased = 0
        async for workspace_id in self._blobs.workspaces():
            async for blob in self._blobs.stored_blobs(workspace_id):
                if _short(blob.key) not in named:
                    await self._blobs.erase(blob.key, _by_nothing)
                    erased += 1
        return erased


class _Summed:
    """Pieces of a file, with their sum when all have come."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._contents = hashlib.sha256()
        self._size = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield them."""
        async for piece in self._pieces:
            self._contents.update(piece)
            self._size += len(piece)
            yield piece

    @property
    def sum(self) -> FileSum:
        """Of what has come."""
        return FileSum(self._size, self._contents.hexdigest())


def _short(key: BlobKey) -> bytes:
    """Return a blob's name in few bytes: there may be millions of them in memory."""
    return hashlib.blake2b(f"{key.workspace_id}/{key.sha256}".encode(), digest_size=16).digest()


async def _by_nothing() -> bool:
    return False
