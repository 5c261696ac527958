"""Templates and their versions."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import ByteCount, Code, CodeKey, Columns, Json, Row
from adapters.postgres.texts import from_json, require_storable, to_json
from domain.diagnostics import Diagnostic
from domain.formats import TemplateFormat
from domain.identifiers import Slug, TemplateId, WorkspaceId
from domain.placeholder import Placeholder
from domain.template import Template, TemplateStatus, TemplateVersion


class TemplateRow(Row):
    """A template; the key starts with the workspace, as in every table of a workspace."""

    __tablename__ = "templates"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "slug"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    slug: Mapped[Code]
    name: Mapped[str]
    description: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    format: Mapped[Code]
    locale: Mapped[Code | None]
    status: Mapped[Code]
    published_version: Mapped[int | None]
    latest_version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int]
    # What a search looks at, as domain.search folds it.
    search: Mapped[Code] = mapped_column(server_default="", deferred=True, deferred_raiseload=True)


class TemplateVersionRow(Row):
    """A version of a template."""

    __tablename__ = "template_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "template_id"], ["templates.workspace_id", "templates.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("workspace_id", "template_id", "sha256"),
    )

    workspace_id: Mapped[CodeKey]
    template_id: Mapped[CodeKey]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[Code]
    size: Mapped[ByteCount]
    file_name: Mapped[str]
    diagnostics: Mapped[Json]
    placeholders: Mapped[Json]
    schema: Mapped[Json]
    refinements: Mapped[Json | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


def template_columns(template: Template) -> Columns:
    """Give a template's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(
        name=template.name, description=template.description, tags="".join(template.tags), locale=template.locale
    )
    return {
        "workspace_id": template.workspace_id,
        "id": template.id,
        "slug": template.slug,
        "name": template.name,
        "description": template.description,
        "tags": list(template.tags),
        "format": template.format,
        "locale": template.locale,
        "status": template.status,
        "published_version": template.published_version,
        "latest_version": template.latest_version,
        "created_at": template.created_at,
        "updated_at": template.updated_at,
        "revision": template.revision,
        "search": template.searched_text(),
    }


def template_of(row: TemplateRow) -> Template:
    """Make the template of its row."""
    return Template(
        id=TemplateId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        slug=Slug(row.slug),
        name=row.name,
        description=row.description,
        tags=tuple(row.tags),
        format=TemplateFormat(row.format),
        locale=row.locale,
        status=TemplateStatus(row.status),
        published_version=row.published_version,
        latest_version=row.latest_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


def version_columns(version: TemplateVersion, workspace_id: WorkspaceId) -> Columns:
    """Give a version's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(file_name=version.file_name, schema=version.schema, created_by=version.created_by)
    require_storable(schema=version.refinements)
    return {
        "workspace_id": workspace_id,
        "template_id": version.template_id,
        "number": version.number,
        "sha256": version.sha256,
        "size": version.size,
        "file_name": version.file_name,
        "diagnostics": to_json(version.diagnostics),
        "placeholders": to_json(version.placeholders),
        "schema": version.schema,
        "refinements": version.refinements,
        "created_at": version.created_at,
        "created_by": version.created_by,
    }


def version_of(row: TemplateVersionRow) -> TemplateVersion:
    """Make the version of its row."""
    return TemplateVersion(
        template_id=TemplateId(row.template_id),
        number=row.number,
        sha256=row.sha256,
        size=row.size,
        file_name=row.file_name,
        diagnostics=from_json(row.diagnostics, tuple[Diagnostic, ...]),
        placeholders=from_json(row.placeholders, tuple[Placeholder, ...]),
        schema=row.schema,
        refinements=row.refinements,
        created_at=row.created_at,
        created_by=row.created_by,
    )
