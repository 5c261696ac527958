"""Read, list and delete assets."""

from application.caller import Caller
from application.ports.document_storage import DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import AssetCondition
from application.stored_assets import read_asset
from domain.asset import Asset
from domain.audit import AuditAction, AuditObject


class ReadAssets:
    """What belongs to another workspace is not there."""

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage) -> None:
        self._units_of_work = units_of_work
        self._storage = storage

    async def get(self, caller: Caller, name: str) -> Asset:
        """Return an asset.

        Raises:
            NotFoundError: there is none of this name.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.assets.get(name)

    async def search(self, caller: Caller, *, limit: int, after: str | None) -> list[Asset]:
        """Return up to `limit` assets by name, behind the name `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.assets.search(limit=limit, after=after)

    async def content(self, asset: Asset) -> bytes:
        """Return the contents of an asset.

        Raises:
            ServiceUnavailableError: the storage is down, or has lost them.
        """
        return await read_asset(self._storage, asset)


class DeleteAsset:
    """Documents that name the asset fail from now on; its contents are left to the collector."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def __call__(self, caller: Caller, name: str, condition: AssetCondition) -> None:
        """Delete the asset.

        Raises:
            NotFoundError: there is none of this name.
            PreconditionFailedError: it is not as expected.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            present = await unit.assets.lock(name)
            if present is not None:
                condition.check(name, present)
            await unit.assets.delete(name)
            await unit.audit.record(caller.entry(AuditAction.ASSET_DELETED, AuditObject.ASSET, name))
            await unit.commit()
