"""A database that is backed up, of which there is nothing but its dump."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager

from typing_extensions import override

from application.ports.database_backup import DatabaseBackup, DatabaseSnapshot, DumpedWith
from application.ports.document_storage import BlobKey
from domain.errors import ConflictError, ServiceUnavailableError

MADE_WITH = DumpedWith("0030", 18)


class _Snapshot(DatabaseSnapshot):
    """What the database was."""

    def __init__(self, content: bytes, named: dict[BlobKey, int]) -> None:
        self._content = content
        self._named = dict(named)
        self.made_with = MADE_WITH

    @override
    async def dump(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._content), 1_000):
            yield self._content[at : at + 1_000]

    @override
    async def blobs(self) -> AsyncIterator[tuple[BlobKey, int]]:
        for key in sorted(self._named, key=lambda key: (key.workspace_id, key.sha256)):
            yield key, self._named[key]


class FixedDatabaseBackup(DatabaseBackup):
    """Its contents are `content` (None: it is empty), and it names `named`; `kept` says whether no blob is erased."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content
        self.named: dict[BlobKey, int] = {}
        self.kept = False
        self.down = False

    @override
    @asynccontextmanager
    async def blobs_kept(self) -> AsyncIterator[None]:
        if self.kept:
            raise ServiceUnavailableError("database", "Another backup is under way.")
        self.kept = True
        try:
            yield
        finally:
            self.kept = False

    @override
    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[DatabaseSnapshot]:
        self._require_up()
        yield _Snapshot(self.content or b"", self.named)

    @override
    async def require_restorable(self, backup: str, made_with: DumpedWith) -> None:
        self._require_up()
        if self.content is not None:
            raise ConflictError("The database is not empty.")

    @override
    async def restore(self, backup: str, made_with: DumpedWith, dump: AsyncIterable[bytes]) -> None:
        await self.require_restorable(backup, made_with)
        self.content = b"".join([piece async for piece in dump])

    def _require_up(self) -> None:
        if self.down:
            raise ServiceUnavailableError("database", "The database does not answer.")
