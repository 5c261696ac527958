"""What does not fit together: blobs of the storage, and rows of the database that name them."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from application.blob_survey import BlobSurvey, Standing
from application.in_order import in_order
from application.ports.blob_references import BlobName
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage, StoredBlob
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId

_PAGE: Final = 500
# Blobs that are read or looked for at a time: a storage in another place takes its time for each.
_AT_ONCE: Final = 8
# So many rows are told of that name a blob; there may be thousands.
_NAMES: Final = 20


class FaultKind(StrEnum):
    """What can be wrong with a blob."""

    # A row names it, and it is not there.
    MISSING = "missing"
    # A row names it, and its bytes are not those that were stored.
    CORRUPT = "corrupt"
    # Nothing names it, and nobody is about to.
    ORPHANED = "orphaned"
    # The database cannot have named it (see `Standing`).
    FOREIGN = "foreign"
    # Nothing names it, and somebody may be about to: no fault, unless it stays so.
    YOUNG = "young"


@dataclass(frozen=True, slots=True)
class Fault:
    """A blob with which something is wrong; `names` are some of the rows that name it, `size` is in bytes."""

    kind: FaultKind
    key: BlobKey
    size: int
    stored_at: datetime | None = None
    names: tuple[BlobName, ...] = ()
    removed: bool = False


@dataclass(frozen=True, slots=True)
class CheckStorageCommand:
    """Whether blobs are read from end to end, and whether orphans are removed; `on_blob` hears of each blob.

    Where they are not read, only those are found corrupt that have another size than they should.
    """

    contents: bool = True
    repair: bool = False
    on_blob: Callable[[], object] = lambda: None


class CheckStorage:
    """Compares both stores in both directions; what changes while it looks is looked at again before it is told of.

    Orphans alone are removed: they are needed by nobody, whatever else is wrong. What is missing or corrupt comes from
    a backup, or from whoever has the file.
    """

    def __init__(
        self, survey: BlobSurvey, storage: DocumentStorage, units_of_work: UnitsOfWork, workspaces: WorkspaceDirectory
    ) -> None:
        self._survey = survey
        self._storage = storage
        self._units_of_work = units_of_work
        self._workspaces = workspaces

    async def count(self) -> int:
        """Count the blobs that there are, for whoever shows how far a check is."""
        count = 0
        async for workspace_id in self._storage.workspaces():
            async for _ in self._storage.stored_blobs(workspace_id):
                count += 1
        return count

    async def __call__(self, command: CheckStorageCommand) -> AsyncIterator[Fault]:
        """Yield what is wrong.

        Raises:
            ServiceUnavailableError: the storage or the database is down.
        """
        async for workspace_id in self._storage.workspaces():
            async for fault in self._of_storage(workspace_id, command):
                yield fault
        for workspace_id in await self._workspaces.all():
            async for fault in self._of_database(workspace_id, command):
                yield fault

    # --- what the storage has ---------------------------------------------------------------------------------

    async def _of_storage(self, workspace_id: WorkspaceId, command: CheckStorageCommand) -> AsyncIterator[Fault]:
        async def look(found: tuple[StoredBlob, Standing]) -> Fault | None:
            blob, standing = found
            if standing is Standing.NAMED:
                return await self._read(blob) if command.contents else None
            return await self._of_unnamed(blob, standing, repair=command.repair)

        async for _, fault in in_order(self._survey.blobs_of(workspace_id), look, _AT_ONCE):
            command.on_blob()
            if fault is not None:
                yield fault

    async def _read(self, blob: StoredBlob) -> Fault | None:
        contents = hashlib.sha256()
        try:
            async for piece in self._storage.stream(blob.key):
                contents.update(piece)
        except BlobNotFoundError:
            return None  # it was erased meanwhile, or is found missing by those that name it
        except ServiceUnavailableError:
            # Either this blob cannot be read, or none can.
            await self._storage.find(blob.key)
        if contents.hexdigest() == blob.key.sha256:
            return None
        return await self._still_named(Fault(FaultKind.CORRUPT, blob.key, blob.size, blob.stored_at))

    async def _of_unnamed(self, blob: StoredBlob, standing: Standing, *, repair: bool) -> Fault | None:
        fault = Fault(FaultKind(standing), blob.key, blob.size, blob.stored_at)
        if standing is not Standing.ORPHANED:
            return fault
        if not repair:
            return fault if await self._survey.is_orphan(blob.key) else None
        return replace(fault, removed=True) if await self._survey.remove(blob.key) else None

    # --- what the database names ------------------------------------------------------------------------------

    async def _of_database(self, workspace_id: WorkspaceId, command: CheckStorageCommand) -> AsyncIterator[Fault]:
        async def look(name: BlobName) -> Fault | None:
            key = BlobKey(workspace_id, name.sha256)
            blob = await self._storage.find(key)
            if blob is None:
                return await self._still_named(Fault(FaultKind.MISSING, key, name.size))
            if blob.size != name.size and not command.contents:
                return await self._still_named(Fault(FaultKind.CORRUPT, key, blob.size, blob.stored_at))
            return None

        told: set[str] = set()
        async for name, fault in in_order(self._names_in(workspace_id), look, _AT_ONCE):
            # Several rows may name the same blob.
            if fault is not None and name.sha256 not in told:
                told.add(name.sha256)
                yield fault

    async def _names_in(self, workspace_id: WorkspaceId) -> AsyncIterator[BlobName]:
        last: BlobName | None = None
        while True:
            async with self._units_of_work.of_workspace(workspace_id) as unit:
                page = await unit.blobs.names(limit=_PAGE, after=last)
            if not page:
                return
            for name in page:
                yield name
            last = page[-1]

    async def _still_named(self, fault: Fault) -> Fault | None:
        """Return the fault with what names its blob; None where nothing does any more."""
        async with self._units_of_work.of_workspace(fault.key.workspace_id) as unit:
            names = await unit.blobs.names_of(fault.key.sha256, limit=_NAMES)
        return replace(fault, names=tuple(names)) if names else None
