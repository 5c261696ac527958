"""Blobs that nothing names any more."""

from collections.abc import Collection
from functools import partial

from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from domain.identifiers import WorkspaceId


async def erase_unnamed(
    units_of_work: UnitsOfWork, storage: DocumentStorage, workspace_id: WorkspaceId, sha256s: Collection[str]
) -> None:
    """Erase those of these blobs that nothing of the workspace names, after what named them is gone.

    Raises:
        ServiceUnavailableError: the storage or the database is down; blobs may be left.
    """

    async def named(candidates: Collection[str]) -> set[str]:
        async with units_of_work.of_workspace(workspace_id) as unit:
            return await unit.blobs.named(candidates)

    async def is_named(sha256: str) -> bool:
        return bool(await named([sha256]))

    for sha256 in sorted(set(sha256s) - await named(sha256s)):
        await storage.erase(BlobKey(workspace_id, sha256), partial(is_named, sha256))
