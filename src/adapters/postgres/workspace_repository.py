"""Workspaces in PostgreSQL."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import violations
from adapters.postgres.scope import QUEUE_IN_TRANSACTION
from adapters.postgres.tables.requests import RateBucketRow
from adapters.postgres.tables.workspaces import (
    DeletedWorkspaceRow,
    WorkspaceRow,
    deleted_workspace_columns,
    deleted_workspace_of,
    workspace_columns,
    workspace_of,
)
from adapters.postgres.texts import is_storable
from application.ports.workspace_directory import WorkspaceDirectory
from application.ports.workspace_repository import WorkspaceRepository
from domain.errors import NotFoundError, SlugTakenError
from domain.identifiers import Slug, WorkspaceId
from domain.workspace import DeletedWorkspace, Workspace


class PostgresWorkspaceDirectory(WorkspaceDirectory):
    """Looks a workspace up by one statement, which is a transaction of its own."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @override
    async def find(self, slug: Slug) -> WorkspaceId | None:
        if not is_storable(slug):
            return None
        async with self._database.single_statements() as connection:
            found = await connection.fetchval("SELECT find_workspace($1)", slug)
        return None if found is None else WorkspaceId(found)

    @override
    async def all(self) -> list[WorkspaceId]:
        async with self._database.session(QUEUE_IN_TRANSACTION) as session:
            return [WorkspaceId(found) for found in await session.scalars(select(WorkspaceRow.id))]


class PostgresWorkspaceRepository(WorkspaceRepository):
    """All workspaces; what belongs to one goes with it by the foreign keys."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @override
    async def add(self, workspace: Workspace) -> None:
        with violations({"uq_workspaces_slug": SlugTakenError(workspace.slug, "workspace")}):
            await self._session.execute(insert(WorkspaceRow).values(workspace_columns(workspace)))

    @override
    async def get(self, slug: Slug) -> Workspace:
        query = select(WorkspaceRow).where(WorkspaceRow.slug == slug)
        row = await self._session.scalar(query) if is_storable(slug) else None
        if row is None:
            raise NotFoundError("workspace", slug)
        return workspace_of(row)

    @override
    async def all(self) -> list[Workspace]:
        rows = await self._session.scalars(select(WorkspaceRow).order_by(WorkspaceRow.slug))
        return [workspace_of(row) for row in rows]

    @override
    async def delete(self, slug: Slug) -> None:
        workspace = await self.get(slug)
        await self._session.execute(delete(WorkspaceRow).where(WorkspaceRow.id == workspace.id))
        # No foreign key takes them along: there are callers of no workspace, too.
        await self._session.execute(delete(RateBucketRow).where(RateBucketRow.workspace_id == workspace.id))

    @override
    async def record_deletion(self, deleted: DeletedWorkspace) -> None:
        await self._session.execute(insert(DeletedWorkspaceRow).values(deleted_workspace_columns(deleted)))

    @override
    async def deletions(self) -> list[DeletedWorkspace]:
        newest_first = select(DeletedWorkspaceRow).order_by(DeletedWorkspaceRow.deleted_at.desc())
        return [deleted_workspace_of(row) for row in await self._session.scalars(newest_first)]
