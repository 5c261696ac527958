"""Assets of the service: rows that name blobs."""

from collections.abc import Collection

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.template_renderer import Assets
from application.ports.unit_of_work import UnitsOfWork
from domain.asset import Asset
from domain.diagnostics import Diagnostic, Severity
from domain.errors import LimitExceededError, ServiceUnavailableError
from domain.identifiers import WorkspaceId


class StoredAssets(AssetSource):
    """Reads what documents need in one short transaction and from the storage, after their sizes were added up."""

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage) -> None:
        self._units_of_work = units_of_work
        self._storage = storage

    @override
    async def load(self, workspace_id: WorkspaceId, names: Collection[str], max_bytes: int) -> Assets:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            found = await unit.assets.find(names)
        size = sum(asset.size for asset in found)
        if size > max_bytes:
            message = f"The assets of this document have {size:,} bytes, and there is room for {max_bytes:,}."
            advice = "Make them smaller, or use fewer in one document."
            raise LimitExceededError(message, [Diagnostic(Severity.ERROR, "limit-exceeded", message, advice)])
        contents = {asset.name: await read_asset(self._storage, asset) for asset in found}
        return {name: contents.get(name) for name in names}


async def read_asset(storage: DocumentStorage, asset: Asset) -> bytes:
    """Return the contents of an asset.

    Raises:
        ServiceUnavailableError: the storage is down, or has lost them.
    """
    try:
        return await storage.read(BlobKey(asset.workspace_id, asset.sha256))
    except BlobNotFoundError as error:
        message = f"The storage does not have the asset {asset.name!r} any more: restore it, or upload it again."
        raise ServiceUnavailableError("storage", message) from error
