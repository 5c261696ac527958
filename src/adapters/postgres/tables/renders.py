"""Renders."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import ByteCount, Code, CodeKey, Columns, Json, Row
from adapters.postgres.tables.outcomes import (
    FailureColumns,
    OptionColumns,
    failure_columns,
    failure_of,
    option_columns,
    options_of,
)
from adapters.postgres.texts import from_json, require_storable, storable, to_json
from application.ports.render_repository import NewRender
from domain.diagnostics import Diagnostic
from domain.document import Document
from domain.formats import OutputFormat
from domain.identifiers import (
    SLACK_DELIVERY_PREFIX,
    JobId,
    RenderId,
    SlackDeliveryId,
    Slug,
    TemplateId,
    WebhookId,
    WorkspaceId,
    is_id,
)
from domain.render_request import RenderRequest, RenderStatus, Timings


class RenderRow(OptionColumns, FailureColumns, Row):
    """A render request with its data (loaded only where it is asked for) and, once it succeeded, its document."""

    __tablename__ = "renders"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        # No foreign key to the template: renders outlive it.
        Index(None, "workspace_id", "template_id", "id"),
        Index(None, "workspace_id", "status", "id"),
        # Usage is counted from this index alone.
        Index(None, "workspace_id", "created_at", postgresql_include=["template_id", "status", "document_size"]),
        # What is to be erased because its time is over; what is erased needs no place in it.
        Index(None, "workspace_id", "expires_at", postgresql_where=text("erased_at IS NULL")),
        # Whether a document is the last one with these bytes; a hash index is a third of a tree of such texts.
        Index(None, "document_sha256", postgresql_using="hash"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    template_id: Mapped[Code | None]
    template_slug: Mapped[Code | None]
    template_version: Mapped[int | None]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    data_sha256: Mapped[Code]
    status: Mapped[Code]
    diagnostics: Mapped[Json]
    document_file_name: Mapped[str | None]
    document_output: Mapped[Code | None]
    document_size: Mapped[ByteCount | None]
    document_sha256: Mapped[Code | None]
    # A small document; a large one is in the storage.
    document_content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    queued_ms: Mapped[float | None]
    render_ms: Mapped[float | None]
    store_ms: Mapped[float | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    job_id: Mapped[ByteCount | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_by: Mapped[str | None]
    deliver_to: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


def new_render_columns(render: NewRender) -> Columns:
    """Give all columns of a new render.

    Raises:
        InvalidRequestError: a text of the request's options cannot be kept.
    """
    return {**render_columns(render.request), "data": render.data, "document_content": render.content}


def render_columns(request: RenderRequest) -> Columns:
    """Give a render request's columns, all but the data and the document.

    Raises:
        InvalidRequestError: a text of the request's options cannot be kept.
    """
    options, timings = request.options, request.timings
    require_storable(
        locale=options.locale,
        timezone=options.timezone,
        file_name=options.file_name,
        created_by=request.created_by,
    )
    return {
        "workspace_id": request.workspace_id,
        "id": request.id,
        "template_id": request.template_id,
        "template_slug": request.template_slug,
        "template_version": request.template_version,
        **option_columns(options),
        "data_sha256": request.data_sha256,
        "status": request.status,
        "diagnostics": to_json(request.diagnostics),
        **_document_columns(request.document),
        **failure_columns(request.failure),
        "queued_ms": timings.queued_ms,
        "render_ms": timings.render_ms,
        "store_ms": timings.store_ms,
        "created_at": request.created_at,
        "finished_at": request.finished_at,
        "expires_at": request.expires_at,
        "erased_at": request.erased_at,
        "created_by": request.created_by,
        "queued_at": request.queued_at,
        "job_id": request.job_id,
        "attempts": request.attempts,
        "deliver_to": list(request.deliver_to) or None,
    }


def render_of(row: RenderRow) -> RenderRequest:
    """Make the render request of its row."""
    return RenderRequest(
        id=RenderId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        template_id=None if row.template_id is None else TemplateId(row.template_id),
        template_slug=None if row.template_slug is None else Slug(row.template_slug),
        template_version=row.template_version,
        options=options_of(row),
        data_sha256=row.data_sha256,
        status=RenderStatus(row.status),
        created_at=row.created_at,
        document=_document_of(row),
        failure=failure_of(row),
        diagnostics=from_json(row.diagnostics, tuple[Diagnostic, ...]),
        timings=Timings(queued_ms=row.queued_ms, render_ms=row.render_ms, store_ms=row.store_ms),
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        erased_at=row.erased_at,
        created_by=row.created_by,
        queued_at=row.queued_at,
        job_id=None if row.job_id is None else JobId(row.job_id),
        attempts=row.attempts,
        deliver_to=tuple(map(_told, row.deliver_to or ())),
    )


def _document_columns(document: Document | None) -> Columns:
    return {
        "document_file_name": document and storable(document.file_name),
        "document_output": document and document.output,
        "document_size": document and document.size,
        "document_sha256": document and document.sha256,
    }


def _document_of(row: RenderRow) -> Document | None:
    file_name, output, size, sha256 = (
        row.document_file_name,
        row.document_output,
        row.document_size,
        row.document_sha256,
    )
    if file_name is None or output is None or size is None or sha256 is None:
        return None
    return Document(file_name=file_name, output=OutputFormat(output), size=size, sha256=sha256)


def _told(told: str) -> WebhookId | SlackDeliveryId:
    return SlackDeliveryId(told) if is_id(told, SLACK_DELIVERY_PREFIX) else WebhookId(told)
