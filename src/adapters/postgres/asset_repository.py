"""Assets in PostgreSQL."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.tables.assets import AssetRow, asset_columns, asset_of
from adapters.postgres.texts import is_storable
from application.ports.asset_repository import AssetRepository
from domain.asset import Asset
from domain.errors import NotFoundError
from domain.identifiers import WorkspaceId


class PostgresAssetRepository(AssetRepository):
    """The assets of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def put(self, asset: Asset) -> Asset:
        columns = asset_columns(asset)
        changes = {name: columns[name] for name in columns.keys() - {"workspace_id", "name", "created_at"}}
        query = insert(AssetRow).values(columns)
        query = query.on_conflict_do_update(index_elements=["workspace_id", "name"], set_=changes)
        with violations({"fk_assets_workspaces": NotFoundError("workspace", self._workspace_id)}):
            await self._session.execute(query)
        return await self.get(asset.name)

    @override
    async def add(self, asset: Asset) -> bool:
        query = insert(AssetRow).values(asset_columns(asset)).on_conflict_do_nothing().returning(AssetRow.name)
        with violations({"fk_assets_workspaces": NotFoundError("workspace", self._workspace_id)}):
            return (await self._session.execute(query)).first() is not None

    @override
    async def lock(self, name: str) -> Asset | None:
        if not is_storable(name):
            return None
        query = select(AssetRow).where(AssetRow.workspace_id == self._workspace_id, AssetRow.name == name)
        query = query.with_for_update().execution_options(populate_existing=True)
        row = (await self._session.scalars(query)).first()
        return None if row is None else asset_of(row)

    @override
    async def get(self, name: str) -> Asset:
        found = await self.find([name])
        if not found:
            raise NotFoundError("asset", name)
        return found[0]

    @override
    async def find(self, names: Collection[str]) -> list[Asset]:
        known = [name for name in names if is_storable(name)]
        query = select(AssetRow).where(AssetRow.workspace_id == self._workspace_id, AssetRow.name.in_(known))
        # Another transaction may have changed a row since this one read it: never answer from memory.
        rows = await self._session.scalars(query.order_by(AssetRow.name).execution_options(populate_existing=True))
        return [asset_of(row) for row in rows]

    @override
    async def search(self, *, limit: int, after: str | None = None) -> list[Asset]:
        query = select(AssetRow).where(AssetRow.workspace_id == self._workspace_id)
        if after is not None:
            query = query.where(AssetRow.name > after)
        return [asset_of(row) for row in await self._session.scalars(query.order_by(AssetRow.name).limit(limit))]

    @override
    async def delete(self, name: str) -> None:
        asset = await self.get(name)
        query = delete(AssetRow).where(AssetRow.workspace_id == self._workspace_id, AssetRow.name == asset.name)
        await self._session.execute(query.execution_options(synchronize_session=False))
