"""API keys in PostgreSQL."""

from datetime import datetime
from typing import Final

import asyncpg
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import violations
from adapters.postgres.tables.access import ApiKeyRow, api_key_columns, api_key_of, known_scopes
from application.ports.api_key_directory import ApiKeyDirectory, KnownKey
from application.ports.api_key_repository import ApiKeyRepository
from domain.api_key import ApiKey
from domain.errors import NotFoundError
from domain.identifiers import API_KEY_PREFIX, ApiKeyId, Slug, WorkspaceId, is_id

# The function shows the policies of row-level security which key is meant, and reads it (migration 0011).
_FIND: Final = "SELECT * FROM find_api_key($1)"


class PostgresApiKeyDirectory(ApiKeyDirectory):
    """Looks a key up by one statement, which is a transaction of its own: one round trip."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @override
    async def find(self, sha256: str) -> KnownKey | None:
        async with self._database.single_statements() as connection:
            record = await connection.fetchrow(_FIND, sha256)
        if record is None:
            return None
        return KnownKey(_key_of(record), Slug(record["workspace"]))


def _key_of(record: asyncpg.Record) -> ApiKey:
    """Make the key of what the driver gives: every request does so, and making an ORM row first takes time."""
    return ApiKey(
        id=ApiKeyId(record["id"]),
        workspace_id=WorkspaceId(record["workspace_id"]),
        name=record["name"],
        hint=record["hint"],
        sha256=record["sha256"],
        scopes=known_scopes(record["scopes"]),
        created_at=record["created_at"],
        created_by=record["created_by"],
        expires_at=record["expires_at"],
        last_used_at=record["last_used_at"],
        revoked_at=record["revoked_at"],
    )


class PostgresApiKeyRepository(ApiKeyRepository):
    """The keys of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def add(self, key: ApiKey) -> None:
        with violations({"fk_api_keys_workspaces": NotFoundError("workspace", self._workspace_id)}):
            await self._session.execute(insert(ApiKeyRow).values(api_key_columns(key)))

    @override
    async def get(self, key_id: str) -> ApiKey:
        row = None
        if is_id(key_id, API_KEY_PREFIX):
            query = select(ApiKeyRow).where(ApiKeyRow.workspace_id == self._workspace_id, ApiKeyRow.id == key_id)
            # Another transaction may have changed the row since this one read it: never answer from memory.
            row = await self._session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise NotFoundError("API key", key_id)
        return api_key_of(row)

    @override
    async def search(self, *, limit: int, after: ApiKeyId | None = None) -> list[ApiKey]:
        query = select(ApiKeyRow).where(ApiKeyRow.workspace_id == self._workspace_id)
        if after is not None:
            query = query.where(ApiKeyRow.id < after)
        newest_first = query.order_by(ApiKeyRow.id.desc()).limit(limit).execution_options(populate_existing=True)
        return [api_key_of(row) for row in await self._session.scalars(newest_first)]

    @override
    async def revoke(self, key_id: str, at: datetime) -> ApiKey:
        valid = update(ApiKeyRow).where(
            ApiKeyRow.workspace_id == self._workspace_id, ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None)
        )
        if is_id(key_id, API_KEY_PREFIX):
            await self._session.execute(valid.values(revoked_at=at).execution_options(synchronize_session=False))
        return await self.get(key_id)

    @override
    async def record_use(self, key_id: ApiKeyId, at: datetime, not_since: datetime) -> None:
        mine = update(ApiKeyRow).where(ApiKeyRow.workspace_id == self._workspace_id, ApiKeyRow.id == key_id)
        long_ago = mine.where(ApiKeyRow.last_used_at.is_(None) | (ApiKeyRow.last_used_at <= not_since))
        await self._session.execute(long_ago.values(last_used_at=at).execution_options(synchronize_session=False))
