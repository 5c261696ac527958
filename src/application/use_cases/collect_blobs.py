"""The collector: what the storage keeps for nobody."""

import logging
from dataclasses import dataclass

from application.blob_survey import BlobSurvey, Standing
from application.ports.document_storage import DocumentStorage
from domain.errors import DocGenError
from domain.identifiers import WorkspaceId

logger = logging.getLogger("docgen.worker")


@dataclass
class Collected:
    """What a collection came upon: how many blobs it removed, of how many bytes, and how many it had to leave."""

    removed: int = 0
    bytes: int = 0
    foreign: int = 0
    seen: int = 0


class CollectBlobs:
    """Removes blobs that nothing names and that are older than the grace time, and says what it did.

    They come from processes that ended between the blob and its row, or between the row's deletion and the blob's; from
    assets that were replaced, and workspaces that were deleted. What the database cannot know is left alone, and said.
    """

    def __init__(self, survey: BlobSurvey, storage: DocumentStorage) -> None:
        self._survey = survey
        self._storage = storage

    async def __call__(self) -> None:
        """Collect in every workspace that the storage has blobs of; one that fails keeps no other waiting.

        Raises:
            ServiceUnavailableError: the storage does not say which workspaces there are.
        """
        collected = Collected()
        async for workspace_id in self._storage.workspaces():
            try:
                await self._collect(workspace_id, collected)
            except DocGenError as failure:
                logger.warning("The blobs of the workspace %s wait for another collection: %s", workspace_id, failure)
        _report(collected)

    async def _collect(self, workspace_id: WorkspaceId, collected: Collected) -> None:
        async for blob, standing in self._survey.blobs_of(workspace_id):
            collected.seen += 1
            if standing is Standing.FOREIGN:
                collected.foreign += 1
            elif standing is Standing.ORPHANED and await self._survey.remove(blob.key):
                collected.removed += 1
                collected.bytes += blob.size


def _report(collected: Collected) -> None:
    logger.info("Looked at %d blobs.", collected.seen)
    if collected.removed:
        # Said aloud, whatever level is logged: what was removed is gone for good.
        logger.warning("Removed %d blobs that nothing names (%d bytes).", collected.removed, collected.bytes)
    if collected.foreign:
        logger.warning(
            "Left %d blobs of workspaces that this database does not know, or that it has only got since they were "
            "stored: is this the database that belongs to the storage? 'docgen storage check' lists them.",
            collected.foreign,
        )
