"""What the storage holds, held against what the database names."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage, StoredBlob
from application.ports.unit_of_work import UnitsOfWork
from domain.identifiers import WorkspaceId

_AT_ONCE: Final = 500


class Standing(StrEnum):
    """What a blob of the storage is to the database."""

    NAMED = "named"
    # Nothing names it, but it is young: somebody may be about to.
    YOUNG = "young"
    # Nothing names it, and nobody will: it can be removed.
    ORPHANED = "orphaned"
    # The database cannot have named it: it does not know the workspace, or that is younger than the blob.
    FOREIGN = "foreign"


class BlobSurvey:
    """Tells the standing of blobs, and removes those that are orphaned.

    A database that was set up anew, or another one than that which belongs to the storage, names nothing. So a blob is
    taken for an orphan only where it can have been this database's: its workspace is there, or is known to have been
    deleted, and is older than the blob.
    """

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage, clock: Clock, grace: timedelta) -> None:
        """Take how old a blob must be that nothing names before it is an orphan."""
        self._units_of_work = units_of_work
        self._storage = storage
        self._clock = clock
        self._grace = grace

    async def blobs_of(self, workspace_id: WorkspaceId) -> AsyncIterator[tuple[StoredBlob, Standing]]:
        """Yield every blob of a workspace with its standing.

        Raises:
            ServiceUnavailableError: the storage or the database is down.
        """
        page: list[StoredBlob] = []
        async for blob in self._storage.stored_blobs(workspace_id):
            page.append(blob)
            if len(page) == _AT_ONCE:
                for found in await self._standings(workspace_id, page):
                    yield found
                page = []
        for found in await self._standings(workspace_id, page):
            yield found

    async def remove(self, key: BlobKey) -> bool:
        """Remove a blob if it is an orphan still; tell whether it was.

        Its age is looked at again, and what names it, while nobody is storing it.

        Raises:
            ServiceUnavailableError: the storage or the database is down, or others are storing it all the time.
        """
        removed = False

        async def is_needed() -> bool:
            nonlocal removed
            removed = await self.is_orphan(key)
            return not removed

        await self._storage.erase(key, is_needed)
        return removed

    async def is_orphan(self, key: BlobKey) -> bool:
        """Tell whether a blob is an orphan at this moment; one that is not there is none.

        Raises:
            ServiceUnavailableError: the storage or the database is down.
        """
        blob = await self._storage.find(key)
        if blob is None:
            return False
        [(_, standing)] = await self._standings(key.workspace_id, [blob])
        return standing is Standing.ORPHANED

    async def _standings(
        self, workspace_id: WorkspaceId, blobs: Sequence[StoredBlob]
    ) -> list[tuple[StoredBlob, Standing]]:
        # Looked at before the database is: who names a blob between the two has stored it later than this.
        young = self._clock.now() - self._grace
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            since = await unit.blobs.since()
            named = await unit.blobs.named([blob.key.sha256 for blob in blobs])

        def standing_of(blob: StoredBlob) -> Standing:
            if blob.key.sha256 in named:
                return Standing.NAMED
            if blob.stored_at > young:
                return Standing.YOUNG
            return Standing.ORPHANED if _can_be_known(blob, since) else Standing.FOREIGN

        return [(blob, standing_of(blob)) for blob in blobs]


def _can_be_known(blob: StoredBlob, since: datetime | None) -> bool:
    return since is not None and blob.stored_at >= since
