"""What names a blob, in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.rows import AssetRow, DeletedWorkspaceRow, RenderRow, TemplateVersionRow, WorkspaceRow
from application.ports.blob_references import BlobReferences
from domain.identifiers import WorkspaceId


class PostgresBlobReferences(BlobReferences):
    """The references of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def named(self, sha256s: Collection[str]) -> set[str]:
        mine = self._workspace_id
        queries = (
            select(TemplateVersionRow.sha256).where(
                TemplateVersionRow.workspace_id == mine, TemplateVersionRow.sha256.in_(sha256s)
            ),
            select(AssetRow.sha256).where(AssetRow.workspace_id == mine, AssetRow.sha256.in_(sha256s)),
            select(RenderRow.document_sha256).where(
                RenderRow.workspace_id == mine, RenderRow.document_sha256.in_(sha256s), RenderRow.erased_at.is_(None)
            ),
        )
        return set(await self._session.scalars(union(*queries)))

    @override
    async def since(self) -> datetime | None:
        tables = (WorkspaceRow, DeletedWorkspaceRow)
        found = await self._session.scalars(
            union(*(select(table.created_at).where(table.id == self._workspace_id) for table in tables))
        )
        return found.first()
