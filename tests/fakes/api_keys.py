"""API keys in memory."""

from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from application.ports.api_key_directory import ApiKeyDirectory, KnownKey
from application.ports.api_key_repository import ApiKeyRepository
from domain.api_key import ApiKey
from domain.errors import NotFoundError
from domain.identifiers import ApiKeyId, WorkspaceId
from tests.fakes.database import Database, View, require_storable


class InMemoryApiKeyRepository(ApiKeyRepository):
    """The keys of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def add(self, key: ApiKey) -> None:
        await self._view.query()
        require_storable(name=key.name, created_by=key.created_by)
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        self._view.api_keys.put((self._workspace_id, key.id), key)

    @override
    async def get(self, key_id: str) -> ApiKey:
        await self._view.query()
        key = self._view.api_keys.get((self._workspace_id, ApiKeyId(key_id)))
        if key is None:
            raise NotFoundError("API key", key_id)
        return key

    @override
    async def search(self, *, limit: int, after: ApiKeyId | None = None) -> list[ApiKey]:
        await self._view.query()
        mine = [key for key in self._view.api_keys.rows() if key.workspace_id == self._workspace_id]
        behind = [key for key in mine if after is None or key.id < after]
        return sorted(behind, key=lambda key: key.id, reverse=True)[:limit]

    @override
    async def revoke(self, key_id: str, at: datetime) -> ApiKey:
        await self._view.lock(key_id)
        revoked = (await self.get(key_id)).revoke(at)
        self._view.api_keys.put((self._workspace_id, revoked.id), revoked)
        return revoked

    @override
    async def record_use(self, key_id: ApiKeyId, at: datetime, not_since: datetime) -> None:
        await self._view.lock(key_id)
        key = await self.get(key_id)
        if key.last_used_at is None or key.last_used_at <= not_since:
            self._view.api_keys.put((self._workspace_id, key_id), replace(key, last_used_at=at))


class InMemoryApiKeyDirectory(ApiKeyDirectory):
    """The committed keys of all workspaces; `lookups` counts how often one was looked up."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.lookups = 0

    @override
    async def find(self, sha256: str) -> KnownKey | None:
        self.lookups += 1
        await View(self._database).query()
        slugs = {workspace.id: workspace.slug for workspace in self._database.workspaces.values()}
        found = [key for key in self._database.api_keys.values() if key.sha256 == sha256]
        return KnownKey(found[0], slugs[found[0].workspace_id]) if found else None
