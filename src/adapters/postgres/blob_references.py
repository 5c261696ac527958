"""What names a blob, in PostgreSQL."""

from collections.abc import Collection

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.rows import AssetRow, RenderRow, TemplateVersionRow
from application.ports.blob_references import BlobReferences
from domain.identifiers import WorkspaceId


class PostgresBlobReferences(BlobReferences):
    """The references of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def named(self, sha256s: Collection[str]) -> set[str]:
        columns = (
            (TemplateVersionRow.sha256, TemplateVersionRow.workspace_id),
            (AssetRow.sha256, AssetRow.workspace_id),
            (RenderRow.document_sha256, RenderRow.workspace_id),
        )
        queries = (
            select(sha256.label("sha256")).where(workspace_id == self._workspace_id, sha256.in_(sha256s))
            for sha256, workspace_id in columns
        )
        return set(await self._session.scalars(union(*queries)))
