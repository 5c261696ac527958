"""Assets."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from adapters.postgres.tables.base import ByteCount, Code, CodeKey, Columns, Row
from adapters.postgres.texts import require_storable
from domain.asset import Asset
from domain.identifiers import WorkspaceId


class AssetRow(Row):
    """An asset; its contents are a blob of the document storage."""

    __tablename__ = "assets"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    name: Mapped[CodeKey]
    media_type: Mapped[Code]
    size: Mapped[ByteCount]
    sha256: Mapped[Code]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


def asset_columns(asset: Asset) -> Columns:
    """Give an asset's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(name=asset.name, updated_by=asset.updated_by)
    return {
        "workspace_id": asset.workspace_id,
        "name": asset.name,
        "media_type": asset.media_type,
        "size": asset.size,
        "sha256": asset.sha256,
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "updated_by": asset.updated_by,
    }


def asset_of(row: AssetRow) -> Asset:
    """Make the asset of its row."""
    return Asset(
        workspace_id=WorkspaceId(row.workspace_id),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )
