"""Blobs that nothing names any more."""

from collections.abc import Collection

from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from domain.identifiers import WorkspaceId


async def erase_unnamed(
    units_of_work: UnitsOfWork, storage: DocumentStorage, workspace_id: WorkspaceId, sha256s: Collection[str]
) -> None:
    """Erase those of these blobs that nothing of the workspace names, after what named them is gone.

    Raises:
        ServiceUnavailableError: the storage or the database is down; blobs may be left.
    """

    async def unnamed(candidates: Collection[str]) -> set[str]:
        async with units_of_work.of_workspace(workspace_id) as unit:
            return set(candidates) - await unit.blobs.named(candidates)

    for sha256 in sorted(await unnamed(sha256s)):
        key = BlobKey(workspace_id, sha256)
        try:
            content = await storage.read(key)
        except BlobNotFoundError:
            continue
        await storage.delete(key)
        if not await unnamed([sha256]):
            # Somebody has stored the same bytes meanwhile, and found them there.
            await storage.put(key, content)
