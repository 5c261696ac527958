"""Workspaces: what there is, what each has chosen, and what is kept of those that were deleted."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from adapters.postgres.tables.base import ByteCount, Code, CodeKey, Columns, Row
from adapters.postgres.texts import require_storable
from domain.identifiers import Slug, WorkspaceId
from domain.workspace import DeletedWorkspace, Workspace


class WorkspaceRow(Row):
    """A workspace."""

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[CodeKey]
    slug: Mapped[Code]
    name: Mapped[str]
    created_at: Mapped[datetime]


class DeletedWorkspaceRow(Row):
    """What is kept of a workspace that was deleted."""

    __tablename__ = "deleted_workspaces"

    id: Mapped[CodeKey]
    slug: Mapped[Code]
    name: Mapped[str]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime]
    deleted_by: Mapped[str]


class WorkspaceSettingsRow(Row):
    """What a workspace has chosen; one that never has has no row."""

    __tablename__ = "workspace_settings"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    locale: Mapped[Code | None]
    timezone: Mapped[Code | None]
    retention_days: Mapped[int | None]
    template_bytes: Mapped[ByteCount | None]
    data_bytes: Mapped[ByteCount | None]
    revision: Mapped[int]


def workspace_columns(workspace: Workspace) -> Columns:
    """Give a workspace's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(name=workspace.name)
    return {
        "id": workspace.id,
        "slug": workspace.slug,
        "name": workspace.name,
        "created_at": workspace.created_at,
    }


def deleted_workspace_columns(deleted: DeletedWorkspace) -> Columns:
    """Give the columns of what is kept of a workspace.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(deleted_by=deleted.deleted_by)
    gone = {"deleted_at": deleted.deleted_at, "deleted_by": deleted.deleted_by}
    return workspace_columns(deleted.workspace) | gone


def deleted_workspace_of(row: DeletedWorkspaceRow) -> DeletedWorkspace:
    """Make what is kept of a workspace of its row."""
    return DeletedWorkspace(workspace_of(row), row.deleted_at, row.deleted_by)


def workspace_of(row: WorkspaceRow | DeletedWorkspaceRow) -> Workspace:
    """Make the workspace of its row."""
    return Workspace(id=WorkspaceId(row.id), slug=Slug(row.slug), name=row.name, created_at=row.created_at)
